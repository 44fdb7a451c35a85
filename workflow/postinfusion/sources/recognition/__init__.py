"""What files of a trial hold, from the names of their columns and from their values: evidence for a draft of a plan."""
