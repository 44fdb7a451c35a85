"""Scales: a catalogue as data, the model in which a trial describes its own, and how scores are computed from items."""
