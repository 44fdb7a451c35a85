"""The de-identification gate: what tells who somebody is, by name, by data dictionary and by value."""
