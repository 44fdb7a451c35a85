"""Large simulated samples reproduce the stated truth of the trial, within 99.9 % Monte Carlo intervals."""

import time

import numpy as np
import pytest
from scipy.special import ndtri

from postinfusion.simulate.courses import baseline, deviations_of, later, recorded
from postinfusion.simulate.covariance import draw_deviations
from postinfusion.simulate.curves import latent_mean
from postinfusion.simulate.endpoints import ENDPOINTS, MADRS, VISIT_HOURS, VISIT_LABELS
from postinfusion.simulate.people import STRATA, draw_entry_traits
from postinfusion.simulate.potential import EVERYONE, HYPOTHETICAL, POLICY, potential_outcomes
from postinfusion.simulate.scenarios import SCENARIOS
from postinfusion.simulate.trial import simulate_trial

Z_999 = 3.29
PEOPLE = 60_000
TIMES_LARGER = 40
# The cut-off score is exact for a normal deviation; the baseline's part of it is a truncated normal.
NOT_QUITE_NORMAL = 0.002
SEED = np.random.SeedSequence(314159)
MULTIPLIERS = {"AN": 0.7, "BN": 1.1, "BED": 1.27}

MADRS_MIDAZOLAM = {"4 h": -7, "24 h": -8, "day 3": -7, "day 7": -7, "day 14": -8.5, "day 21": -10, "day 28": -10,
                   "day 56": -9, "day 84": -8.5, "day 168": -8}  # fmt: skip
MADRS_DIFFERENCE = {"4 h": -5, "24 h": -6, "day 3": -4.5, "day 7": -4, "day 14": -5, "day 21": -5.5}
LATE_MADRS_DIFFERENCE = {"day 28": -4.5, "day 42": -3.0, "day 56": -2.0, "day 84": -0.9, "day 168": -0.1}
OTHERS = [  # endpoint, group, visit, change on midazolam, difference
    ("anxiety", EVERYONE, "24 h", -8.0, -9.0), ("gad7", EVERYONE, "day 28", -3.0, -1.2),
    ("edeq", EVERYONE, "day 28", -0.35, -0.40), ("edeq", EVERYONE, "day 84", -0.5, -0.20),
    ("edeq", EVERYONE, "day 168", -0.5, -0.05), ("cia", EVERYONE, "day 28", -3.0, -3.0),
    ("cia", EVERYONE, "day 84", -3.0, -1.5), ("cia", EVERYONE, "day 168", -3.0, 0.0),
    ("craving", "BN", "24 h", -3.0, -5.0), ("craving", "BED", "day 7", -3.0, -2.0),
    ("craving", "AN", "24 h", -3.0, 0.0), ("trails", EVERYONE, "day 7", -0.10, 0.0),
    ("trails", EVERYONE, "day 168", -0.40, 0.0), ("eq_vas", EVERYONE, "day 28", 5.0, 4.0),
    ("eq_vas", EVERYONE, "day 168", 5.0, 1.0), ("ymrs", EVERYONE, "24 h", 0.0, 0.0),
]  # fmt: skip
BASELINES = {"madrs": (31, 5.5), "anxiety": (60, 18), "gad7": (14, 4), "edeq": (3.9, 1.1), "cia": (30, 9),
             "craving": (42, 11), "trails": (3.8, 0.45), "eq_vas": (48, 18)}  # fmt: skip


@pytest.fixture(scope="module")
def outcomes():
    return potential_outcomes(SEED, SCENARIOS["at-random"], PEOPLE)


@pytest.fixture(scope="module")
def large():
    """Give one trial of many participants."""
    strata = {name: count * TIMES_LARGER for name, count in STRATA.items()}
    return simulate_trial(SEED, strata=strata)


def _at(outcomes, endpoint, group, label, *, strategy=HYPOTHETICAL):
    """Give three means (ketamine, midazolam, difference) and their Monte Carlo errors."""
    quantity = next(q for q in outcomes if (q.endpoint, q.strategy, q.group) == (endpoint, strategy, group))
    tally, position = outcomes[quantity], quantity.labels.index(label)
    return tally.mean()[:, position], tally.monte_carlo_error()[:, position]


def _agrees(found, error, expected, sd):
    return abs(found - expected) <= Z_999 * error + NOT_QUITE_NORMAL * sd


@pytest.mark.parametrize(("label", "change"), MADRS_MIDAZOLAM.items())
def test_madrs_falls_on_midazolam_as_stated(outcomes, label, change):
    mean, error = _at(outcomes, "madrs", EVERYONE, label)
    assert _agrees(mean[1], error[1], change, MADRS.later_sd)


@pytest.mark.parametrize(("label", "difference"), MADRS_DIFFERENCE.items())
@pytest.mark.parametrize("group", MULTIPLIERS)
def test_madrs_differs_between_arms_as_stated_in_each_diagnosis(outcomes, group, label, difference):
    mean, error = _at(outcomes, "madrs", group, label)
    assert _agrees(mean[2], error[2], MULTIPLIERS[group] * difference, MADRS.later_sd)


@pytest.mark.parametrize(("label", "difference"), LATE_MADRS_DIFFERENCE.items())
def test_the_madrs_difference_halves_every_24_days_after_day_21(outcomes, label, difference):
    mean, error = _at(outcomes, "madrs", EVERYONE, label)
    assert mean[2] == pytest.approx(difference, abs=0.05 + Z_999 * error[2])  # stated to one decimal


@pytest.mark.parametrize("stated", OTHERS, ids=lambda stated: "-".join(map(str, stated[:3])))
def test_other_scales_change_and_differ_as_stated(outcomes, stated):
    endpoint, group, label, change, difference = stated
    mean, error = _at(outcomes, endpoint, group, label)
    sd = next(one.later_sd for one in ENDPOINTS if one.name == endpoint)
    assert _agrees(mean[1], error[1], change, sd)
    assert _agrees(mean[2], error[2], difference, sd)


@pytest.mark.parametrize(("arm", "label", "share"), [(0, "day 28", 0.08), (1, "day 28", 0.12), (0, "day 168", 0.25),
                                                     (1, "day 168", 0.33)])  # fmt: skip
def test_dropout_is_as_stated(outcomes, arm, label, share):
    mean, error = _at(outcomes, "dropout", EVERYONE, label, strategy=POLICY)
    assert mean[arm] == pytest.approx(share, abs=Z_999 * error[arm])


@pytest.mark.parametrize(
    ("name", "subtype", "control", "ratios"),
    [("binges", "BN", 24 * 0.75, (0.70, 0.80, 0.95)), ("binges", "BED", 18 * 0.75, (0.70, 0.80, 0.95)),
     ("binges", "AN-BP", 12 * 0.75, (0.70, 0.80, 0.95)), ("purges", "BN", 20 * 0.8, (0.85, 0.85, 0.85)),
     ("purges", "AN-BP", 20 * 0.8, (0.85, 0.85, 0.85))],
)  # fmt: skip
def test_behaviours_have_their_rates_and_rate_ratios(outcomes, name, subtype, control, ratios):
    for label, ratio in zip(("day 28", "day 84", "day 168"), ratios, strict=True):
        mean, error = _at(outcomes, name, subtype, label)
        assert mean[1] == pytest.approx(control, abs=Z_999 * error[1])
        assert mean[0] == pytest.approx(control * ratio, abs=Z_999 * error[0])


@pytest.mark.parametrize(("label", "odds_ratio"), [("24 h", 0.7), ("day 7", 0.7), ("day 14", 1.0), ("day 168", 1.0)])
def test_suicidal_ideation_is_as_frequent_as_stated(outcomes, label, odds_ratio):
    mean, error = _at(outcomes, "ideation", EVERYONE, label)
    odds = 0.28 / 0.72 * odds_ratio
    assert mean[1] == pytest.approx(0.28, abs=Z_999 * error[1])
    assert mean[0] == pytest.approx(odds / (1 + odds), abs=Z_999 * error[0])


def _recorded_sd(endpoint, mean, sd):
    """Give the SD of a normal score after cutting off and rounding, from its quantiles."""
    standard = ndtri((np.arange(100_000) + 0.5) / 100_000)
    return recorded(latent_mean(np.array(mean), sd, endpoint.low, endpoint.high) + sd * standard, endpoint).std()


@pytest.fixture(scope="module")
def scores():
    generator = np.random.default_rng(17)
    traits = draw_entry_traits(PEOPLE, generator)
    return traits, draw_deviations(traits, VISIT_HOURS[None, :], generator)


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.name in BASELINES], ids=lambda one: one.name)
def test_baselines_have_the_stated_mean_and_sd(scores, endpoint):
    mean, sd = BASELINES[endpoint.name]
    values = baseline(endpoint, scores[0])
    assert _agrees(values.mean(), sd / np.sqrt(PEOPLE), mean, sd)
    assert values.std() == pytest.approx(_recorded_sd(endpoint, mean, sd), rel=Z_999 / np.sqrt(2 * PEOPLE))


def test_later_madrs_has_sd_95_and_correlates_with_baseline_and_itself_as_stated(scores):
    traits, deviations = scores
    hours, own = VISIT_HOURS[None, :], deviations_of(MADRS, deviations)
    diagnosis, active = np.zeros(PEOPLE, dtype=np.int64), np.zeros(PEOPLE, dtype=bool)
    values = later(MADRS, active, diagnosis, hours, own)
    for visit, change in enumerate(MADRS.mean_change(VISIT_HOURS, active=False)[0]):
        sd = _recorded_sd(MADRS, MADRS.mean + change, np.sqrt(45.0 + 30.0 + 15.0))
        assert 9.2 < sd < 9.5
        assert values[:, visit].std() == pytest.approx(sd, rel=Z_999 / np.sqrt(2 * PEOPLE))
    before = baseline(MADRS, traits)
    early, late = VISIT_LABELS.index("day 28"), VISIT_LABELS.index("day 168")
    error = Z_999 / np.sqrt(PEOPLE)
    assert np.corrcoef(before, values[:, early])[0, 1] == pytest.approx(0.35, abs=error)
    assert np.corrcoef(values[:, early], values[:, late])[0, 1] == pytest.approx(0.5, abs=error)


@pytest.fixture(scope="module")
def wide(large):
    rows = large["vitals"].merge(large["participants"][["participant", "group"]], on="participant")
    values = ["systolic", "diastolic", "heart_rate", "spo2", "cadss", "moaas"]
    return rows.pivot_table(index=["group", "participant", "infusion"], columns="minute", values=values)


class TestPhysiology:
    @pytest.mark.parametrize(
        ("sign", "ketamine", "midazolam", "sd"),
        [("systolic", 15, -3, 10), ("diastolic", 9, -2, 7), ("heart_rate", 5, 0, 6), ("spo2", -1, -1, 1.0)],
    )
    def test_the_peak_change_is_as_stated(self, wide, sign, ketamine, midazolam, sd):
        change = 0.5 * (wide[sign][30] + wide[sign][40]) - wide[sign][0]
        for arm, expected in (("K", ketamine), ("M", midazolam)):
            by_person = change.loc[arm].groupby("participant").mean()
            error = by_person.std() / np.sqrt(len(by_person))
            # Saturation is cut off at 100 %, which takes a little of its fall.
            assert by_person.mean() == pytest.approx(expected, abs=Z_999 * error + 0.02 * (sign == "spo2"))
            at_40 = (wide[sign][40] - wide[sign][0]).loc[arm]
            assert at_40.std() == pytest.approx(sd, rel=0.05)

    def test_systolic_pressure_reaches_180_in_half_a_percent_of_ketamine_infusions(self, wide):
        share = (wide["systolic"].max(axis=1) >= 180).groupby("group").mean()
        assert 0.002 < share["K"] < 0.009
        assert share["M"] < 0.002

    def test_systolic_pressure_is_back_by_90_minutes_in_nine_of_ten(self, wide):
        systolic = wide["systolic"].loc["K"].dropna(subset=[0, 90])
        assert (systolic[90] <= 1.1 * systolic[0]).mean() == pytest.approx(0.90, abs=0.015)

    def test_dissociation_peaks_and_habituates_as_stated(self, wide):
        peak = wide["cadss"][40]
        for number in range(1, 7):
            values = peak.xs("K").xs(number, level="infusion")
            expected, sd = 14.0 * 0.9 ** (number - 1), 12.0 * 0.9 ** (number - 1)
            assert values.mean() == pytest.approx(expected, abs=Z_999 * sd / np.sqrt(len(values)))
            assert values.std() == pytest.approx(sd, rel=0.1)
        assert peak.xs("M").mean() == pytest.approx(2.0, abs=0.15)
        assert peak.xs("M").std() == pytest.approx(3.0, rel=0.1)

    def test_dissociation_is_gone_by_two_hours_in_97_percent(self, wide):
        back = wide["cadss"][120] <= wide["cadss"][0] + 1
        assert back.mean() == pytest.approx(0.97, abs=Z_999 * np.sqrt(0.97 * 0.03 / len(back)))

    def test_everyone_is_alert_before_and_almost_everyone_at_two_hours(self, wide):
        assert (wide["moaas"][0] == 5).all()
        assert (wide["moaas"][120] == 5).mean() > 0.9


class TestTrial:
    def test_body_mass_starts_and_gains_as_stated(self, large):
        people = large["participants"][["participant", "dx", "group", "height_cm"]]
        rows = large["weights"].merge(people, on="participant")
        rows["bmi"] = rows["kg"] / (rows["height_cm"] / 100) ** 2
        first = large["infusions"].query("number == 1").set_index("participant")["started"]
        rows["day"] = (rows["weighed"] - rows["participant"].map(first)).dt.total_seconds() / 86400
        start = rows[rows["day"] < 0].set_index("participant")["bmi"]
        for name, mean, sd in (("AN", 16.6, 1.2), ("BN", 22.5, 3.0), ("BED", 36.0, 6.0)):
            values = rows[(rows["day"] < 0) & (rows["dx"] == name)]["bmi"]
            assert values.mean() == pytest.approx(mean, abs=Z_999 * sd / np.sqrt(len(values)))
            assert values.std() == pytest.approx(sd, rel=0.08)
        change = rows["bmi"] - rows["participant"].map(start)
        for name, group, low, high, expected in (
            ("AN", "M", 75, 88, 0.60), ("AN", "K", 75, 88, 0.60), ("AN", "K", 11, 16, 0.0), ("AN", "M", 11, 16, 0.10),
            ("BN", "K", 75, 88, 0.0), ("BED", "K", 11, 16, 0.0),
        ):  # fmt: skip
            chosen = (rows["dx"] == name) & (rows["group"] == group) & rows["day"].between(low, high)
            values = change[chosen]
            error = Z_999 * 0.35 * np.sqrt(2.0 / chosen.sum()) + (
                0.02 if high == 88 else 0.0
            )  # days 77 and 84 together
            assert values.mean() == pytest.approx(expected - (0.0125 if high == 88 and expected else 0.0), abs=error)

    def test_three_percent_of_ketamine_infusions_stop_early_and_none_of_midazolam(self, large):
        stopped = large["infusions"]["stopped_early"] == "yes"
        drug = large["infusions"]["drug"]
        ketamine = stopped[drug == "ketamine"]
        assert ketamine.mean() == pytest.approx(0.03, abs=Z_999 * np.sqrt(0.03 * 0.97 / len(ketamine)))
        assert not stopped[drug == "midazolam"].any()

    @pytest.mark.parametrize(("arm", "right", "unknown"), [("K", 0.75, 0.15), ("M", 0.50, 0.20)])
    def test_guesses_are_as_stated(self, large, arm, right, unknown):
        guesses = large["guesses"].merge(large["participants"][["participant", "group"]], on="participant")
        own = guesses[guesses["group"] == arm]["guess"]
        for share, expected in (((own == arm).mean(), right), ((own == "don't know").mean(), unknown)):
            assert share == pytest.approx(expected, abs=Z_999 * np.sqrt(expected * (1 - expected) / len(own)))

    def test_six_in_ten_who_vomit_get_an_antiemetic_and_15_percent_have_it_before(self, large):
        vomiting = large["adverse_events"].query("event == 'vomiting'")
        treated = (vomiting["treatment"] != "").mean()
        assert treated == pytest.approx(0.60, abs=Z_999 * np.sqrt(0.24 / len(vomiting)))
        people = len(large["participants"])
        before = (large["medication"]["use"] == "prophylaxis").sum() / people
        assert before == pytest.approx(0.15, abs=Z_999 * np.sqrt(0.15 * 0.85 / people))


def test_a_trial_is_simulated_in_less_than_half_a_second_of_processor_time():
    simulate_trial(SEED)
    taken = []
    for _ in range(3):
        start = time.process_time()
        simulate_trial(SEED)
        taken.append(time.process_time() - start)
    assert min(taken) < 0.5
