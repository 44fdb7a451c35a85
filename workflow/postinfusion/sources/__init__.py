"""Files to canonical tables: one reader per format, and everything that is wrong with the data told at once."""
