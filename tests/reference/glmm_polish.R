# What the cases of generalised linear mixed models share: fits of R's programs carried on by Newton steps, because
# their own optimisers stop at gradients up to 1e-3, and the numbers written with their provenance.
suppressPackageStartupMessages({library(glmmTMB); library(lme4); library(ordinal); library(numDeriv); library(jsonlite)})

# Minimise with exact or numerical derivatives from where a program stopped.
polished <- function(par, gradient, hessian = function(p) jacobian(gradient, p), tolerance = 1e-9, steps = 20) {
  before <- max(abs(gradient(par)))
  for (i in seq_len(steps)) {
    g <- gradient(par)
    if (max(abs(g)) < tolerance) break
    par <- par - solve(hessian(par), g)
  }
  H <- hessian(par)
  stopifnot(min(eigen((H + t(H)) / 2)$values) > 0)
  list(par = unname(par), se = unname(sqrt(diag(solve(H)))), gradient_before = before, gradient_after = max(abs(gradient(par))))
}

# glmmTMB: parameters beta, betazi, betad (log dispersion), theta (log standard deviations, then correlation).
glmmtmb_case <- function(...) {
  fit <- suppressWarnings(glmmTMB(...))
  obj <- fit$obj
  obj$env$inner.control$tol10 <- 0
  obj$env$inner.control$grad.tol <- 1e-12
  found <- polished(fit$fit$par, function(p) as.numeric(obj$gr(p)))
  stopifnot(found$gradient_after < 1e-7)
  G <- VarCorr(fit)$cond
  list(formula = deparse1(formula(fit)), par_names = names(fit$fit$par), par = found$par, se = found$se,
       terms = names(fixef(fit)$cond), zero_terms = names(fixef(fit)$zi),
       logLik = -as.numeric(obj$fn(found$par)), logLik_default = as.numeric(logLik(fit)),
       gradient_before = found$gradient_before, gradient_after = found$gradient_after, AIC = AIC(fit), BIC = BIC(fit))
}

# lme4: parameters theta (relative Cholesky factor), beta. Its deviance function is exact to the tolerance of PIRLS.
glmer_case <- function(formula, data, nAGQ, ...) {
  control <- glmerControl(tolPwrss = 1e-13)
  fit <- suppressWarnings(glmer(formula, data, family = binomial, nAGQ = nAGQ, control = control, ...))
  deviance <- suppressWarnings(update(fit, devFunOnly = TRUE))
  half <- function(p) deviance(p) / 2
  # Richardson's extrapolation over wide steps: rounding of the deviance is what limits the derivatives.
  options <- list(d = 1e-2, r = 6, zero.tol = 1e-6, eps = 1e-2)
  found <- polished(c(getME(fit, "theta"), fixef(fit)), function(p) grad(half, p, method.args = options),
                    function(p) hessian(half, p), tolerance = 1e-8)
  stopifnot(found$gradient_after < 1e-6)
  k <- length(getME(fit, "theta"))
  list(formula = deparse1(formula), nAGQ = nAGQ, terms = names(fixef(fit)), theta = found$par[1:k], theta_se = found$se[1:k],
       estimate = found$par[-(1:k)], se = found$se[-(1:k)], logLik = -half(found$par), logLik_default = as.numeric(logLik(fit)),
       gradient_before = found$gradient_before, gradient_after = found$gradient_after)
}

# clmm: parameters thresholds, beta, log standard deviation.
clmm_case <- function(formula, data, nAGQ) {
  fit <- clmm(formula, data, nAGQ = nAGQ)
  rho <- clmm(formula, data, nAGQ = nAGQ, doFit = FALSE)
  # The modes of the random effects are found to this gradient.
  rho$ctrl$gradTol <- 1e-12; rho$gradTol <- 1e-12
  objective <- if (nAGQ > 1) ordinal:::getNAGQ.ssr else ordinal:::getNLA.ssr
  value <- function(p) objective(rho, p)
  start <- c(fit$coefficients, log(as.numeric(fit$ST[[1]])))
  options <- list(d = 1e-2, r = 6, zero.tol = 1e-6, eps = 1e-2)
  found <- polished(start, function(p) grad(value, p, method.args = options), function(p) hessian(value, p), tolerance = 1e-8)
  stopifnot(found$gradient_after < 1e-6)
  list(formula = deparse1(formula), nAGQ = nAGQ, terms = names(fit$coefficients), estimate = found$par, se = found$se,
       logLik = -value(found$par), logLik_default = as.numeric(logLik(fit)),
       gradient_before = found$gradient_before, gradient_after = found$gradient_after)
}

written <- function(fits, out, program, data, files, packages) {
  provenance <- list(program = program, data = data, sha256_of_data = lapply(files, function(file) sub(" .*", "", system2("sha256sum", file, stdout = TRUE))),
    software = list(R = R.version.string, packages = sapply(packages, function(p) as.character(packageVersion(p)), simplify = FALSE)))
  writeLines(toJSON(list(provenance = provenance, fits = fits), digits = NA, auto_unbox = TRUE, na = "string"), out)
  for (name in names(fits)) with(fits[[name]], cat(sprintf("%-28s logLik %.9f (default %+.1e) gradient %.0e, before %.0e\n",
    name, logLik, logLik_default - logLik, gradient_after, gradient_before)))
}
