# Rscript reference.R data.csv numbers.json
# data.csv: MADRS of a simulated single-arm trial (postinfusion simulate open_label_bn) in weeks since the first infusion.
suppressMessages({library(lme4); library(pbkrtest); library(numDeriv); library(jsonlite)})
arguments <- commandArgs(TRUE)
data <- read.csv(arguments[1]); data$after <- as.numeric(data$weeks > 0); data$weeks_after <- data$after * data$weeks
L <- rbind("slope before" = c(0, 1, 0, 0), "level change" = c(0, 0, 1, 0), "slope after" = c(0, 1, 0, 1),
           "slope change" = c(0, 0, 0, 1))
# theta is polished by Newton steps on the deviance function: lmer stops early.
case <- function(formula) {
  first <- lmer(formula, data, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
  f <- lmer(formula, data, devFunOnly = TRUE)
  theta <- getME(first, "theta")
  for (i in 1:8) theta <- theta - solve(hessian(f, theta), grad(f, theta))
  value <- f(theta)
  parsed <- lFormula(formula, data)
  fit <- mkMerMod(environment(f), list(par = theta, fval = value, conv = 0, message = ""), parsed$reTrms, parsed$fr, quote(lmer()))
  V <- as.matrix(vcov(fit))
  list(logLik = as.numeric(logLik(fit)), gradient = max(abs(grad(f, theta))),
       table = data.frame(name = rownames(L), estimate = as.vector(L %*% fixef(fit)), se = sqrt(diag(L %*% V %*% t(L)))),
       variances = unname(c(unlist(lapply(VarCorr(fit), function(v) diag(as.matrix(v)))), sigma(fit)^2)))
}
fits <- list(intercept = case(madrs ~ weeks + after + weeks_after + (1 | id)),
             level = case(madrs ~ weeks + after + weeks_after + (1 | id) + (0 + after | id)))
write_json(list(
  provenance = list(program = "R lme4 polished by Newton steps", data = "data.csv of the folder",
    sha256_of_data = list("data.csv" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE))),
    software = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")))),
  fits = fits), arguments[2], digits = NA, auto_unbox = TRUE, pretty = TRUE)
print(sapply(fits, function(x) c(x$logLik, x$gradient)))
