# Normal linear models with any covariance V(theta), by n by n matrices: optimum, Satterthwaite, Kenward-Roger (linear).
# Sourced by the reference.R of the cases mmrm_actual_times, mmrm_groups, mmrm_weights and mmrm_constrained_baseline.
suppressPackageStartupMessages({ library(nlme); library(numDeriv); library(jsonlite) })

log_cholesky <- function(theta, n) {
  L <- matrix(0, n, n); L[lower.tri(L)] <- theta[-seq_len(n)]; diag(L) <- exp(theta[seq_len(n)]); L %*% t(L)
}
log_cholesky_of <- function(S) { L <- t(chol(S)); c(log(diag(L)), L[lower.tri(L)]) }

evaluate <- function(V, X, y, method) {
  C <- tryCatch(chol(V), error = function(e) NULL); if (is.null(C)) return(NULL)
  O <- chol2inv(C); W <- crossprod(X, O %*% X); Phi <- solve(W); beta <- as.vector(Phi %*% crossprod(X, O %*% y))
  r <- y - X %*% beta; reml <- method == "reml"
  value <- -((length(y) - reml * ncol(X)) * log(2 * pi) + 2 * sum(log(diag(C))) +
               reml * as.numeric(determinant(W)$modulus) + sum(r * (O %*% r))) / 2
  list(logLik = value, beta = beta, Phi = Phi, O = O)
}

maximise <- function(covariance, start, X, y, method) {
  target <- function(t) { at <- evaluate(covariance(t), X, y, method); if (is.null(at)) 1e10 else -at$logLik }
  t <- nlminb(start, target, control = list(iter.max = 1000, eval.max = 3000, rel.tol = 1e-14))$par
  for (step in 1:6) {
    g <- grad(target, t); if (max(abs(g)) < 1e-7) break
    d <- solve(hessian(target, t), g); if (target(t - d) > target(t) + 1e-8) break
    t <- t - d
  }
  list(theta = t, logLik = -target(t), gradient = max(abs(grad(target, t))), hessian = hessian(target, t))
}

dense_fit <- function(covariance, start, X, y, method, L = NULL) {
  found <- maximise(covariance, start, X, y, method); at <- evaluate(covariance(found$theta), X, y, method)
  w <- solve(found$hessian); H <- length(found$theta); n <- length(y)
  J <- jacobian(function(t) as.vector(covariance(t)), found$theta)
  D <- lapply(seq_len(H), function(h) matrix(J[, h], n, n)); OX <- at$O %*% X
  P <- lapply(D, function(d) -t(OX) %*% d %*% OX); DOX <- lapply(D, function(d) d %*% OX)
  inner <- 0 * at$Phi
  for (h in 1:H) for (k in 1:H)
    inner <- inner + w[h, k] * (t(DOX[[h]]) %*% at$O %*% DOX[[k]] - P[[h]] %*% at$Phi %*% P[[k]])
  adjusted <- at$Phi + 2 * at$Phi %*% inner %*% at$Phi
  df_of <- function(l) { v <- sapply(P, function(p) -sum((at$Phi %*% l) * (p %*% at$Phi %*% l)))
    2 * sum(l * (at$Phi %*% l))^2 / sum(v * (w %*% v)) }
  rows <- function(L, V) data.frame(estimate = as.vector(L %*% at$beta), se = sqrt(rowSums((L %*% V) * L)),
                                    df = apply(L, 1, df_of))
  I <- diag(ncol(X)); out <- list(logLik = found$logLik, gradient = found$gradient, theta = found$theta,
    satterthwaite = cbind(term = colnames(X), rows(I, at$Phi)), kenward_roger_linear = cbind(term = colnames(X), rows(I, adjusted)))
  if (!is.null(L)) out$combinations <- list(satterthwaite = rows(L, at$Phi), kenward_roger_linear = rows(L, adjusted))
  if (method == "ml") out$kenward_roger_linear <- NULL
  if (method == "ml" && !is.null(L)) out$combinations$kenward_roger_linear <- NULL
  out
}

# nlme's gls: under ML it multiplies Phi by N / (N - p). Its restricted log-likelihood is without log|X'X| / 2, as ours.
gls_rows <- function(fit, X) {
  N <- fit$dims$N; p <- fit$dims$p; scale <- if (fit$method == "ML") (N - p) / N else 1
  list(logLik = as.numeric(logLik(fit)),
       coefficients = data.frame(term = colnames(X), estimate = unname(coef(fit)), se = unname(sqrt(diag(fit$varBeta) * scale))))
}
tight <- glsControl(tolerance = 1e-12, msTol = 1e-12, msMaxIter = 2000, maxIter = 500, opt = "nlminb", apVar = FALSE)

save_case <- function(results, file, data, sha, packages = c("nlme", "numDeriv")) {
  software <- list(R = R.version.string, packages = sapply(packages, function(p) as.character(packageVersion(p)), simplify = FALSE))
  provenance <- list(program = "mmrm_dense.R (n by n textbook formulas, nlminb and Newton) and nlme gls", data = data,
                     software = software, sha256_of_data = sha)
  write(toJSON(c(list(provenance = provenance), results), digits = NA, auto_unbox = TRUE, pretty = 1, dataframe = "rows"), file)
}
sha256 <- function(file) sub(" .*", "", system2("sha256sum", file, stdout = TRUE))
