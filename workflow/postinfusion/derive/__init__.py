"""Canonical tables → ADaM datasets: time since infusion, windows, baseline, change, populations."""
