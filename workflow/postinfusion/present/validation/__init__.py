"""How the models of this version agree with other programs: a generated summary and its table."""
