"""The plan: one YAML file per trial, the only thing that an analyst edits, as frozen models."""
