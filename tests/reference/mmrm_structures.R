# Mixed models for repeated measures by the textbook formulas, block by block, for every covariance structure.
# Written for itself: it shares no code and no algebra with the package (no cross-products, no analytic second
# derivatives). Sourced by the reference.R of each case mmrm_structures_*.

suppressPackageStartupMessages({
  library(nlme); library(numDeriv); library(jsonlite); library(emmeans); library(lme4); library(pbkrtest)
})

# ---- Sigma as a function of theta ------------------------------------------------------------------------------
lags <- function(n) abs(outer(seq_len(n), seq_len(n), "-"))
correlations <- list(
  cs = function(r, n) { R <- matrix(r, n, n); diag(R) <- 1; R },
  ar1 = function(r, n) r^lags(n),
  toep = function(r, n) matrix(c(1, r)[lags(n) + 1], n, n),
  ad = function(r, n) outer(seq_len(n), seq_len(n), Vectorize(function(j, k)
    if (j == k) 1 else prod(r[min(j, k):(max(j, k) - 1)])))
)
n_correlations <- list(cs = function(n) 1, ar1 = function(n) 1, toep = function(n) n - 1, ad = function(n) n - 1)
structures <- c("us", "ad", "adh", "ar1", "ar1h", "cs", "csh", "toep", "toeph")

sigma_of <- function(structure, n) {
  if (structure == "us") return(function(theta) {          # log-Cholesky
    L <- matrix(0, n, n); L[lower.tri(L)] <- theta[-seq_len(n)]; diag(L) <- exp(theta[seq_len(n)]); L %*% t(L)
  })
  base <- sub("h$", "", structure); m <- if (base == structure) 1 else n
  function(theta) {
    s <- rep(exp(theta[seq_len(m)]), length.out = n)
    correlations[[base]](theta[-seq_len(m)], n) * outer(s, s)
  }
}

theta_near <- function(structure, S, rho) {                # a start: variances of S, correlation rho for neighbours
  n <- nrow(S); s <- sqrt(diag(S))
  if (structure == "us") {
    L <- t(chol(rho^lags(n) * outer(s, s))); return(c(log(diag(L)), L[lower.tri(L)]))
  }
  base <- sub("h$", "", structure)
  r <- if (base == "toep") rho^seq_len(n - 1) else rep(rho, n_correlations[[base]](n))
  c(if (base == structure) log(mean(s)) else log(s), r)
}

theta_from_gls <- function(structure, fit, n) {            # the estimate of nlme
  S <- sigma_of_gls(fit, n); s <- sqrt(diag(S)); R <- cov2cor(S)
  if (structure == "us") { L <- t(chol(S)); return(c(log(diag(L)), L[lower.tri(L)])) }
  base <- sub("h$", "", structure)
  c(if (base == structure) log(s[1]) else log(s), R[1, 2])
}

# ---- the criterion ---------------------------------------------------------------------------------------------
# blocks: one per pattern of visits; X (visits x columns x subjects), y (visits x subjects)
blocks_of <- function(X, y, subject, visit) {
  o <- order(subject, visit); X <- X[o, , drop = FALSE]; y <- y[o]; subject <- subject[o]; visit <- visit[o]
  rows <- split(seq_along(y), subject)
  key <- sapply(rows, function(i) paste(visit[i], collapse = " "))
  lapply(split(rows, key), function(group) list(
    visits = visit[group[[1]]], n = length(group), y = sapply(group, function(i) y[i], simplify = "array"),
    X = sapply(group, function(i) X[i, , drop = FALSE], simplify = "array")))
}
as_block <- function(b) { b$y <- matrix(b$y, length(b$visits), b$n); b }

evaluate <- function(Sigma, data, method) {
  p <- data$p; W <- matrix(0, p, p); v <- numeric(p); logdet <- 0
  inverses <- vector("list", length(data$blocks))
  for (k in seq_along(data$blocks)) {
    b <- data$blocks[[k]]; S <- Sigma[b$visits, b$visits, drop = FALSE]
    C <- tryCatch(chol(S), error = function(e) NULL)
    if (is.null(C)) return(NULL)
    inverses[[k]] <- chol2inv(C); logdet <- logdet + 2 * b$n * sum(log(diag(C)))
    for (i in seq_len(b$n)) {
      Xi <- matrix(b$X[, , i], ncol = p); A <- crossprod(Xi, inverses[[k]])
      W <- W + A %*% Xi; v <- v + A %*% b$y[, i]
    }
  }
  Phi <- chol2inv(chol(W)); beta <- as.vector(Phi %*% v); quadratic <- 0
  for (k in seq_along(data$blocks)) {
    b <- data$blocks[[k]]
    for (i in seq_len(b$n)) {
      r <- b$y[, i] - matrix(b$X[, , i], ncol = p) %*% beta
      quadratic <- quadratic + sum(r * (inverses[[k]] %*% r))
    }
  }
  reml <- method == "reml"
  value <- -((data$N - reml * p) * log(2 * pi) + logdet + reml * as.numeric(determinant(W)$modulus) + quadratic) / 2
  list(logLik = value, beta = beta, Phi = Phi, inverses = inverses)
}

# first derivatives of the log-likelihood: -1/2 tr(P V_h) + 1/2 y'P V_h P y under REML, with V^-1 in place of the
# first P under ML; V_h by Richardson extrapolation (numDeriv)
derivatives_of <- function(sigma, theta, n) {
  J <- jacobian(function(t) as.vector(sigma(t)), theta)
  lapply(seq_along(theta), function(h) matrix(J[, h], n, n))
}
gradient_of <- function(sigma, theta, data, method, n) {
  at <- evaluate(sigma(theta), data, method); p <- data$p; M <- matrix(0, n, n)
  for (k in seq_along(data$blocks)) {
    b <- data$blocks[[k]]; O <- at$inverses[[k]]; S <- matrix(0, length(b$visits), length(b$visits))
    for (i in seq_len(b$n)) {
      Xi <- matrix(b$X[, , i], ncol = p); r <- b$y[, i] - Xi %*% at$beta
      S <- S + tcrossprod(r) + (method == "reml") * Xi %*% at$Phi %*% t(Xi)
    }
    M[b$visits, b$visits] <- M[b$visits, b$visits] + b$n * O - O %*% S %*% O
  }
  sapply(derivatives_of(sigma, theta, n), function(D) -sum(M * D) / 2)
}

maximise <- function(structure, starts, data, method, n) {
  sigma <- sigma_of(structure, n)
  target <- function(t) { at <- evaluate(sigma(t), data, method); if (is.null(at)) 1e10 else -at$logLik }
  downhill <- function(t) -gradient_of(sigma, t, data, method, n)
  found <- lapply(starts, function(start) {
    if (is.null(start) || target(start) > 1e9) return(NULL)
    control <- list(iter.max = 500, eval.max = 1000, rel.tol = 1e-14)
    t <- nlminb(start, target, gradient = downhill, control = control)$par
    for (step in 1:15) {                                   # Newton's method with a numerical Hessian
      g <- gradient_of(sigma, t, data, method, n)
      if (max(abs(g)) < 1e-9) break
      H <- jacobian(function(u) gradient_of(sigma, u, data, method, n), t)
      d <- tryCatch(solve((H + t(H)) / 2, g), error = function(e) NULL)
      if (is.null(d)) break
      new <- t - d
      if (target(new) > target(t) + 1e-9) break
      t <- new
    }
    list(theta = t, logLik = -target(t), gradient = max(abs(gradient_of(sigma, t, data, method, n))))
  })
  found <- Filter(Negate(is.null), found)
  best <- found[[which.max(sapply(found, function(f) f$logLik))]]
  best$from_starts <- sapply(found, function(f) f$logLik)
  H <- jacobian(function(u) gradient_of(sigma, u, data, method, n), best$theta)
  best$hessian <- -(H + t(H)) / 2
  best
}

# ---- degrees of freedom ----------------------------------------------------------------------------------------
satterthwaite <- function(L, sigma, theta, data, method, w) {
  at <- evaluate(sigma(theta), data, method)
  apply(L, 1, function(l) {
    g <- grad(function(t) sum(l * (evaluate(sigma(t), data, method)$Phi %*% l)), theta)
    2 * sum(l * (at$Phi %*% l))^2 / sum(g * (w %*% g))
  })
}

# Kenward & Roger (1997) without the second derivatives of V, with n by n matrices
kenward_roger <- function(sigma, theta, data, n, w = NULL) {
  D <- derivatives_of(sigma, theta, n); H <- length(theta); rows <- data$visit
  same <- outer(data$subject, data$subject, "=="); at <- evaluate(sigma(theta), data, "reml"); X <- data$X
  V <- sigma(theta)[rows, rows] * same; O <- solve(V); Phi <- at$Phi
  OX <- O %*% X; DV <- lapply(D, function(d) d[rows, rows] * same)
  P <- lapply(DV, function(d) -t(OX) %*% d %*% OX)
  if (is.null(w)) {
    projection <- O - OX %*% Phi %*% t(OX); PD <- lapply(DV, function(d) projection %*% d)
    information <- matrix(0, H, H)
    for (h in 1:H) for (k in 1:H) information[h, k] <- sum(PD[[h]] * t(PD[[k]])) / 2
    w <- solve(information)
  }
  DOX <- lapply(DV, function(d) d %*% OX); inner <- matrix(0, data$p, data$p)
  for (h in 1:H) for (k in 1:H) inner <- inner + w[h, k] * (t(DOX[[h]]) %*% O %*% DOX[[k]] - P[[h]] %*% Phi %*% P[[k]])
  list(Phi = Phi, adjusted = Phi + 2 * Phi %*% inner %*% Phi, P = P, w = w)
}
kenward_roger_test <- function(L, beta, kr) {              # the F test of L beta = 0, section 3 of the paper
  q <- nrow(L); Theta <- t(L) %*% solve(L %*% kr$Phi %*% t(L)) %*% L; H <- length(kr$P)
  TP <- lapply(kr$P, function(P) Theta %*% kr$Phi %*% P %*% kr$Phi); A1 <- A2 <- 0
  for (h in 1:H) for (k in 1:H) {
    A1 <- A1 + kr$w[h, k] * sum(diag(TP[[h]])) * sum(diag(TP[[k]])); A2 <- A2 + kr$w[h, k] * sum(TP[[h]] * t(TP[[k]]))
  }
  B <- (A1 + 6 * A2) / (2 * q); g <- ((q + 1) * A1 - (q + 4) * A2) / ((q + 2) * A2); d <- 3 * q + 2 * (1 - g)
  c1 <- g / d; c2 <- (q - g) / d; c3 <- (q + 2 - g) / d
  E <- 1 / (1 - A2 / q); V <- 2 / q * (1 + c1 * B) / ((1 - c2 * B)^2 * (1 - c3 * B))
  rho <- V / (2 * E^2); m <- 4 + (q + 2) / (q * rho - 1); lambda <- m / (E * (m - 2))
  F <- as.numeric(lambda / q * t(L %*% beta) %*% solve(L %*% kr$adjusted %*% t(L)) %*% (L %*% beta))
  list(f_stat = F, num_df = q, denom_df = m, p_val = pf(F, q, m, lower.tail = FALSE))
}

# ---- nlme ------------------------------------------------------------------------------------------------------
nlme_structures <- list(
  us = list(corSymm, TRUE), cs = list(corCompSymm, FALSE), csh = list(corCompSymm, TRUE), ar1 = list(corAR1, FALSE),
  ar1h = list(corAR1, TRUE))
fit_gls <- function(structure, formula, frame, method, tight) {
  kind <- nlme_structures[[structure]]
  control <- if (tight) glsControl(tolerance = 1e-13, msTol = 1e-13, msMaxIter = 2000, maxIter = 500, opt = "nlminb",
                                   apVar = FALSE) else glsControl(apVar = FALSE)
  gls(formula, frame, correlation = kind[[1]](form = ~ visit_number | subject_code),
      weights = if (kind[[2]]) varIdent(form = ~ 1 | visit_number), method = toupper(method), control = control)
}
sigma_of_gls <- function(fit, n) {
  s <- rep(fit$sigma, n)
  if (!is.null(fit$modelStruct$varStruct)) {
    ratio <- coef(fit$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)
    s <- s * ratio[as.character(seq_len(n))]
  }
  parameter <- coef(fit$modelStruct$corStruct, unconstrained = FALSE); kind <- class(fit$modelStruct$corStruct)[1]
  R <- switch(kind,
    corCompSymm = correlations$cs(parameter, n),
    corAR1 = , corARMA = correlations$ar1(parameter, n),   # nlme turns corAR1 into corARMA where visits have gaps
    corSymm = { R <- diag(n); R[lower.tri(R)] <- parameter; R[upper.tri(R)] <- t(R)[upper.tri(R)]; R })
  unname(R * outer(s, s))
}

# ---- one case --------------------------------------------------------------------------------------------------
coefficient_rows <- function(names, beta, V, df = NULL) {
  rows <- data.frame(term = names, estimate = beta, se = sqrt(diag(V)))
  if (!is.null(df)) rows$df <- df
  rows
}
means_of <- function(formula, frame, beta, V, specs, weights) {
  grid <- qdrg(formula, data = frame, coef = beta, vcov = V, df = Inf)
  means <- suppressMessages(emmeans(grid, specs, weights = weights))
  contrasts <- contrast(means, "trt.vs.ctrl1", adjust = "none")
  list(means = as.data.frame(means), contrasts = as.data.frame(contrasts))
}

reference_case <- function(formula, frame, subject, visit, joint, arm, out, provenance, fitted = structures) {
  variables <- c(all.vars(formula), subject)
  frame <- frame[complete.cases(frame[variables]), ]
  frame$subject_code <- factor(frame[[subject]]); frame$visit_number <- as.integer(frame[[visit]])
  frame <- frame[order(frame$subject_code, frame$visit_number), ]; n <- max(frame$visit_number)
  X <- model.matrix(formula, frame); y <- as.numeric(model.response(model.frame(formula, frame)))
  data <- list(blocks = lapply(blocks_of(X, y, as.integer(frame$subject_code), frame$visit_number), as_block),
               p = ncol(X), N = length(y), X = X, visit = frame$visit_number, subject = as.integer(frame$subject_code))
  residual <- lm.fit(X, y)$residuals
  S <- diag(tapply(residual^2, frame$visit_number, mean))
  L <- diag(data$p)[which(attr(X, "assign") == which(attr(terms(formula), "term.labels") == joint)), , drop = FALSE]
  fits <- list()
  for (method in c("reml", "ml")) for (structure in fitted) {
    began <- proc.time()[[3]]; sigma <- sigma_of(structure, n); nlme <- NULL
    starts <- lapply(c(0, 0.3, 0.6, 0.9), function(rho) theta_near(structure, S, rho))
    if (structure %in% names(nlme_structures)) {
      usual <- try(fit_gls(structure, formula, frame, method, FALSE), silent = TRUE)
      tight <- try(fit_gls(structure, formula, frame, method, TRUE), silent = TRUE)
      if (inherits(tight, "try-error")) { cat("  nlme with tight control:", tight); tight <- usual }
      if (!inherits(tight, "try-error")) {
        starts <- c(starts, list(theta_from_gls(structure, tight, n)))
        # under ML gls multiplies the covariance of beta by N / (N - p); this undoes it
        V <- vcov(tight) * if (method == "ml") (data$N - data$p) / data$N else 1
        nlme <- list(logLik_default = if (inherits(usual, "try-error")) NA else as.numeric(logLik(usual)),
                     logLik = as.numeric(logLik(tight)), Sigma = sigma_of_gls(tight, n),
                     coefficients = coefficient_rows(colnames(X), unname(coef(tight)), V))
      }
    }
    best <- maximise(structure, starts, data, method, n); at <- evaluate(sigma(best$theta), data, method)
    w <- solve(best$hessian); V <- sigma(best$theta)[data$visit, data$visit] * outer(data$subject, data$subject, "==")
    r <- y - X %*% at$beta                                 # the criterion once more, with n by n matrices
    whole <- -(as.numeric(determinant(V)$modulus) + sum(r * solve(V, r)) +
      (data$N - (method == "reml") * data$p) * log(2 * pi) +
      if (method == "reml") as.numeric(determinant(t(X) %*% solve(V, X))$modulus) else 0) / 2
    stopifnot(abs(whole - at$logLik) < 1e-8, best$gradient < 1e-8, min(eigen(best$hessian)$values) > 0)
    df <- satterthwaite(diag(data$p), sigma, best$theta, data, method, w)
    found <- list(logLik = at$logLik, gradient = best$gradient, logLik_from_starts = best$from_starts,
                  n_parameters = length(best$theta), Sigma = sigma(best$theta), vcov = at$Phi,
                  satterthwaite = coefficient_rows(colnames(X), at$beta, at$Phi, df), nlme = nlme)
    if (method == "reml") {
      for (information in c("observed", "expected")) {
        kr <- kenward_roger(sigma, best$theta, data, n, if (information == "observed") w)
        single <- apply(diag(data$p), 1, function(l) kenward_roger_test(t(l), at$beta, kr)$denom_df)
        found[[paste0("kenward_roger_", information)]] <- list(
          coefficients = coefficient_rows(colnames(X), at$beta, kr$adjusted, single), vcov = kr$adjusted,
          joint = kenward_roger_test(L, at$beta, kr))
        if (information == "observed") for (weights in c("equal", "proportional")) {
          by_visit <- as.formula(paste("~", arm, "|", visit)); over <- as.formula(paste("~", arm))
          found$emmeans[[weights]] <- list(by_visit = means_of(formula, frame, at$beta, kr$adjusted, by_visit, weights),
                                           averaged = means_of(formula, frame, at$beta, kr$adjusted, over, weights))
        }
      }
      if (structure == "cs") {
        # a random intercept is compound symmetry; bobyqa's smallest trust region polishes theta
        mixed <- lmer(update(formula, ~ . + (1 | subject_code)), frame, REML = TRUE,
                      control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12)))
        found$pbkrtest <- list(logLik = as.numeric(logLik(mixed)), coefficients = coefficient_rows(
          colnames(X), unname(fixef(mixed)), as.matrix(vcovAdj(mixed)),
          apply(diag(data$p), 1, function(l) Lb_ddf(l, vcov(mixed), vcovAdj(mixed)))))
        test <- KRmodcomp(mixed, L)$test["Ftest", ]
        found$pbkrtest$joint <- list(f_stat = test$stat, num_df = test$ndf, denom_df = test$ddf, p_val = test$p.value)
      }
    }
    fits[[paste0(structure, "_", method)]] <- found
    below <- if (is.null(nlme)) c(NA, NA) else c(nlme$logLik, nlme$logLik_default) - found$logLik
    cat(sprintf("%-5s %-4s logLik %.9f gradient %.0e spread of starts %.0e nlme %.1e (default %.1e)  %.0f s\n",
                structure, method, found$logLik, best$gradient, diff(range(best$from_starts)), below[1], below[2],
                proc.time()[[3]] - began))
  }
  packages <- c("nlme", "lme4", "pbkrtest", "emmeans", "numDeriv")
  versions <- sapply(packages, function(p) as.character(packageVersion(p)), simplify = FALSE)
  provenance$software <- list(R = R.version.string, packages = versions)
  result <- list(provenance = provenance, n_observations = data$N, n_subjects = nlevels(frame$subject_code),
                 fits = fits)
  writeLines(toJSON(result, digits = NA, auto_unbox = TRUE, na = "string", pretty = FALSE), out)
}
