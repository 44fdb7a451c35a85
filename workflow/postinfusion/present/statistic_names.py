"""How the statistics of the results are called and printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statistic:
    """One named statistic of the results: how a table calls and prints it.

    ``decimals`` counts those added to the decimals of the measure itself; ``None`` prints an integer, and
    a fixed number of decimals stands in ``fixed``.
    """

    name: str
    label: str
    decimals: int | None = None
    fixed: int | None = None


STATISTICS = {
    statistic.name: statistic
    for statistic in (
        Statistic("n", "n"),
        Statistic("n_total", "N"),
        Statistic("n_missing", "Missing"),
        Statistic("n_events", "Events"),
        Statistic("proportion", "%", fixed=1),
        Statistic("mean", "Mean", decimals=1),
        Statistic("sd", "SD", decimals=1),
        Statistic("median", "Median", decimals=1),
        Statistic("geometric_mean", "Geometric mean", decimals=1),
        Statistic("n_stopped", "Times at the limit"),
        Statistic("q1", "Lower quartile", decimals=1),
        Statistic("q3", "Upper quartile", decimals=1),
        Statistic("min", "Minimum", decimals=0),
        Statistic("max", "Maximum", decimals=0),
        Statistic("smd", "Standardised mean difference", fixed=2),
        Statistic("estimate", "Estimate", decimals=1),
        Statistic("std_error", "Standard error", decimals=2),
        Statistic("df", "Degrees of freedom", fixed=1),
        Statistic("num_df", "Numerator degrees of freedom", fixed=0),
        Statistic("statistic", "Test statistic", fixed=2),
        Statistic("p_value", "p", fixed=4),
        Statistic("conf_low", "Lower confidence limit", decimals=1),
        Statistic("conf_high", "Upper confidence limit", decimals=1),
        Statistic("band_low", "Lower limit of the simultaneous band", decimals=1),
        Statistic("band_high", "Upper limit of the simultaneous band", decimals=1),
        Statistic("critical_value", "Critical value of the band", fixed=3),
        Statistic("n_points", "Points of the grid"),
        Statistic("n_draws", "Draws"),
        Statistic("grid_from", "First point of the grid", fixed=1),
        Statistic("grid_until", "Last point of the grid", fixed=1),
        Statistic("std_effect", "Standardised effect", fixed=2),
        Statistic("covariance", "Covariance", decimals=2),
        Statistic("correlation", "Correlation", fixed=2),
        Statistic("risk_difference", "Risk difference (percentage points)", fixed=1),
        Statistic("risk_ratio", "Risk ratio", fixed=2),
        Statistic("risk_ratio_low", "Risk ratio, lower limit", fixed=2),
        Statistic("risk_ratio_high", "Risk ratio, upper limit", fixed=2),
        Statistic("median_days", "Median of the known time (days)", fixed=0),
        Statistic("person_days", "Person-days", fixed=0),
        Statistic("zero_limit", "What no event still allows (%)", fixed=1),
        Statistic("per_100_infusions", "Events per 100 infusions", fixed=1),
        Statistic("per_100_infusions_low", "Events per 100 infusions, lower limit", fixed=1),
        Statistic("per_100_infusions_high", "Events per 100 infusions, upper limit", fixed=1),
        Statistic("n_infusions", "Infusions"),
        Statistic("n_observations", "Observations"),
        Statistic("n_participants", "Participants"),
        Statistic("log_likelihood", "Log-likelihood", fixed=2),
        Statistic("aic", "AIC", fixed=1),
        Statistic("bic", "BIC", fixed=1),
        Statistic("iterations", "Iterations"),
        Statistic("gradient", "Largest gradient", fixed=8),
        Statistic("condition", "Condition number", fixed=1),
        Statistic("converged", "Converged"),
        Statistic("estimate_difference", "Largest difference of estimates (standard errors)", fixed=8),
        Statistic("std_error_difference", "Largest relative difference of standard errors", fixed=8),
        Statistic("log_likelihood_difference", "Difference of log-likelihoods", fixed=8),
        Statistic("n_compared", "Quantities compared"),
        Statistic("n_strata", "Strata"),
        Statistic("reliability", "Reliability", fixed=2),
        Statistic("smallest_change", "Smallest reliable change", decimals=1),
        Statistic("smallest_p", "Smallest possible p", fixed=4),
        Statistic("n_allocations", "Allocations looked at"),
        Statistic("p_adjusted", "Adjusted p", fixed=4),
        Statistic("n_claims", "Claims"),
        Statistic("confidence", "Level of the interval (%)", fixed=2),
        Statistic("adjusted_low", "Lower limit, adjusted", decimals=1),
        Statistic("adjusted_high", "Upper limit, adjusted", decimals=1),
        Statistic("important_difference", "Difference that matters", decimals=1),
        Statistic("margin", "Margin", decimals=1),
        Statistic("kurtosis", "Kurtosis", fixed=2),
        Statistic("region_low", "First value of a region", fixed=1),
        Statistic("region_high", "Last value of a region", fixed=1),
        Statistic("limit", "Limit", fixed=1),
        Statistic("baseline_sd", "Standard deviation at baseline", decimals=1),
        Statistic("benefit", "Benefit", fixed=2),
        Statistic("benefit_low", "Benefit, lower limit", fixed=2),
        Statistic("benefit_high", "Benefit, upper limit", fixed=2),
        Statistic("share_missing", "Missing (%)", fixed=1),
        Statistic("tipping_shift", "Shift at which the verdict tips", decimals=1),
        Statistic("tipping_factor", "Factor at which the verdict tips", fixed=2),
    )
}
