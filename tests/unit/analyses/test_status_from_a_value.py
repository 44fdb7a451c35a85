"""A repeated status that is a value of at least some size, as any suicidal ideation."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from postinfusion.analyses.populations import members
from postinfusion.analyses.repeated_binary import repeated_binary
from postinfusion.ard.build import table
from postinfusion.plan.analyses import RepeatedBinary
from small_trial import plan

ASKED = {"method": "repeated-binary", "endpoint": "ideation", "at_least": 2, "visits": ["24 h"], "covariates": []}


def test_values_from_the_limit_on_count_as_yes():
    values = np.array([0, 1, 2, 5, 0, 3] * 4)
    names = [f"P{place}" for place in range(len(values))]
    arms = np.where(np.arange(len(values)) % 2 == 0, "Ketamine", "Midazolam")
    endpoint = {"measure": "Ideation", "label": "Ideation", "better": "lower", "kind": "ordinal"}
    asked = plan(endpoints={"ideation": endpoint}, analyses={"any": ASKED})
    records = pd.DataFrame({
        "USUBJID": names, "PARAMCD": "Ideation", "AVISIT": "24 h", "AVAL": values.astype(float), "BASE": 1.0,
        "CHG": 0.0, "ANL01FL": "Y", "DTYPE": "", "AHRFIRST": 24.0,
    })  # fmt: skip
    adsl = pd.DataFrame({"USUBJID": names, "TRTP": arms, "ITTFL": "Y"})
    population = members(asked, adsl, "randomised")
    ard = table(repeated_binary(asked, asked.analyses["any"], {"ADQS": records}, population))
    counted = ard[(ard["stat_name"] == "n") & ard["level"].isin(["yes", "no"])].set_index(["arm", "level"])["stat"]
    assert counted.to_dict() == {
        ("Ketamine", "yes"): 4, ("Ketamine", "no"): 8, ("Midazolam", "yes"): 8, ("Midazolam", "no"): 4,
    }  # fmt: skip


def test_a_limit_without_a_value_to_judge_is_refused():
    with pytest.raises(ValidationError, match="at_least goes with status: value"):
        RepeatedBinary.model_validate(ASKED | {"status": "response"})
