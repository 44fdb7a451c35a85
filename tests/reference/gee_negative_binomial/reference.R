# Estimating equations of negative binomial counts (variance mu + alpha mu^2, log link), solved here from their formulas:
# Liang & Zeger (1986), Biometrika 73, 13-22; covariance of Mancl & DeRouen (2001), Biometrics 57, 126-134, eq. 4;
# alpha by moments: Breslow (1984), Applied Statistics 33, 38-44. geepack has no such family.
# Called in this folder:  Rscript reference.R
suppressMessages(library(jsonlite))
data(epil, package = "MASS")
epil <- epil[order(epil$subject, epil$period), ]
epil$period <- factor(epil$period)
epil$logbase <- log(epil$base + 0.5)
log14 <- rep(log(14), nrow(epil))

correlation <- function(corstr, rho, m) if (corstr == "independence") diag(m) else (1 - rho) * diag(m) + rho

solved <- function(X, y, offset, id, alpha, corstr) {
  rows <- split(seq_along(y), id)
  beta <- coef(glm.fit(X, y, family = poisson(), offset = offset))
  rho <- 0
  for (turn in 1:500) {
    mu <- exp(offset + as.vector(X %*% beta))
    deviation <- sqrt(mu + alpha * mu^2)
    pearson <- (y - mu) / deviation
    phi <- mean(pearson^2)
    if (corstr == "exchangeable") {
      products <- sapply(rows, function(k) (sum(pearson[k])^2 - sum(pearson[k]^2)) / 2)
      rho <- sum(products) / sum(sapply(rows, function(k) length(k) * (length(k) - 1) / 2)) / phi
    }
    parts <- lapply(rows, function(k) {
      D <- X[k, , drop = FALSE] * mu[k]
      W <- solve(phi * correlation(corstr, rho, length(k)) * outer(deviation[k], deviation[k]))
      list(D = D, W = W, r = (y - mu)[k])
    })
    bread <- solve(Reduce(`+`, lapply(parts, function(p) t(p$D) %*% p$W %*% p$D)))
    step <- as.vector(bread %*% Reduce(`+`, lapply(parts, function(p) t(p$D) %*% p$W %*% p$r)))
    beta <- beta + step
    if (max(abs(step)) < 1e-13) break
  }
  sandwich <- function(few) bread %*% Reduce(`+`, lapply(parts, function(p) {
    H <- p$D %*% bread %*% t(p$D) %*% p$W
    score <- t(p$D) %*% p$W %*% (if (few) solve(diag(length(p$r)) - H, p$r) else p$r)
    score %*% t(score)
  })) %*% bread
  list(beta = beta, rho = rho, phi = phi, mu = mu, naive = bread, robust = sandwich(FALSE), reduced = sandwich(TRUE))
}

moments <- function(y, mu, p) {
  excess <- function(alpha) sum((y - mu)^2 / (mu + alpha * mu^2)) - (length(y) - p)
  if (excess(0) <= 0) 0 else uniroot(excess, c(0, 1e3), tol = 1e-15)$root
}

described <- function(formula, data, offset, alpha, corstr) {
  X <- model.matrix(formula, data)
  fixed <- !is.null(alpha)
  if (!fixed) alpha <- 0
  for (turn in 1:200) {
    fit <- solved(X, data$y, offset, data$subject, alpha, corstr)
    if (fixed) break
    before <- alpha
    alpha <- moments(data$y, fit$mu, ncol(X))
    if (abs(alpha - before) <= 1e-13 * alpha) break
  }
  list(
    corstr = corstr, alpha = alpha, alpha_is_fixed = fixed, correlation = fit$rho, scale = fit$phi,
    coefficients = data.frame(term = colnames(X), estimate = unname(fit$beta), se = sqrt(diag(fit$reduced))),
    vcov_naive = unname(fit$naive), vcov_robust = unname(fit$robust), vcov = unname(fit$reduced)
  )
}

of_trial <- y ~ trt * period + logbase + age
fits <- list()
for (corstr in c("independence", "exchangeable")) {
  fits[[paste0("fixed_", corstr)]] <- described(of_trial, epil, log14, 0.5, corstr)
  fits[[paste0("moments_", corstr)]] <- described(of_trial, epil, log14, NULL, corstr)
}
few <- epil$subject %in% c(1:12, 30:41)
fits$few_exchangeable <- described(y ~ trt + logbase, epil[few, ], log14[few], NULL, "exchangeable")
sha <- "f2a276d2b0f8e06311e7a7265f990c617e37f4e125f777420e177f399f1cbe0d"
result <- list(
  provenance = list(
    program = "R, the formulas in reference.R", data = "MASS epil (few: subjects 1-12 and 30-41)",
    software = list(R = paste(R.version$major, R.version$minor, sep = "."), jsonlite = as.character(packageVersion("jsonlite"))),
    sha256_of_data = list("MASS/epil" = sha)
  ),
  fits = fits
)
writeLines(toJSON(result, digits = NA, auto_unbox = TRUE, pretty = TRUE), "numbers.json")
