# Rscript reference.R numbers.json
suppressMessages({library(coin); library(sandwich); library(jsonlite)})
out <- commandArgs(TRUE)[1]
# All allocations within strata, the arm's t with HC2 standard error by lm and vcovHC: none of our formulas.
studentised <- function(y, a, x) {
  fit <- if (is.null(x)) lm(y ~ a) else lm(y ~ a + ., data.frame(x))
  unname(coef(fit)["a"] / sqrt(vcovHC(fit, type = "HC2")["a", "a"]))
}
allocations <- function(a, strata) {
  found <- list(a)
  for (s in unique(strata)) {
    where <- which(strata == s)
    chosen <- combn(length(where), sum(a[where]), simplify = FALSE)
    found <- unlist(lapply(found, function(b) lapply(chosen, function(k) { b[where] <- 0; b[where[k]] <- 1; b })), FALSE)
  }
  found
}
brute <- function(y, a, x = NULL, strata = rep(1, length(y))) {
  all <- allocations(a, strata)
  t <- abs(sapply(all, function(b) studentised(y, b, x)))
  observed <- studentised(y, a, x)
  list(y = y, a = a, x = x, strata = strata, statistic = observed, n = length(all),
       p = mean(t >= abs(observed) * (1 - 1e-9)), smallest = mean(t >= max(t) * (1 - 1e-9)))
}
set.seed(20261123)
unequal_y <- c(4.1, 7.3, 6.6, 9.0, 2.2, 3.9, 5.1, 4.4, 1.8, 3.3)
adjusted_y <- round(rnorm(12, 10, 3), 2); covariate <- round(rnorm(12), 2)
cases <- list(
  unequal = brute(unequal_y, c(1, 1, 1, 1, 0, 0, 0, 0, 0, 0)),
  adjusted_in_strata = brute(adjusted_y + 1.5 * covariate - c(3, 3, 3, 0, 0, 0, 3, 3, 3, 0, 0, 0),
                             rep(c(1, 1, 1, 0, 0, 0), 2), cbind(covariate, second = rep(c(0, 1), each = 6)),
                             rep(1:2, each = 6)))
# With arms of one size and no covariate the studentised difference orders allocations as the plain one does.
equal_y <- c(12.1, 9.7, 15.2, 11.8, 8.1, 7.9, 10.4, 6.3, 9.0, 5.5)
equal_a <- factor(rep(c("t", "c"), each = 5))
equal <- list(y = equal_y, a = as.integer(equal_a == "t"),
              p = as.numeric(pvalue(oneway_test(equal_y ~ equal_a, distribution = "exact"))))
tea <- list(all_right = fisher.test(matrix(c(4, 0, 0, 4), 2))$p.value, three_right = fisher.test(matrix(c(3, 1, 1, 3), 2))$p.value)
write_json(list(
  provenance = list(
    program = "R: all allocations with lm and sandwich::vcovHC; coin::oneway_test(distribution = exact); fisher.test",
    data = "in the script",
    software = list(R = R.version.string, coin = as.character(packageVersion("coin")),
                    sandwich = as.character(packageVersion("sandwich"))),
    sha256_of_data = setNames(list(), character(0))),
  brute = cases, equal = equal, tea = tea), out, digits = NA, auto_unbox = TRUE, pretty = TRUE)
