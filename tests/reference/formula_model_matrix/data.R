# Data of the case: three factors of 2, 3 and 2 levels crossed ten times, three covariates, three outcomes of noise.
#   Rscript data.R
set.seed(20240607)
data <- expand.grid(a = c("a1", "a2"), b = c("b1", "b2", "b3"), c = c("c1", "c2"), repeated = 1:10)
n <- nrow(data)
numbers <- data.frame(u = rnorm(n), v = rnorm(n), w = exp(rnorm(n)), y1 = rnorm(n), y2 = rnorm(n), y3 = rnorm(n))
write.csv(cbind(data[c("a", "b", "c")], round(numbers, 6)), "data.csv", row.names = FALSE, quote = FALSE)
