"""Checklists for the reporting of trials, filled from the plan and the results of one trial."""
