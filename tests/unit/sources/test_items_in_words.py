"""Items that are answered in words: no score is promised, and what to write is told in one line."""

from pathlib import Path

import pandas as pd

from postinfusion.plan.parse import parse
from postinfusion.sources.read import readable_tables
from postinfusion.sources.recognition.drafts import draft
from postinfusion.sources.recognition.evidence import Sample
from postinfusion.sources.recognition.survey import survey
from spec.small_trial import SmallTrial

ITEMS = [f"phq9_{number}" for number in range(1, 10)]
ASSESSMENTS = "{file: scores.csv, columns: {id: who, measure: scale, value: points, taken: when}}"
IN_WORDS = '{file: words.csv, columns: {id: who, visit: visit}, items: {PHQ-9: "phq9_{item}"}}'


def test_a_draft_promises_no_score_and_says_what_to_write():
    frame = pd.DataFrame({"id": ["1", "2"], "visit": ["Baseline", "Baseline"], "madrs": ["30", "20"]})
    frame = frame.assign(**{item: ["Not at all", "Several days"] for item in ITEMS})
    drafted = draft(survey([Sample("all.csv", frame, 2)]), "trial")
    assert "MADRS total" in drafted.sure
    assert "PHQ-9 total" not in drafted.sure
    (remark,) = drafted.remarks
    assert remark.startswith("phq9_1 to phq9_9 are items of PHQ-9 and hold words")
    assert remark.endswith("{value: {word: number}}")


def test_the_check_tells_all_columns_in_one_line(tmp_path: Path):
    cells = ",".join(["Not at all"] * 9)
    text = f"who,visit,{','.join(ITEMS)}\nA1,Baseline,{cells}\nA2,Baseline,{cells}\n"
    trial = SmallTrial().with_plan(ASSESSMENTS, IN_WORDS).with_text("words.csv", text)
    plan = parse(trial.write(tmp_path).read_text(), "small.yaml")
    told = [one for one in readable_tables(plan, tmp_path / "data" / "small").problems if one.file == "words.csv"]
    (label,) = [one.text for one in told if "is a label" in one.text]
    assert label == (
        'phq9_1 to phq9_9 (9 columns): "Not at all" is a label and not a number. Map each under values: '
        "{value: {label: number}}, or add it to missing_codes."
    )
