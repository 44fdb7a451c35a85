# Rscript reference.R > numbers.json
# Exact limits of a proportion of clustered units at the effective number (Korn and Graubard). The variance between
# clusters is the robust one of an intercept-only logistic model by estimating equations (geepack), brought to the scale
# of the proportion and to m / (m - 1); the limits are quantiles of the beta distribution, or binom.test where each
# cluster has one unit. No limit excludes what none, or all, of as many clusters would allow (binom.test of 0 and m of m).
suppressPackageStartupMessages({library(geepack); library(jsonlite)})

tables <- list(
  dependent = list(y = c(6, 0, 5, 0, 1, 6, 0, 0, 2, 0), n = rep(6, 10)),
  unequal = list(y = c(1, 0, 3, 2, 0, 4, 0, 1), n = c(6, 2, 3, 6, 1, 5, 4, 6)),
  rare = list(y = c(rep(0, 45), 1, 1, 2), n = c(rep(6, 40), rep(2, 5), 6, 6, 4)),
  nearly_all = list(y = c(rep(7, 30), 6, 5, 7, 6), n = rep(7, 34)),
  spread_evenly = list(y = c(2, 3, 3, 2, 3, 3), n = rep(5, 6)),
  one_each = list(y = c(rep(1, 5), rep(0, 12)), n = rep(1, 17)))

limits <- function(table, confidence = 0.95) {
  y <- table$y; n <- table$n; m <- length(n); total <- sum(n); p <- sum(y) / total
  tail <- (1 - confidence) / 2
  if (all(n == 1)) {
    exact <- binom.test(sum(y), total, conf.level = confidence)$conf.int
    return(list(estimate = p, conf_low = exact[1], conf_high = exact[2], effective = total))
  }
  hits <- unlist(mapply(function(a, b) rep(1:0, c(a, b - a)), y, n, SIMPLIFY = FALSE))
  infused <<- data.frame(cluster = rep(seq_along(n), n), hit = hits)  # geeglm looks for it in the workspace
  fit <- geeglm(hit ~ 1, family = binomial, id = cluster, data = infused, corstr = "independence",
                control = geese.control(epsilon = 1e-14, maxit = 100))
  v <- (p * (1 - p))^2 * fit$geese$vbeta[1, 1] * m / (m - 1)
  deff <- v / (p * (1 - p) / (total - 1))
  effective <- min(total, total / deff * (qt(tail, total - 1) / qt(tail, m - 1))^2)
  x <- p * effective
  low <- min(qbeta(tail, x, effective - x + 1), binom.test(m, m, conf.level = confidence)$conf.int[1])
  high <- max(qbeta(1 - tail, x + 1, effective - x), binom.test(0, m, conf.level = confidence)$conf.int[2])
  list(estimate = p, conf_low = low, conf_high = high, effective = effective)
}

found <- lapply(tables, function(table) c(table, list(limits = limits(table))))
cat(toJSON(list(
  provenance = list(program = "R geepack, geeglm; binom.test; qbeta", data = "in the script",
                    software = paste0(R.version.string, "; geepack ", packageVersion("geepack")),
                    sha256_of_data = setNames(list(), character(0))),
  tables = found), digits = NA, auto_unbox = TRUE, pretty = TRUE))
