# The bias-reduced covariance of Mancl & DeRouen (2001), Biometrics 57, 126-134, eq. 4, of geepack's estimates, and
# that of Morel, Bokossa & Neerchal (2003), Biometrical Journal 45, 395-409, as SAS's empirical=mbn defines it (d 2, r 1).
# geepack has neither: both are formed here from its coefficients and its correlation, subject by subject.
# Called in this folder:  Rscript reference.R
suppressMessages({library(geepack); library(jsonlite)})

tight <- geese.control(epsilon = 1e-12, maxit = 200)
data(epil, package = "MASS")
data(respiratory, package = "geepack")
epil <- epil[order(epil$subject, epil$period), ]
epil$cluster <- epil$subject
few <- epil[epil$subject %in% c(1:12, 30:41), ]
respiratory$cluster <- paste(respiratory$center, respiratory$id)
respiratory <- respiratory[order(respiratory$cluster, respiratory$visit), ]
respiratory$center <- factor(respiratory$center)
respiratory$treat <- factor(respiratory$treat, c("P", "A"))

described <- function(data, formula, family, corstr, time) {
  data$wave <- data[[time]]
  data$id <- match(data$cluster, unique(data$cluster))
  fit <- geeglm(formula, family = family, data = data, id = id, waves = wave, corstr = corstr, control = tight)
  beta <- coef(fit)
  X <- model.matrix(fit)
  mu <- as.vector(family$linkinv(X %*% beta))
  slope <- family$mu.eta(as.vector(X %*% beta))
  deviation <- sqrt(family$variance(mu))
  residual <- fit$y - mu
  phi <- mean((residual / deviation)^2)
  alpha <- if (corstr == "independence") 0 else unname(fit$geese$alpha)
  of_cluster <- lapply(split(seq_len(nrow(X)), data$id), function(rows) {
    lag <- abs(outer(data$wave[rows], data$wave[rows], "-"))
    R <- if (corstr == "ar1") alpha^lag else ifelse(lag == 0, 1, alpha)
    D <- X[rows, , drop = FALSE] * slope[rows]
    list(D = D, W = solve(phi * R * outer(deviation[rows], deviation[rows])), r = residual[rows])
  })
  bread <- solve(Reduce(`+`, lapply(of_cluster, function(k) t(k$D) %*% k$W %*% k$D)))
  meat <- Reduce(`+`, lapply(of_cluster, function(k) {
    H <- k$D %*% bread %*% t(k$D) %*% k$W
    score <- t(k$D) %*% k$W %*% solve(diag(length(k$r)) - H, k$r)
    score %*% t(score)
  }))
  V <- bread %*% meat %*% bread
  plain <- Reduce(`+`, lapply(of_cluster, function(k) {
    score <- t(k$D) %*% k$W %*% k$r
    score %*% t(score)
  }))
  n <- nrow(X)
  m <- length(of_cluster)
  p <- ncol(X)
  share <- if (m > 3 * p) p / (m - p) else 1 / 2
  effect <- max(1, sum(diag(bread %*% plain)) / p)
  # The residuals' products are replaced by c r r' + share * effect * V_i, subject by subject.
  inflated <- Reduce(`+`, lapply(of_cluster, function(k) {
    B <- (n - 1) / (n - p) * m / (m - 1) * k$r %*% t(k$r) + share * effect * solve(k$W)
    t(k$D) %*% k$W %*% B %*% k$W %*% k$D
  }))
  list(
    family = family$family, corstr = corstr, n_clusters = length(of_cluster), alpha = alpha, scale = phi,
    coefficients = data.frame(term = names(beta), estimate = unname(beta), se = unname(sqrt(diag(V)))),
    vcov = unname(V),
    vcov_morel = unname(bread %*% inflated %*% bread)
  )
}

cases <- list(
  epil = list(epil, y ~ lbase * trt + lage + V4, poisson(), "period"),
  few = list(few, y ~ lbase * trt, poisson(), "period"),
  respiratory = list(respiratory, outcome ~ center + treat + sex + age + baseline, binomial(), "visit"),
  habituation = list(respiratory, outcome ~ visit, binomial(), "visit")
)
fits <- list()
for (name in names(cases)) {
  for (corstr in c("independence", "exchangeable", "ar1")) {
    case <- cases[[name]]
    fits[[paste(name, corstr, sep = "_")]] <- described(case[[1]], case[[2]], case[[3]], corstr, case[[4]])
  }
}
result <- list(
  provenance = list(
    program = "R geepack, geeglm, and the formulas of Mancl & DeRouen (2001) and of Morel, Bokossa & Neerchal (2003) in reference.R",
    data = "MASS epil (few: subjects 1-12 and 30-41) and geepack respiratory",
    software = list(R = paste(R.version$major, R.version$minor, sep = "."), geepack = as.character(packageVersion("geepack"))),
    sha256_of_data = list(
      "MASS/epil" = "f2a276d2b0f8e06311e7a7265f990c617e37f4e125f777420e177f399f1cbe0d",
      "geepack/respiratory" = "035875079fb7990f29880b6cffa144615e50d9eb7259752b343aa4365f5e0ecb"
    )
  ),
  fits = fits
)
writeLines(toJSON(result, digits = NA, auto_unbox = TRUE, pretty = TRUE), "numbers.json")
