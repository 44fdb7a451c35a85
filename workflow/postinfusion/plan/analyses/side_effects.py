"""What a plan asks about the side effects of an infusion: which events are one, and by when they should have passed."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.quantities import Hours, Name, Percent
from postinfusion.vocabulary import Method

SELF_INDUCED = re.compile(
    r"self[- ]?induced|purging|selbst[- ]?(?:induziert|herbeigef(?:ü|ue)hrt|ausgel(?:ö|oe)st|provoziert)", re.IGNORECASE
)
"""What a patient with an eating disorder does to herself is a symptom, and never a side effect."""


def event_name(term: str) -> str:
    """Give an event in the form in which the plan and the data are compared: without case and double spaces."""
    return " ".join(term.casefold().split())


class SideEffects(DividedPart):
    """How often side effects follow an infusion, how soon, and how long they last (SEFT01)."""

    method: Literal[Method.SIDE_EFFECTS]
    population: str = "safety"
    """Key under populations."""
    groups: dict[Name, Annotated[tuple[Name, ...], Field(min_length=1)]] = Field(min_length=1, max_length=20)
    """Name of a side effect → the adverse events that are one, as `dizziness: [dizziness, vertigo]`; spelt as in the
    data, but for capitals. An event may be in several groups; self-induced vomiting is in none."""
    resolved_by: tuple[Hours, ...] = Field(min_length=1, max_length=6)
    """Times since onset by which the share that has passed is given, as `[2 h, 4 h, 24 h]`."""
    medicines: dict[Name, Annotated[tuple[Name, ...], Field(min_length=1)]] = Field(default_factory=dict, max_length=20)
    """Side effect → the medicines that are given for it, as `vomiting: [ondansetron]`; spelt as in the data, but for
    capitals. Who had one beforehand or for an event, and the outcome after it, is then told."""
    within: Hours | None = Field(default=None, gt=0)
    """Only events that begin within this time after the start of an infusion are of it, as 24 h; later ones are counted
    apart. Left out: whenever they begin."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @model_validator(mode="after")
    def _nothing_self_induced(self) -> SideEffects:
        """Refuse a symptom of the eating disorder among the side effects, and a limit that is not after the onset."""
        for name, terms in self.groups.items():
            found = [term for term in terms if SELF_INDUCED.search(term)]
            if found:
                raise ValueError(f'"{found[0]}" is a symptom of the eating disorder. Remove it from the group {name}')
        unknown = next((name for name in self.medicines if name not in self.groups), "")
        if unknown:
            raise ValueError(f'medicines: "{unknown}" is none of the groups. Name one of them')
        if any(limit <= 0 for limit in self.resolved_by) or len({*self.resolved_by}) < len(self.resolved_by):
            raise ValueError("resolved_by needs different times above 0, as in [2 h, 4 h, 24 h]")
        return self
