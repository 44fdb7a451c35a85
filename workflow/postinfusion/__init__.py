"""Evidence for clinical claims from the outcome data of infusion trials."""
