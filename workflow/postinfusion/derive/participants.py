"""ADSL: one row per participant, with arms, covariates, end of participation and populations."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pandas as pd

from postinfusion.datasets.adam import PARTICIPANT_COLUMNS, participant_column, population_flag
from postinfusion.derive.canonical_columns import claim, flag, text
from postinfusion.derive.disclosure import capped_ages, pooled_sites
from postinfusion.errors import DataError
from postinfusion.plan.design import Population, Rule
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Privacy


def keys(plan: Plan, participants: pd.DataFrame) -> pd.Series:
    """Give USUBJID by ``id``: the id itself, or a number in a random order.

    The order is drawn from the seed of the plan and a digest of the whole table of participants, and is kept nowhere:
    the same data give the same numbers, but who has only the report and a list of ids cannot draw it again.
    """
    ids = participants["id"]
    if plan.privacy.ids == "keep":
        return pd.Series(ids.to_numpy(), index=pd.Index(ids, name="id"))
    content = participants.to_csv(index=False).encode()
    entropy = int.from_bytes(sha256(content).digest(), "big")
    order = np.random.default_rng(np.random.SeedSequence([plan.seed, entropy])).permutation(len(ids))
    width = max(3, len(str(len(ids))))
    return pd.Series([f"R{number + 1:0{width}d}" for number in order], index=pd.Index(ids, name="id"))


def subject_level(plan: Plan, trial: str, tables: dict[str, pd.DataFrame], keys_by_id: pd.Series) -> pd.DataFrame:
    """Give ADSL without baseline values and end of participation, indexed by ``id``.

    Raises
    ------
    DataError
        A population's rule asks for something that the data do not hold.
    """
    participants = tables["participants"].set_index("id", drop=False)
    named = {participant_column(name): participants[name] for name in _kept_columns(plan, participants)}
    adsl = pd.DataFrame(named, index=participants.index)
    adsl.insert(0, "STUDYID", trial)
    adsl.insert(1, "USUBJID", keys_by_id.reindex(adsl.index))
    adsl = capped_ages(_with_arms(adsl, plan), plan.covariates)
    if plan.privacy.mode is Privacy.PUBLIC:
        adsl = pooled_sites(adsl, plan.privacy.small_cell)
    if "infusions" in tables:
        adsl["NINF"] = tables["infusions"].groupby("id").size().reindex(adsl.index).fillna(0).astype("int64")
    return _with_end(adsl, tables)


def with_populations(adsl: pd.DataFrame, plan: Plan, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Give ADSL with one flag, ``Y`` or empty, for each population of the plan."""
    flags = {
        population_flag(name): np.where(_belongs(adsl, name, population, tables), "Y", "")
        for name, population in plan.populations.items()
    }
    return adsl.assign(**flags)


def eligibility(screening: pd.DataFrame) -> pd.DataFrame:
    """Give ADSCR: one row for each person who was assessed for eligibility.

    Who has an id entered the trial; without a column of ids whoever was eligible did.
    """
    eligible = flag(screening, "eligible")
    return pd.DataFrame(
        {
            "ELIGFL": eligible,
            "ENRLFL": np.where(text(screening, "id") != "", "Y", "") if "id" in screening else eligible,
            "EXCREAS": text(screening, "reason"),
            "CHKFL": flag(screening, "checklist_complete"),
        }
    )


def _kept_columns(plan: Plan, participants: pd.DataFrame) -> list[str]:
    """Name the participants' columns that go to ADSL: known ones and the plan's covariates."""
    return [name for name in participants.columns if name in PARTICIPANT_COLUMNS or name in plan.covariates]


def _with_arms(adsl: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Fill in the arms: the only arm of a single-arm trial, and the received arm where it is the allocated one."""
    planned = adsl["TRTP"] if "TRTP" in adsl else pd.Series(plan.design.arm_names[0], index=adsl.index)
    planned = planned.fillna("").astype("str")
    actual = adsl["TRTA"].astype("object") if "TRTA" in adsl else pd.Series(pd.NA, index=adsl.index, dtype="object")
    received = actual.where(actual.notna() & (actual != ""), planned).astype("str")
    return adsl.assign(TRTP=planned, TRTA=received)


def _with_end(adsl: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Add how the trial ended, where the data say so."""
    if "disposition" not in tables:
        return adsl
    end = tables["disposition"].set_index("id").reindex(adsl.index)
    adsl = adsl.assign(EOSSTT=text(end, "status"), DCSREAS=text(end, "reason"))
    return adsl.assign(DTHFL=flag(end, "died")) if "died" in end else adsl


def _belongs(adsl: pd.DataFrame, name: str, population: Population, tables: dict[str, pd.DataFrame]) -> np.ndarray:
    """Say who belongs to one population."""
    member = _by_rule(adsl, name, population, tables).to_numpy(dtype="bool")
    if "major-deviation" in population.without and "deviations" in tables:
        deviations = tables["deviations"]
        member = member & ~adsl.index.isin(deviations.loc[claim(deviations, "major"), "id"])
    return member


def _by_rule(adsl: pd.DataFrame, name: str, population: Population, tables: dict[str, pd.DataFrame]) -> pd.Series:
    """Say who satisfies the rule of one population."""
    participants = tables["participants"].set_index("id")
    allocated = adsl["TRTP"] != ""
    if population.rule is Rule.ALLOCATED:
        return allocated
    if population.rule is Rule.SUPPLIED and f"flag:{name}" in participants:
        return claim(participants, f"flag:{name}") & allocated
    if "NINF" in adsl and population.rule is not Rule.SUPPLIED:
        return adsl["NINF"] >= population.at_least
    if "treated" in participants and population.rule is Rule.TREATED:
        return claim(participants, "treated")
    raise DataError(f'population "{name}": {_NEEDS[population.rule]}')


_NEEDS = {
    Rule.TREATED: "the rule treated needs the source infusions, or the participants' column treated. Map one of them.",
    Rule.INFUSIONS_RECEIVED: "the rule infusions-received needs the source infusions. Add it or change the rule.",
    Rule.SUPPLIED: "the rule supplied needs a line under flags of the participants' source. Add it.",
}
