"""Numerics of the mixed models: arrays in, arrays or frozen records out; knows no data frames and no trials."""
