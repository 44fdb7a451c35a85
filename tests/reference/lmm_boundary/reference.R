# Rscript reference.R boundary.csv numbers.json
suppressMessages({library(lme4); library(pbkrtest); library(jsonlite)})
arguments <- commandArgs(TRUE)
data <- read.csv(arguments[1])
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))
models <- list(y_slope = y ~ time * arm + (time | id), z_intercept = z ~ time * arm + (1 | id),
               z_uncorrelated = z ~ time * arm + (time || id), z_slope = z ~ time * arm + (time | id))
kenward_roger <- lapply(models, function(formula) {
  fit <- lmer(formula, data, control = control)
  adjusted <- vcovAdj(fit)
  df <- sapply(1:4, function(i) Lb_ddf(diag(4)[i, ], vcov(fit), adjusted))
  list(singular = isSingular(fit), logLik = as.numeric(logLik(fit)),
       table = data.frame(estimate = unname(fixef(fit)), se = unname(sqrt(diag(as.matrix(adjusted)))), df = df),
       vcov = unname(as.matrix(adjusted)))
})
# lme4's profile of z_slope fails (its correlation is not defined at the optimum).
profiles <- lapply(models[1:3], function(formula) {
  fit <- lmer(formula, data, REML = FALSE, control = control)
  followed <- profile(fit, which = "theta_", signames = FALSE, delta.cutoff = 1 / 16)
  table <- confint(followed, level = 0.95)
  list(name = rownames(table), estimate = as.data.frame(VarCorr(fit), order = "lower.tri")$sdcor,
       low = unname(table[, 1]), high = unname(table[, 2]))
})
write_json(list(
  provenance = list(
    program = "R pbkrtest (vcovAdj, Lb_ddf) under REML; lme4 profile and confint under ML",
    data = "boundary.csv, made by data.R",
    sha256_of_data = list("boundary.csv" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE))),
    software = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
                    pbkrtest = as.character(packageVersion("pbkrtest")))),
  kenward_roger = kenward_roger, profiles = profiles), arguments[2], digits = NA, auto_unbox = TRUE, pretty = TRUE)
