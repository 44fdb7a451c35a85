"""A trial without a comparison says nothing of causes, supports no claim, and stops at description with few people."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from postinfusion.ard.query import select
from postinfusion.plan.claim_catalogue import CATALOGUE, GROUP_NAMES
from postinfusion.simulate.export import csv_text
from postinfusion.simulate.single_arm import simulate_single_arm
from postinfusion.vocabulary import Verdict
from spec.whole_way import Way, whole_way

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "config" / "trials" / "open_label_bn.yaml"
CAUSAL = re.compile(
    r"\b(effects?|effective(ly|ness)?|efficacious|because|caus(e|es|ed|al|ing)|led to|leads? to|due to|thanks to|"
    r"owing to|attribut(ed|able) to|improved by|reduced by|lowered by|treated successfully|results? (in|from)|"
    r"worked(?! out)|responded to|brought about|produced by|as a (result|consequence))\b",
    re.IGNORECASE,
)
# Names that the field gives to parts of a model, to a verdict and to what a form of adverse events records, and the
# claims as they are put: none of them is a statement about this trial.
NAMES = (
    "fixed effects", "random effects", "random effect", "no important effect", "stopped because of an event",
    "stopping because of an event", "stopping because of harms", "left because of an adverse event",
    "an event led to stopping",
    "slowing because of an event", "interrupting because of an event", "led to slowing an infusion",
    "led to interrupting an infusion", "led to stopping the treatment", "deaths of any cause", "of every cause",
    *GROUP_NAMES.values(),
    *(claim.words.rstrip(".") for claim in CATALOGUE.values()), *(claim.needs for claim in CATALOGUE.values()),
)  # fmt: skip


def statements(text: str) -> str:
    """Give the text without names and quoted claims."""
    for name in sorted(NAMES, key=len, reverse=True):
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    return text


def made(folder: Path, *, with_report: bool = False, **options: object) -> Way:
    """Simulate a trial, write its files and go the whole way."""
    for name, table in simulate_single_arm(np.random.SeedSequence(3), **options).items():  # type: ignore[arg-type]
        (folder / f"{name}.csv").write_text(csv_text(table), encoding="utf-8")
    return whole_way(PLAN, folder, with_report=with_report)


@pytest.fixture(scope="module")
def shipped() -> Way:
    return whole_way(PLAN, ROOT / "data" / "open_label_bn")


@pytest.mark.parametrize(
    "sentence", ["The effect of ketamine", "MADRS fell because of it", "led to remission", "improved by ketamine"]
)
def test_a_causal_sentence_would_be_found(sentence: str):
    assert CAUSAL.search(statements(sentence))


def test_no_sentence_of_the_report_names_a_cause(shipped: Way):
    text = statements(shipped.text)
    found = [text[max(0, match.start() - 60) : match.end() + 40] for match in CAUSAL.finditer(text)]
    assert found == []


def test_the_report_says_that_nothing_was_compared(shipped: Way):
    assert "Nobody was compared with anybody" in shipped.text
    assert "uncontrolled" in shipped.text


def verdicts(way: Way) -> dict[str, str]:
    """Give the verdict of each claim."""
    found = select(way.results, analysis_id="claims", term="claim", stat_name="verdict")
    return dict(zip(found["variable"], found["stat_text"], strict=True))


def test_the_best_verdict_is_compatible_and_safety_is_not_contradicted_by_words_alone(shipped: Way):
    of = verdicts(shipped)
    assert of["E1"] == of["primary"] == Verdict.COMPATIBLE
    assert of["E4"] == Verdict.INCONCLUSIVE
    assert of["S8"] == Verdict.CONTRADICTED
    assert Verdict.SUPPORTED not in of.values()


def test_regression_to_the_mean_alone_supports_nothing(tmp_path: Path):
    of = verdicts(made(tmp_path, has_effects=False))
    assert Verdict.SUPPORTED not in of.values()
    assert of["E1"] in (Verdict.COMPATIBLE, Verdict.INCONCLUSIVE)


@pytest.mark.parametrize("people", [1, 2])
def test_one_or_two_participants_are_described_and_nothing_is_fitted(people: int, tmp_path: Path):
    way = made(tmp_path, participants=people, with_report=people == 1)
    assert not len(select(way.results, stat_name="std_error"))
    for analysis in ("madrs-change", "madrs-before-after", "edeq-change"):
        errors = select(way.results, analysis_id=analysis, stat_name="error")["error"]
        assert errors.str.contains("described only").all()
        assert len(errors)
    assert len(select(way.results, analysis_id="madrs-by-visit", stat_name="mean"))
    assert set(verdicts(way).values()) <= {Verdict.NOT_TESTABLE, Verdict.INCONCLUSIVE, Verdict.CONTRADICTED}
