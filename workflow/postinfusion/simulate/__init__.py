"""Trials with known truth: the layer makes data and analyses nothing."""
