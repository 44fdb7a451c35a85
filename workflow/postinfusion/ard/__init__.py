"""The hinge: analysis results data, one row per statistic. Statistics never know displays, displays never compute."""
