"""The verdicts that each shipped trial gives, claim by claim: a change of one is a change of what the report says."""

from pathlib import Path

import pandas as pd
import pytest

from postinfusion.analyses.claims import synthesise
from postinfusion.analyses.run import analyse
from postinfusion.ard.build import table
from postinfusion.ard.query import select
from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.plan.claim_catalogue import CATALOGUE
from postinfusion.plan.claims import Intervention
from postinfusion.simulate.verdicts import EXPECTED
from postinfusion.sources.read import canonical_tables
from postinfusion.vocabulary import Verdict

ROOT = Path(__file__).parents[2]
PLANS = {file.stem: read.plan(file) for file in sorted((ROOT / "config" / "trials").glob("*.yaml"))}
OF_OTHERS = ["anorexia", "arthritis", "beat_the_blues", "cdisc_pilot", "epilepsy", "liver", "respiratory"]
NOT_TESTABLE = Verdict.NOT_TESTABLE.value
# What the one shipped seed gives; what the truth lets expect over seeds stands in simulate/verdicts.py.
KETAMINE_ED = {
    "primary": "supported; clearly important",
    "E1": "supported; clearly important",
    "E2": "supported; direction only",
    "E3": "supported; direction only",
    "E4": "inconclusive",
    "E5b": "supported; fragile",
    "E6": "supported; fragile",
    "E11": "supported; direction only",
    "E15": "supported; direction only",
    "S1": "inconclusive",
    "S3": "supported; existence",
    "S4": "supported; existence",
    "S6": "supported; existence",
    "S8": "contradicted",
}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, str]:
    plan = PLANS["ketamine_ed"]
    adam = derive(plan, "ketamine_ed", canonical_tables(plan, ROOT / "data" / "ketamine_ed").tables)
    deciding = {point.analysis for judged in plan.claims.judged.values() for point in judged.decides}
    results = [analyse(plan, "ketamine_ed", key, adam).results for key in plan.analyses if key in deciding]
    return said(synthesise(plan, "ketamine_ed", pd.concat(results, ignore_index=True)))


def said(claims: pd.DataFrame) -> dict[str, str]:
    rows = select(claims, term="claim").pivot_table(
        index="variable", columns="stat_name", values="stat_text", aggfunc="first"
    )
    return {claim: "; ".join(filter(None, row)) for claim, *row in rows[["verdict", "qualifiers"]].itertuples()}


def test_the_shipped_trial_gives_these_verdicts(verdicts):
    expected = dict.fromkeys([*CATALOGUE, "primary"], NOT_TESTABLE) | KETAMINE_ED
    assert verdicts == expected


@pytest.mark.parametrize("name", OF_OTHERS)
def test_a_trial_without_ketamine_answers_no_claim_about_it(name):
    assert PLANS[name].claims.treatment is Intervention.OTHER
    found = said(synthesise(PLANS[name], name, table([])))
    assert {claim: found[claim] for claim in CATALOGUE} == dict.fromkeys(CATALOGUE, NOT_TESTABLE)


def test_the_truth_of_the_simulated_trial_says_what_to_expect_of_every_claim():
    assert set(EXPECTED) == set(CATALOGUE)
