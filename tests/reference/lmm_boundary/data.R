# Rscript data.R boundary.csv
# y: each participant's slope is its level times a number, so that their correlation is estimated as one.
# z: no differences between participants, so that every variance of theirs is estimated as zero.
set.seed(3)
f <- data.frame(id = rep(1:14, each = 5), time = rep(0:4, 14))
f$arm <- f$id %% 2
f <- f[-sample(nrow(f), 12), ]
b <- rnorm(14)
f$y <- round(b[f$id] * (1 + 0.4 * f$time) + 0.3 * f$time + rnorm(nrow(f)), 4)
f$z <- round(rnorm(nrow(f)), 4)
for (i in unique(f$id)) f$z[f$id == i] <- round(f$z[f$id == i] - mean(f$z[f$id == i]) + rnorm(1) * 0.1, 4)
write.csv(f, commandArgs(TRUE)[1], row.names = FALSE, quote = FALSE)
