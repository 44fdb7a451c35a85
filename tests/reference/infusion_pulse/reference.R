# Rscript reference.R pulse.csv numbers.json data/ketamine_ed
# pulse.csv is compare.readings().to_csv(..., index=False, lineterminator="\n", float_format="%.17g").
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(numDeriv); library(jsonlite)})
arguments <- commandArgs(TRUE)
data <- read.csv(arguments[1])
data$MINUTE <- factor(data$MINUTE); data$GROUP <- factor(data$GROUP); data$ARM <- factor(data$ARM, levels = c("M", "K"))
formula <- CHG ~ ARM * MINUTE + GROUP + BASE + (1 + PULSE | USUBJID) + (1 + PULSE | USUBJID:INFNUM)
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5))
first <- lme4::lmer(formula, data, control = control)
f <- lme4::lmer(formula, data, devFunOnly = TRUE)
x <- getME(first, "theta")
for (i in 1:6) x <- x - solve(hessian(f, x), grad(f, x))
gradient <- max(abs(grad(f, x)))
fit <- lmerTest::lmer(formula, data, start = list(theta = x),
                      control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5)))
coefficients <- summary(fit, ddf = "Satterthwaite")$coefficients
components <- as.data.frame(VarCorr(fit))
write_json(list(
  provenance = list(
    program = "R lme4, theta polished by Newton steps; lmerTest (Satterthwaite)",
    data = "systolic blood pressure of data/ketamine_ed, as compare.py puts it together",
    sha256_of_data = lapply(c("../../../data/ketamine_ed/vitals.csv" = "vitals.csv",
                              "../../../data/ketamine_ed/participants.csv" = "participants.csv"), function(file)
      sub(" .*", "", system2("sha256sum", file.path(arguments[3], file), stdout = TRUE))),
    software = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
                    lmerTest = as.character(packageVersion("lmerTest")))),
  gradient = gradient, logLik = as.numeric(logLik(fit)), components = components,
  satterthwaite = data.frame(term = rownames(coefficients), estimate = coefficients[, 1], se = coefficients[, 2],
                             df = coefficients[, 3])),
  arguments[2], digits = NA, auto_unbox = TRUE, pretty = TRUE)
cat(gradient, as.numeric(logLik(fit)), "\n"); print(components); print(coefficients)
