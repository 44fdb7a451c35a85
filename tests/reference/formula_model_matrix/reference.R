# Terms and columns of model formulas in R: order and labels of the terms, the term of each column, rank, and the
# projection onto the columns. Called in this folder:
#   Rscript data.R && Rscript reference.R
suppressMessages(library(jsonlite))

data <- read.csv("data.csv", stringsAsFactors = TRUE)
formulas <- c(
  # main effects and their interactions
  "1", "a", "u", "a + b", "a + u", "a * b", "a * u", "u * a", "u * v", "a * b * c", "a * b * u", "a * u * v",
  "(a + b + c)^2", "(a + b + c)^3", "(a + u + v)^2", "(a + b + u)^3", "b * a + c", "u + a + b:a", "a + b * c - b",
  # margins that are not there
  "a:b", "a:u", "u:v", "u:a + b", "b:a", "a:b:c", "a:b:u", "a + a:b", "b + a:b", "a + b:u", "u + a:u", "a:u + b:u",
  "a + a:b:c", "b + c + a:b:c", "a * b - a", "a * b - b", "a * b * c - a:b", "a * b * c - a - b", "(a + b + c)^2 - a",
  # margins that occur only inside another term
  "a:b + b:c", "a:b + a:c", "a:b + a:c + b:c", "b:a + a:c", "a:b + a:u", "a:u + a:b", "a:b + a:b:c", "a + b:c + a:c:u",
  "c + a:b + b:c", "a:b:u + a:b:c", "u:a + u:b + a:b", "a:b:u + u:v:c", "u + a:b:u", "u:v + a:b:u", "b:c + a:b:u",
  # orders of terms
  "(a + b * u)^2", "(a * b + u)^2", "(u + a:b)^2", "(a + b:c)^2", "(a * u)^3", "(a + b + u * v)^2", "(b * a)^2 + c",
  "c + (a + b)^2", "(a + b) * (c + u)", "(a + b):(c + u)", "(u + v):(a + b) + c", "a:(b + c) + b", "c:b + b:a + a:c",
  "(a + b + c)^2 + u * a - b:c", "(a * b - a) * c", "a * b + (c + u)^2 - u", "(u + b)^2 * a",
  # without an intercept
  "0 + a", "a - 1", "0 + u", "0 + u + a", "0 + a + b", "0 + a:b", "0 + b + a:b", "0 + a * b", "0 + u:a + b",
  "0 + u + a:u", "0 + a:u", "0 + a:b + c", "0 + a:b + a:c", "0 + a * b * c", "-1 + u * a", "0 + u:v + a:u:v",
  "0 + a + 1", "1 + a - 1", "a + 1 + 0", "a - 0 - 1", "0 + u + u:a:b", "0 + (a + b * u)^2",
  # functions
  "poly(u, 2) * a", "a:poly(u, 2)", "a * b:poly(u, 2)", "log(w) + a:log(w)", "a:log(w) + b", "sqrt(w):a + log(w):a"
)

described <- function(text) {
  terms <- terms(as.formula(paste("~", text)))
  X <- model.matrix(terms, data)
  Q <- svd(X)
  kept <- Q$d > 1e-9 * Q$d[1]
  U <- Q$u[, kept, drop = FALSE]
  list(
    formula = text,
    intercept = attr(terms, "intercept"),
    term_labels = I(as.character(attr(terms, "term.labels"))),
    assign = I(attr(X, "assign")),
    columns = I(colnames(X)),
    rank = sum(kept),
    # The squared lengths of three vectors' projections tell one column space from another.
    projected = I(colSums((t(U) %*% as.matrix(data[c("y1", "y2", "y3")]))^2)),
    # Of the first columns up to the end of each term: the spaces of the sequence of terms.
    by_term = I(vapply(seq(0, max(attr(X, "assign"))), function(t) {
      part <- X[, attr(X, "assign") <= t, drop = FALSE]
      if (!ncol(part)) return(0)
      found <- svd(part)
      basis <- found$u[, found$d > 1e-9 * found$d[1], drop = FALSE]
      sum((t(basis) %*% data$y1)^2)
    }, numeric(1)))
  )
}

result <- list(
  provenance = list(
    program = "R stats: terms.formula, model.matrix, treatment contrasts",
    data = "data.csv, written by data.R",
    software = list(R = paste(R.version$major, R.version$minor, sep = ".")),
    sha256_of_data = list(data.csv = strsplit(system("sha256sum data.csv", intern = TRUE), " ")[[1]][1])
  ),
  formulas = lapply(formulas, described)
)
writeLines(toJSON(result, digits = NA, auto_unbox = TRUE, pretty = TRUE), "numbers.json")
