# Rscript reference.R > numbers.json
# Stratified tables: Mantel-Haenszel and exact conditional odds ratios, generalised Cochran-Mantel-Haenszel tests, and
# the score interval of the stratified difference, whose restricted proportions are maximised here numerically.
library(jsonlite)

tables <- list(
  four_strata = list(x1 = c(10, 3, 1, 7), n1 = c(20, 12, 5, 7), x2 = c(5, 1, 0, 2), n2 = c(21, 10, 6, 9)),
  zero_cells = list(x1 = c(6, 4, 3), n1 = c(12, 11, 10), x2 = c(0, 0, 0), n2 = c(12, 10, 11)),
  one_stratum = list(x1 = 9, n1 = 14, x2 = 4, n2 = 15),
  unequal = list(x1 = c(3, 4, 18), n1 = c(5, 10, 35), x2 = c(1, 3, 2), n2 = c(15, 10, 25))
)

cube <- function(t) {
  array(rbind(t$x1, t$x2, t$n1 - t$x1, t$n2 - t$x2), c(2, 2, length(t$x1)))
}

# The restricted proportions by a root of the derivative of the log-likelihood, no closed form of a cubic.
restricted <- function(x1, n1, x2, n2, d) {
  low <- max(0, -d); high <- min(1, 1 - d)
  part <- function(x, p) if (x == 0) 0 else x / p
  slope <- function(p) part(x2, p) - part(n2 - x2, 1 - p) + part(x1, p + d) - part(n1 - x1, 1 - p - d)
  inside <- 1e-12 * (high - low)
  if (slope(low + inside) <= 0) return(c(low + d, low))
  if (slope(high - inside) >= 0) return(c(high + d, high))
  p <- uniroot(slope, c(low + inside, high - inside), tol = 1e-15, maxiter = 10000)$root
  c(p + d, p)
}

score <- function(t, d) {
  w <- t$n1 * t$n2 / (t$n1 + t$n2)
  variance <- mapply(function(x1, n1, x2, n2) {
    p <- restricted(x1, n1, x2, n2, d)
    n <- n1 + n2
    (p[1] * (1 - p[1]) / n1 + p[2] * (1 - p[2]) / n2) * n / (n - 1)
  }, t$x1, t$n1, t$x2, t$n2)
  sum(w * (t$x1 / t$n1 - t$x2 / t$n2 - d)) / sqrt(sum(w^2 * variance))
}

difference <- function(t) {
  w <- t$n1 * t$n2 / (t$n1 + t$n2)
  estimate <- sum(w * (t$x1 / t$n1 - t$x2 / t$n2)) / sum(w)
  z <- qnorm(0.975)
  at <- function(level, low, high) uniroot(function(d) score(t, d) - level, c(low, high), tol = 1e-14)$root
  c(estimate = estimate, conf_low = at(z, -1 + 1e-9, estimate), conf_high = at(-z, estimate, 1 - 1e-9),
    statistic = score(t, 0))
}

# As mantelhaen.test(exact = TRUE), whose own roots are found to about four digits only.
exact <- function(t) {
  x <- cube(t)
  density <- 1
  low <- 0
  for (k in seq_along(t$x1)) {
    m <- t$n1[k]; n <- t$n2[k]; s <- t$x1[k] + t$x2[k]
    lo <- max(0, s - n); hi <- min(s, m)
    # By hand: convolve() uses the fast Fourier transform, which loses the tails.
    sums <- outer(seq_along(density), seq_along(lo:hi), "+") - 1
    density <- as.vector(tapply(as.vector(outer(density, dhyper(lo:hi, m, n, s))), as.vector(sums), sum))
    low <- low + lo
  }
  support <- low + seq_along(density) - 1
  observed <- sum(t$x1)
  at <- function(psi) { q <- density * exp(log(psi) * (support - observed)); q / sum(q) }
  mean_at <- function(t) sum(support * at(exp(t))) - observed
  root <- function(f) exp(uniroot(f, c(-12, 12), tol = 1e-14)$root)
  estimate <- if (observed == min(support)) 0 else if (observed == max(support)) Inf else root(mean_at)
  lower <- if (observed == min(support)) 0 else root(function(t) sum(at(exp(t))[support >= observed]) - 0.025)
  upper <- if (observed == max(support)) Inf else root(function(t) sum(at(exp(t))[support <= observed]) - 0.025)
  one <- at(1)
  c(estimate = estimate, conf_low = lower, conf_high = upper,
    p_value = sum(one[one <= one[support == observed] * (1 + 1e-7)]))
}

binary <- lapply(tables, function(t) {
  x <- cube(t)
  found <- list(difference = as.list(difference(t)))
  found$exact <- lapply(as.list(exact(t)), function(v) if (is.finite(v)) v else "Inf")
  if (length(t$x1) > 1 && sum(t$x2) > 0) {
    mh <- mantelhaen.test(x, correct = FALSE)
    found$mantel_haenszel <- list(estimate = unname(mh$estimate), conf_low = mh$conf.int[1],
                                  conf_high = mh$conf.int[2], p_value = mh$p.value)
    rough <- mantelhaen.test(x, exact = TRUE)
    found$exact_p <- rough$p.value
  }
  c(t, found)
})

# Arthritis by sex (Koch and Edwards 1988): arms by none, some, marked improvement; and three arms in three strata.
ordered <- list(
  arthritis = array(c(6, 19, 5, 7, 16, 6, 7, 10, 2, 0, 5, 1), c(2, 3, 2)),
  three_arms = array(c(5, 7, 9, 4, 6, 8, 3, 2, 6, 1, 4, 7,  8, 6, 5, 2, 5, 4, 4, 4, 3, 0, 3, 6), c(3, 4, 2))
)
scored <- function(counts, arm_scores) {
  g <- 0; v <- 0
  categories <- seq_len(dim(counts)[2])
  for (k in seq_len(dim(counts)[3])) {
    long <- as.data.frame(as.table(counts[, , k]))
    arm <- rep(as.integer(long$Var1), long$Freq); y <- rep(categories[as.integer(long$Var2)], long$Freq)
    n <- length(y)
    design <- if (is.null(arm_scores)) outer(arm, seq_len(dim(counts)[1] - 1), "==") * 1 else cbind(arm_scores[arm])
    centred <- sweep(design, 2, colMeans(design))
    g <- g + crossprod(centred, y - mean(y))
    v <- v + crossprod(centred) * sum((y - mean(y))^2) / (n - 1)
  }
  statistic <- drop(t(g) %*% solve(v) %*% g)
  list(statistic = statistic, df = length(g), p_value = pchisq(statistic, length(g), lower.tail = FALSE))
}
tests <- lapply(ordered, function(counts) {
  general <- mantelhaen.test(counts)
  list(counts = aperm(counts, c(3, 1, 2)),
       general_association = list(statistic = unname(general$statistic), df = unname(general$parameter),
                                  p_value = general$p.value),
       row_mean_scores = scored(counts, NULL),
       linear_trend = scored(counts, seq_len(dim(counts)[1])))
})

cat(toJSON(list(
  provenance = list(program = "R base, mantelhaen.test and own code in this script", data = "in the script",
                    software = R.version.string, sha256_of_data = setNames(list(), character(0))),
  binary = binary, ordered = tests), digits = NA, auto_unbox = TRUE, pretty = TRUE))
