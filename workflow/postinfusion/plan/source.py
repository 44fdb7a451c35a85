"""Where the data are, and how their columns are called there."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Name

TEXT = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".xlsm")
STATISTICAL = (".sav", ".zsav", ".dta", ".sas7bdat", ".xpt")
JSON = (".json", ".ndjson")
ENDINGS = (*TEXT, *SPREADSHEETS, ".parquet", *STATISTICAL, *JSON)
"""How the names of files end that can be read, in any case of letters."""
_OLD_EXCEL = (".xls", ".xlsb", ".ods")

PART = "."
"""Between the name of a table and the name of a further file that delivers a part of it."""
ITEM = "{item}"
"""Where the number of an item stands in a pattern of column names."""


class Clock(StrEnum):
    """What the cells of time columns hold."""

    DATE_TIME = "date-time"
    HOURS = "hours"
    DAYS = "days"
    STUDY_DAY = "study-day"


class Encoding(StrEnum):
    """How the letters of a text file are written as bytes."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    LATIN_1 = "latin-1"
    CP1252 = "cp1252"


class Separator(StrEnum):
    """What stands between the cells of a text file."""

    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"
    BAR = "bar"

    @property
    def mark(self) -> str:
        """The character."""
        return {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}[self.value]


class Decimal(StrEnum):
    """The decimal mark of numbers."""

    POINT = "point"
    COMMA = "comma"

    @property
    def mark(self) -> str:
        """The character."""
        return "," if self is Decimal.COMMA else "."


class Dates(StrEnum):
    """In which order a date in numbers is written."""

    YEAR_FIRST = "year-first"
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


class Labels(StrEnum):
    """What to take of a value that has a code and a label."""

    CODES = "codes"
    LABELS = "labels"


class Standard(StrEnum):
    """A standard of clinical data whose columns are known."""

    ADAM = "adam"
    SDTM = "sdtm"


class Qualifiers(StrEnum):
    """What to do with what stands beside a number in its cell."""

    KEEP = "keep"


class LetterCase(StrEnum):
    """Which letters ids have."""

    UPPER = "upper"
    LOWER = "lower"


class Drop(StrEnum):
    """That a part of an id is left out."""

    DROP = "drop"


class IdForm(Part):
    """The one form in which ids of participants are compared, where files write them differently."""

    strip_prefix: str = ""
    """What ids begin with and is left out, in any case of letters, as in "P-"; ids without it stay."""
    leading_zeros: Drop | None = None
    """Leave out zeros at the beginning, after the prefix: 007 becomes 7."""
    case: LetterCase | None = None
    """Write letters in one case."""
    blanks: Drop | None = None
    """Leave out blanks within ids; those around them never count."""
    decimals: Drop | None = None
    """Leave out the decimals of whole numbers: 7.0 becomes 7."""


def table_of(source: str) -> str:
    """Give the table that a source delivers: its name, or what stands before the name of its part.

    >>> table_of("assessments"), table_of("assessments.follow-up")
    ('assessments', 'assessments')
    """
    return source.partition(PART)[0]


def is_in_the_folder(file: str) -> bool:
    """Say whether a file lies in the trial's folder: absolute paths tell about a machine, and do not travel."""
    paths = (PurePosixPath(file), PureWindowsPath(file))
    return not any(path.is_absolute() or path.drive or ".." in path.parts for path in paths)


def is_read(file: str) -> bool:
    """Say whether a file is of a kind that can be read, by its ending."""
    return file.lower().endswith(ENDINGS)


def _readable(file: str) -> str:
    """Refuse a file that lies elsewhere, or whose content would wrongly be taken for a table."""
    if not is_in_the_folder(file):
        raise ValueError(f"{file!r} is not in the trial's folder under data/: put it there and write its name")
    if file.lower().endswith(_OLD_EXCEL):
        raise ValueError(f"{file!r} is a spreadsheet of a kind that is not read: save it as .xlsx and name that file")
    if not is_read(file):
        raise ValueError(
            f"{file!r} is of no kind that is read ({', '.join(ENDINGS)}): save it as CSV UTF-8 and name that file"
        )
    return file


def _as_name(sheet: object) -> object:
    """Give the number of a sheet as text, as its name is; anything else as it is."""
    return str(sheet) if isinstance(sheet, int) and not isinstance(sheet, bool) else sheet


def _in_the_folder(file: str) -> str:
    """Refuse a data dictionary that lies elsewhere or is no CSV."""
    if file and not (is_in_the_folder(file) and file.lower().endswith(".csv")):
        raise ValueError(f"{file!r} is no CSV in the trial's folder under data/: put it there and write its name")
    return file


class Source(Part):
    """One file that delivers one table."""

    file: Annotated[Name, AfterValidator(_readable)]
    """File in the trial's folder under data/. Its ending says what it is: text with separators (.csv, .tsv, .txt),
    Excel (.xlsx, .xlsm), .parquet, SPSS (.sav, .zsav), Stata (.dta), SAS (.sas7bdat, .xpt), Dataset-JSON (.json,
    .ndjson)."""
    standard: Standard | None = None
    """The file follows CDISC ADaM or SDTM: its columns are mapped as the standard names them. What the plan maps itself
    goes before."""
    dictionary: Annotated[str, AfterValidator(_in_the_folder)] = ""
    """Data dictionary of a REDCap project, CSV in the same folder: columns that it marks as identifiers are refused."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Our column name → their column name. A column that already has our name needs no line."""
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Our column name → their value → our value, for codes."""
    constants: dict[str, str] = Field(default_factory=dict)
    """Our column name → the same value in every row, for what the file does not say."""
    id_form: IdForm | None = None
    """Rule that brings the ids of participants into one form, after values: {strip_prefix: "P-", leading_zeros: drop,
    case: upper, blanks: drop, decimals: drop}, any of these. The check tells how many ids it changed."""
    covariates: dict[str, str] = Field(default_factory=dict)
    """Participants only: further baseline variables, name in this plan → their column name."""
    categories: tuple[str, ...] = ()
    """Participants only: covariates that are categories although written as numbers, such as site codes."""
    flags: dict[str, str] = Field(default_factory=dict)
    """Participants only: supplied membership of a population, its name → their column of Y and N."""
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Their column name → the values of the rows to read; all other rows are left out and counted."""
    wide: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    """One column per measure: measure → their column name; or per measure and visit: measure → visit → column."""
    items: dict[str, str | dict[str, str | dict[str, str]]] = Field(default_factory=dict)
    """Assessments only: columns of single items. Scale → pattern with the number, as in "phq9_{item}"; or → item →
    column; or, where a row holds all visits, → visit → one of the two."""
    clock: Clock = Clock.DATE_TIME
    """What time columns hold: a date-time or date; hours or days since time zero; a study day (no day 0)."""
    sheet: Annotated[Name, BeforeValidator(_as_name)] | None = None
    """Excel only: name of the sheet, or its number from 1. Left out: the only one that holds anything."""
    header_row: int | None = Field(default=None, ge=1, le=1000)
    """Text and Excel: the row with the names of the columns, from 1; what stands above it is not read. Left out: the
    first row that holds anything."""
    encoding: Encoding | None = None
    """Text only. Left out: UTF-8 or UTF-16 as the file shows; text that is neither is read as cp1252 with a warning."""
    separator: Separator | None = None
    """Text only: what stands between cells. Left out: what the header shows."""
    decimal: Decimal | None = None
    """The decimal mark of numbers in text. Left out: a comma where separators are none and numbers show it, else a
    point."""
    dates: Dates | None = None
    """The order of dates such as 03/04/2023; needed where day and month cannot be told apart."""
    labels: Labels = Labels.CODES
    """SPSS, Stata, SAS: read the codes of values, or their labels."""
    qualifiers: dict[str, Qualifiers] = Field(default_factory=dict)
    """Our column of numbers → keep: cells such as <5, >300, 12* or approx 40 give the number, and what stands beside it
    goes to the column qualifier. Without this such cells are refused."""
