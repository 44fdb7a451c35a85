# Rscript reference.R data.csv numbers.json
# The random scale by brute force: the trapezoid rule over w on a fixed grid, without any quadrature rule of ours.
suppressMessages({library(nlme); library(numDeriv); library(jsonlite)})
arguments <- commandArgs(TRUE)
data <- read.csv(arguments[1]); data$b <- as.numeric(data$arm == "B")
data$t <- (data$hours - mean(data$hours)) / sd(data$hours)
size <- sqrt(mean((data$value - mean(data$value))^2)); data$y <- (data$value - mean(data$value)) / size
ids <- split(data, data$id)
X <- lapply(ids, function(d) cbind(1, d$b, d$t, d$b * d$t)); U <- lapply(ids, function(d) cbind(1, d$t))
y <- lapply(ids, function(d) d$y); b <- sapply(ids, function(d) d$b[1]); n <- sapply(y, length)
grid <- seq(-9, 9, length.out = 361); step <- grid[2] - grid[1]
log_sum <- function(x) {m <- max(x); m + log(sum(exp(x - m)))}
# psi: beta 1:4, log L11, L21, log L22, gamma0, gamma1, tau. V = U G U' + s^2 I has the eigenvalues of UGU' plus s^2.
minus <- function(psi) {
  L <- matrix(c(exp(psi[5]), psi[6], 0, exp(psi[7])), 2); total <- 0
  for (i in seq_along(y)) {
    e <- eigen(U[[i]] %*% L %*% t(L) %*% t(U[[i]]), symmetric = TRUE)
    r <- as.vector(crossprod(e$vectors, y[[i]] - X[[i]] %*% psi[1:4]))
    s2 <- exp(2 * (psi[8] + psi[9] * b[i] + psi[10] * grid))
    v <- outer(pmax(e$values, 0), s2, "+")
    f <- -(n[i] * log(2 * pi) + colSums(log(v)) + colSums(r^2 / v)) / 2 + dnorm(grid, log = TRUE) + log(step)
    total <- total + log_sum(f)
  }
  -total
}
psi <- c(lm.fit(do.call(rbind, X), unlist(y))$coefficients, log(.5), 0, log(.4), log(.7), 0, .3)
psi <- optim(psi, minus, method = "BFGS", control = list(maxit = 500, reltol = 1e-14))$par
for (i in 1:4) psi <- psi - solve(hessian(minus, psi), grad(minus, psi))
H <- hessian(minus, psi); V <- solve(H)
random_scale <- list(logLik = -minus(psi) - nrow(data) * log(size), gradient = max(abs(grad(minus, psi))),
  gamma = psi[9], gamma_se = sqrt(V[9, 9]), tau = abs(psi[10]), tau_se = sqrt(V[10, 10]))

# One standard deviation for each arm.
control <- lmeControl(opt = "optim", msMaxIter = 1000, maxIter = 1000, tolerance = 1e-12, msTol = 1e-14, reltol = 1e-14)
fixed <- lme(value ~ arm * t, data, random = ~ 1 + t | id, weights = varIdent(form = ~ 1 | arm), method = "REML",
             control = control)
fixed_scale <- list(logLik = as.numeric(logLik(fixed)) + 0,
  log_ratio = as.vector(log(coef(fixed$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)["B"] /
                        coef(fixed$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)["A"])))

# Two steps: residual standard deviations of lm by person, then weighted lm.
about <- t(sapply(ids, function(d) {f <- lm(value ~ hours, d); c(summary(f)$sigma, f$df.residual)}))
successive <- t(sapply(ids, function(d) {k <- nrow(d); c(sqrt(mean(diff(d$value)^2)), 2 * (k - 1)^2 / (3 * k - 4))}))
steps <- function(s) {
  y <- log(s[, 1]) - (digamma(s[, 2] / 2) - log(s[, 2] / 2)) / 2; v <- trigamma(s[, 2] / 2) / 4
  excess <- function(t2) sum(residuals(lm(y ~ b, weights = 1 / (t2 + v)))^2 / (t2 + v)) - (length(y) - 2)
  t2 <- if (excess(0) <= 0) 0 else uniroot(excess, c(0, 10), tol = 1e-16)$root
  f <- summary(lm(y ~ b, weights = 1 / (t2 + v)))$coefficients
  list(log_ratio = f[2, 1], se = f[2, 2], p = f[2, 4], tau2 = t2)
}
write_json(list(
  provenance = list(program = "R: trapezoid rule and numDeriv; nlme::lme; lm by person and weighted lm",
    data = "data.csv of the folder",
    sha256_of_data = list("data.csv" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE))),
    software = list(R = R.version.string, nlme = as.character(packageVersion("nlme")),
                    numDeriv = as.character(packageVersion("numDeriv")))),
  random_scale = random_scale, fixed_scale = fixed_scale, sd = steps(about), rmssd = steps(successive)),
  arguments[2], digits = NA, auto_unbox = TRUE, pretty = TRUE)
print(random_scale); print(fixed_scale)
