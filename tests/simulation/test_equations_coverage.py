"""The equations that are solved for all participants at once are those of ``fit_gee``."""

import numpy as np

from postinfusion.analyses.category_data import fixed_effects
from postinfusion.analyses.count_model import equations, rate_ratios
from postinfusion.simulate.endpoints import PURGES
from postinfusion.simulate.trial import simulate_scores
from simulation.equations_coverage import log_ratios
from simulation.rate_ratio_coverage import CODES, SEED, count_data


def test_ratios_and_errors_are_those_of_the_analysis():
    data = count_data(simulate_scores(np.random.SeedSequence(SEED, spawn_key=(0,))), PURGES)
    ours = log_ratios(data).set_index("AVISIT")
    ratios = rate_ratios(data, equations(data, fixed_effects(data)), ["AVISIT"], CODES[0], 0.95).set_index("AVISIT")
    np.testing.assert_allclose(ours["log"], np.log(ratios["estimate"]), atol=1e-7)
    np.testing.assert_allclose(ours["morel"], ratios["std_error"] / ratios["estimate"], rtol=1e-6)
    np.testing.assert_allclose(ours["df"], ratios["df"])
