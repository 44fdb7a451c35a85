"""How the export calls the canonical columns; every other column has our name."""

EVERYWHERE = {"id": "participant"}
THEIRS = {
    "participants": {"arm": "group", "site": "centre", "diagnosis": "dx"},
    "infusions": {"start": "started", "end": "ended", "dose_mg": "dose"},
    "assessments": {"measure": "scale", "taken": "assessed"},
    "weights": {"weight_kg": "kg", "taken": "weighed"},
    "vitals": {"taken": "measured"},
    "laboratory": {"value": "result", "taken": "sampled"},
    "adverse_events": {"term": "event", "onset": "began", "end": "ended"},
}
WIDE_MEASURES = ("systolic", "diastolic", "heart_rate", "spo2", "moaas", "cadss", "bprs_positive")


def their_name(table, ours):
    """Give the export's name of one of our columns."""
    return (EVERYWHERE | THEIRS.get(table, {})).get(ours, ours)
