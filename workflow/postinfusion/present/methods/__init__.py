"""Methods texts, written from the plan and from what the results say of themselves; a module per family."""
