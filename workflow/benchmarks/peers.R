# CPU seconds of other programs for the models of engine.py: Rscript peers.R mmrm|lmm data.csv
# Prints a line "program,seconds" for each package that is installed.
arguments <- commandArgs(trailingOnly = TRUE)
d <- read.csv(arguments[2])
d$ARM <- factor(d$ARM, levels = c("Control", "Active"))
d$ID <- factor(d$ID)
tell <- function(package, name, call) {
  if (!suppressPackageStartupMessages(requireNamespace(package, quietly = TRUE))) return(invisible())
  time <- suppressWarnings(system.time(call()))
  cat(sprintf('"%s",%.3f\n', name, time[["user.self"]] + time[["sys.self"]]))
}
if (arguments[1] == "mmrm") {
  d$AVISIT <- factor(d$AVISIT)
  tell("mmrm", "R mmrm, Kenward-Roger", function() {
    fit <- mmrm::mmrm(CHG ~ ARM * AVISIT + BASE * AVISIT + us(AVISIT | ID), d, method = "Kenward-Roger")
    summary(fit)
  })
  tell("nlme", "R nlme gls (no Kenward-Roger)", function() {
    nlme::gls(CHG ~ ARM * AVISIT + BASE * AVISIT, d,
      correlation = nlme::corSymm(form = ~ as.integer(AVISIT) | ID), weights = nlme::varIdent(form = ~ 1 | AVISIT))
  })
  tell("glmmTMB", "R glmmTMB us (z tests)", function() {
    glmmTMB::glmmTMB(CHG ~ ARM * AVISIT + BASE * AVISIT + us(AVISIT + 0 | ID), d, dispformula = ~0, REML = TRUE)
  })
}
if (arguments[1] == "lmm") {
  tell("lmerTest", "R lme4 with lmerTest, Satterthwaite", function() {
    summary(lmerTest::lmer(Y ~ TIME * ARM + (1 + TIME | ID), d))
  })
  tell("nlme", "R nlme lme", function() nlme::lme(Y ~ TIME * ARM, d, random = ~ 1 + TIME | ID))
}
