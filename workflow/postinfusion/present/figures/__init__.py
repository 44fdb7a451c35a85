"""Figures, one module per output: each reads the results of one analysis and draws them."""
