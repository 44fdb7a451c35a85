"""From a plan and analysis datasets to analysis results; the only place where pandas meets the numerical core."""
