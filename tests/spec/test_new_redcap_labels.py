"""A REDCap export with labels for its header: labels that repeat from form to form, and columns of its own."""

from __future__ import annotations

from pathlib import Path

from postinfusion.sources.recognition.proposal import propose

HEADER = (
    "Record ID,Event Name,Repeat Instrument,Repeat Instance,Arm,MADRS total,Date,Complete?,Adverse event,AE start,"
    "Severity,Serious?,Complete?,PHQ-9 total,Date,Complete?"
)


def export() -> str:
    """Give eight participants with two visits and one adverse event each."""
    rows = [HEADER]
    for one in range(1, 9):
        arm = ("Ketamine", "Placebo")[one % 2]
        first, later = f"2024-03-{4 + one:02d}", f"2024-03-{11 + one:02d}"
        rows.append(f"{one},Baseline,,,{arm},{25 + one},{first},Complete,,,,,,{10 + one},{first},Complete")
        rows.append(f"{one},Day 7,,,,{15 + one},{later},Complete,,,,,,{5 + one},{later},Complete")
        rows.append(f"{one},Baseline,Adverse event,1,,,,,Nausea,{first},Mild,No,Complete,,,")
    return "\n".join(rows) + "\n"


def test_labels_repeat_and_the_name_of_an_event_is_no_adverse_event(tmp_path: Path):
    (tmp_path / "export.csv").write_text(export(), encoding="utf-8")
    proposed = propose([tmp_path / "export.csv"], "mine")
    text = proposed.draft.text()
    assert "term: Adverse event" in text
    assert "term: Event Name" not in text
    assert {"MADRS total", "PHQ-9 total"} <= {*proposed.draft.sure}
    assert not any("MADRS" in line or "Adverse" in line for line in proposed.not_used)
