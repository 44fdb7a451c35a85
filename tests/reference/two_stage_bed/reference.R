# Rscript reference.R ../../../data/two_stage_bed numbers.json
# Each stage by lm, from the shipped files alone (stages.csv holds what entered); the combination is written out here.
suppressMessages(library(jsonlite))
arguments <- commandArgs(TRUE)
read <- function(name) read.csv(file.path(arguments[1], paste0(name, ".csv")), stringsAsFactors = FALSE)
people <- read("participants"); scores <- read("assessments")
day <- scores$assessed / 24
at <- function(from, until) {
  found <- scores[day >= from & day < until, ]
  setNames(found$value, found$participant)[people$participant]
}
base <- at(-1, 0.0001); end <- at(7, 14.2); last <- at(24, 40)
ketamine <- function(code) as.numeric(code == "K")
first <- lm(change ~ arm + base, data.frame(change = end - base, arm = ketamine(people$treatment), base = base))
again <- people$treatment_2 != ""
second <- lm(change ~ arm + base, data.frame(change = last - end, arm = ketamine(people$treatment_2), base = end)[again, ])
row <- function(fit) {
  s <- summary(fit)$coefficients["arm", ]; limits <- confint(fit)["arm", ]
  list(estimate = s[[1]], std_error = s[[2]], statistic = s[[3]], p_value = s[[4]], df = fit$df.residual,
       conf_low = limits[[1]], conf_high = limits[[2]], n = nobs(fit))
}
a <- row(first); b <- row(second); w <- 0.6
va <- (w * a$std_error)^2; vb <- ((1 - w) * b$std_error)^2
estimate <- w * a$estimate + (1 - w) * b$estimate; se <- sqrt(va + vb)
df <- (va + vb)^2 / (va^2 / a$df + vb^2 / b$df)
z <- sqrt(w) * qnorm(pt(a$statistic, a$df)) + sqrt(1 - w) * qnorm(pt(b$statistic, b$df))
stages <- data.frame(participant = people$participant, arm = people$treatment, again = people$treatment_2,
                     base = base, end = end, last = last)
write.csv(stages, "stages.csv", row.names = FALSE, quote = FALSE, na = "")
write_json(list(
  provenance = list(
    program = "R stats::lm, combination written out", data = "data/two_stage_bed",
    sha256_of_data = list(stages.csv = sub(" .*", "", system2("sha256sum", "stages.csv", stdout = TRUE))),
    software = list(R = R.version.string)),
  first = a, second = b,
  combined = list(estimate = estimate, std_error = se, df = df, statistic = estimate / se,
                  p_value = 2 * pt(-abs(estimate / se), df), conf_low = estimate - qt(0.975, df) * se,
                  conf_high = estimate + qt(0.975, df) * se),
  combination = list(statistic = z, p_value = 2 * pnorm(-abs(z)))),
  arguments[2], digits = NA, auto_unbox = TRUE, pretty = TRUE)
