# Rscript reference.R numbers.json
library(jsonlite)
cases <- list(
  several = c(0.01, 0.04, 0.03, 0.005),
  ties = c(0.02, 0.02, 0.02),
  large = c(0.9, 0.6, 0.04, 0.3, 1),
  tiny = c(1e-12, 0.049, 0.2, 3e-5, 0.0125, 0.0166),
  one = 0.037)
adjusted <- lapply(cases, function(p) list(p = p, holm = p.adjust(p, "holm"), hochberg = p.adjust(p, "hochberg")))
provenance <- list(program = "stats::p.adjust", data = "p-values written out in reference.R", sha256_of_data = setNames(list(), character(0)),
                   software = list(R = R.version.string))
writeLines(toJSON(list(provenance = provenance, cases = adjusted), digits = NA, auto_unbox = TRUE), arguments <- commandArgs(TRUE)[1])
