# Rscript reference.R > numbers.json
# Fisher's exact test of two proportions (fisher.test, two-sided), with ties between the probabilities of tables, zeros
# and groups of unlike size; and the adjustment of all of them for the false discovery rate (p.adjust, "BH").
suppressPackageStartupMessages(library(jsonlite))

tables <- list(
  sixty_and_sixty = list(c(10, 60, 2, 60), c(13, 60, 6, 60), c(29, 60, 24, 60), c(1, 60, 0, 60), c(5, 60, 5, 60),
                         c(60, 60, 54, 60), c(0, 60, 6, 60)),
  unlike_sizes = list(c(3, 17, 3, 64), c(14, 17, 21, 64), c(0, 17, 9, 64), c(17, 17, 60, 64), c(1, 17, 0, 64),
                      c(2, 17, 8, 64)),
  small = list(c(3, 3, 0, 3), c(2, 4, 0, 3), c(1, 3, 1, 5), c(0, 3, 2, 5)),
  large = list(c(142, 346, 20, 222), c(101, 346, 18, 222), c(31, 346, 4, 222), c(3, 346, 2, 222), c(173, 346, 111, 222)))

p_of <- function(table) {
  fisher.test(matrix(c(table[1], table[2] - table[1], table[3], table[4] - table[3]), 2))$p.value
}
found <- lapply(tables, function(part) {
  p <- vapply(part, p_of, 0)
  list(tables = part, p_value = p, p_adjusted = p.adjust(p, "BH"))
})
cat(toJSON(list(
  provenance = list(program = "R stats, fisher.test and p.adjust", data = "in the script",
                    software = R.version.string, sha256_of_data = setNames(list(), character(0))),
  cases = found), digits = NA, auto_unbox = TRUE, pretty = TRUE))
