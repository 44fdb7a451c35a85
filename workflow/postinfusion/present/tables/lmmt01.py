"""LMMT01: linear mixed model over continuous time since time zero."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present.display import Part, Row, Table
from postinfusion.present.results import Results
from postinfusion.present.tables.model_parts import means_part, model_table, response_in_words
from postinfusion.vocabulary import TIME_ZERO_NAMES


def table(results: Results) -> Table:
    """Give means and differences at the chosen times, fixed effects with tests, random effects, and diagnostics.

    Raises
    ------
    ModelError
        The model could not be fitted.
    """
    times = [time for time in results.values_of("time", term="marginal-mean") if time]
    if not times:
        raise ModelError(results.failure or "the model gives no mean")
    points = [(hours_as_text(float(time)), {"time": time}) for time in times]
    means = means_part(results, points, caption="Means and differences at chosen times", first="Time")
    zero = TIME_ZERO_NAMES[results.plan.design.time_zero]
    subtitle = f"{response_in_words(results)}, by time since {zero}"
    return model_table(results, "LMMT01", subtitle, means, _random_part(results))


def _random_part(results: Results) -> Part:
    """Give variances, covariances and correlations of the random effects and of the residual."""
    rows = tuple(
        Row(level, tuple(results.text(name, term="covariance", level=level) for name in ("covariance", "correlation")))
        for level in results.values_of("level", term="covariance")
    )
    return Part(("Random effect", "Variance or covariance", "Correlation"), rows, "Random effects")
