"""The participants' guesses of their treatment, which become columns of ADSL."""

from __future__ import annotations

import pandas as pd

from postinfusion.derive.context import Context
from postinfusion.errors import DataError, counted, listed
from postinfusion.vocabulary import NO_GUESS


def with_guesses(context: Context, adsl: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Give ADSL with the guessed arm or ``don't know`` (TRTGUESS), and the hours since time zero when asked (GUESSHR).

    A participant without a row in the table has an empty guess: no answer.

    Parameters
    ----------
    context
        The frame of reference of the trial.
    adsl
        ADSL, indexed by ``id``.
    table
        The canonical guesses.

    Raises
    ------
    DataError
        A guess is neither an arm of the plan nor ``don't know``.
    """
    allowed = (*context.plan.design.arm_names, NO_GUESS)
    unknown = sorted(set(table["guess"]) - set(allowed))
    if unknown:
        verb = "is" if len(unknown) == 1 else "are"
        raise DataError(
            f"guesses, column guess: {counted(len(unknown), 'value')} {verb} neither an arm nor "
            f"{NO_GUESS}. Allowed are "
            f"{listed(allowed)}. Map every other one under values of the source guesses."
        )
    guess = pd.Series(table["guess"].to_numpy(), index=pd.Index(table["id"], name="id")).reindex(adsl.index)
    adsl = adsl.assign(TRTGUESS=guess.fillna("").astype("str"))
    if "asked" not in table:
        return adsl
    hours = pd.Series(context.hours("guesses", table, "asked").to_numpy(), index=pd.Index(table["id"], name="id"))
    return adsl.assign(GUESSHR=hours.reindex(adsl.index))
