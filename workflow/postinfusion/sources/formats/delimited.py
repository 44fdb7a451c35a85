"""Read text with separators: every cell as text, and every record with the line on which it stands."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

from postinfusion.errors import DataError, Problem
from postinfusion.io import read as files
from postinfusion.plan.source import Source
from postinfusion.sources.formats import encodings, separators
from postinfusion.sources.formats.encodings import Encoded, Stream
from postinfusion.sources.formats.layout import refuse_second_header, without_totals
from postinfusion.sources.formats.lines import empty_lines, places, whole_records
from postinfusion.sources.records import Opened, Records, Rows, distinct_names, rows_as_text

_LONGEST_HEADER = 200_000
_ABOVE_HEADER = re.compile(r"(\"?sep=(.?)\"?\r?\n)?([ ,;\t|]*\r?\n)*", re.IGNORECASE)
_THOUSANDS = (
    "every number with a comma or a point has three digits behind it: 1,500 may be 1.5 or 1500. Say decimal: comma or "
    "point for this source; marks between thousands are refused then where they can be told."
)
_OTHER_KINDS = {
    b"PK\x03\x04": "this is an Excel file. Let its name end in .xlsx, or save the sheet as CSV UTF-8.",
    b"\xd0\xcf\x11\xe0": "this is an old or protected Excel file. Save it as .xlsx without a password.",
    b"PAR1": "this is a Parquet file. Let its name end in .parquet.",
    b"$FL2": "this is an SPSS file. Let its name end in .sav.",
    b"$FL3": "this is an SPSS file. Let its name end in .zsav.",
    b"<stata_dta>": "this is a Stata file. Let its name end in .dta.",
    b"HEADER RECORD*******LIB": "this is a SAS transport file. Let its name end in .xpt.",
    b"\x1f\x8b": "this is a compressed file. Unpack it.",
}


@dataclass(frozen=True)
class _Form:
    """How one text file is to be read.

    Attributes
    ----------
    stream, encoded
        Opens the file; how its bytes are read.
    separator
        What stands between cells.
    names
        The names of the columns as they stand.
    above
        How many lines stand above the first record.
    """

    file: str
    stream: Stream
    encoded: Encoded
    separator: str
    names: tuple[str, ...]
    above: int


def opened(path: Path, source: Source) -> Opened:
    """Open a text file: its header, and its records chunk by chunk.

    Raises
    ------
    DataError
        The file is empty, is no text, repeats a name, or holds a second header.
    """
    return opened_stream(lambda: files.stream(path), source, files.size(path))


def opened_stream(stream: Stream, source: Source, size: int = 0) -> Opened:
    """Open a text file that a function opens as often as wanted."""
    file = source.file
    with stream() as bytes_:
        _require_text(bytes_.read(64), file)
    encoded = encodings.encoded(stream, file, source.encoding)
    head = _head(stream, encoded, file)
    above, separator = _above(head, source, file)
    lines = head.split("\n", above)[-1]
    separator = separator or separators.separator(lines)
    raw, height = _header(lines, separator, file)
    form = _Form(file, stream, encoded, separator, tuple(raw), above + height)
    table = separators.rows(lines, separator)[1:]
    names = tuple(distinct_names(raw, file, above + 1))
    refuse_second_header(names, table, file, form.above + 1)
    if source.decimal is None and separators.may_mark_thousands(table, separator):
        raise DataError(Problem(file, "", _THOUSANDS))
    return Opened(
        file,
        names,
        lambda wanted: _chunks(form, names, list(wanted)),
        () if encoded.warning is None else (encoded.warning,),
        size=size,
        unit="bytes",
        decimal=separators.decimal(table, separator),
    )


def _require_text(beginning: bytes, file: str) -> None:
    """Refuse a file of another kind, with what it is."""
    for mark, what in _OTHER_KINDS.items():
        if beginning.startswith(mark):
            raise DataError(Problem(file, "", what))


def _head(stream: Stream, encoded: Encoded, file: str) -> str:
    """Give the beginning of the text."""
    beginning = next(encodings.text(stream, encoded, file), b"")
    return beginning[:_LONGEST_HEADER].decode("utf-8", "ignore").replace("\r\n", "\n")


def _above(head: str, source: Source, file: str) -> tuple[int, str]:
    """Give how many lines stand above the header, and the separator where the plan or the file says it."""
    found = _ABOVE_HEADER.match(head)
    said = found[2] or "" if found and found[1] else ""
    separator = source.separator.mark if source.separator else said if said in separators.SEPARATORS else ""
    if source.header_row is None:
        return (found[0].count("\n") if found else 0), separator
    if head.rstrip("\n").count("\n") + 1 < source.header_row:
        text = f"the file has no row {source.header_row}, which header_row names. Correct header_row."
        raise DataError(Problem(file, "", text))
    return source.header_row - 1, separator


def _header(lines: str, separator: str, file: str) -> tuple[list[str], int]:
    """Give the row with the names of the columns as it stands, and how many lines it takes."""
    first = lines.split("\n", 1)[0]
    reader = csv.reader(StringIO(lines if first.count('"') % 2 else first), delimiter=separator)
    try:
        names = next(reader, [])
    except csv.Error:
        names = []
    if not any(name.strip() for name in names):
        raise DataError(Problem(file, "", "the file is empty. It needs a row with the names of its columns."))
    return names, reader.line_num


def _chunks(form: _Form, names: tuple[str, ...], wanted: list[str]) -> Iterator[Records]:
    """Give the records with some columns, chunk by chunk."""
    first = next(name for name in names if name)
    columns = list(dict.fromkeys([*wanted, first]))
    yield from without_totals(_blocks(form, names, columns), first, wanted)


def _blocks(form: _Form, names: tuple[str, ...], columns: list[str]) -> Iterator[Records]:
    """Give the records of one block of the text after the other.

    Raises
    ------
    DataError
        Rows have more or fewer cells than the header, or a quotation mark is not closed.
    """
    line, done, uneven = form.above, 0, dict[int, list[int]]()
    for block in whole_records(_below_header(form), form.separator):
        done += len(block)
        lines = block.count(b"\n") + (not block.endswith(b"\n"))
        frame, wrong = _cells(form, block, names, columns, line)
        for number, cells in wrong:
            uneven.setdefault(cells, []).append(number)
        if uneven:  # what can be read goes to the gate of de-identification before the file is refused
            yield Records(form.file, frame, np.zeros(len(frame), dtype="int64"), done=done)
        else:
            rows = _lines(form, block, len(frame), line, lines)
            records = Records(form.file, frame, rows, done=done)
            yield records.keep(~np.isin(rows, empty_lines(block, form.separator, line)))
        line += lines
    if uneven:
        raise DataError(list(_uneven(uneven, len(names), form)))
    if not done:
        yield Records(form.file, pd.DataFrame(columns=columns, dtype="str"), np.empty(0, dtype="int64"))


def _below_header(form: _Form) -> Iterator[bytes]:
    """Give the text from the first record on."""
    blocks = encodings.text(form.stream, form.encoded, form.file)
    rest, seen = b"", 0
    for block in blocks:
        rest += block
        seen = rest.count(b"\n")
        if seen >= form.above:
            break
    if seen < form.above:
        return
    yield from chain([rest.split(b"\n", form.above)[-1]], blocks)


def _cells(
    form: _Form, block: bytes, names: tuple[str, ...], columns: list[str], before: int
) -> tuple[pd.DataFrame, list[tuple[int, int]]]:
    """Give the wanted columns as text without blanks around it, and which rows have how many cells instead."""
    wrong: list[tuple[int, int]] = []
    nothing = form.separator + " \r\n\t"

    def note(row: object) -> str:
        if row.text.strip(nothing):  # type: ignore[attr-defined]
            wrong.append((row.number + before, row.actual_columns))  # type: ignore[attr-defined]
        return "skip"

    ours = {name: str(position) for position, name in enumerate(names)}
    wanted = [ours[name] for name in columns]
    try:
        table = arrow_csv.read_csv(
            BytesIO(block),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, column_names=[str(position) for position in range(len(names))],
                block_size=len(block) + 1,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=form.separator, newlines_in_values=True, invalid_row_handler=note
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=False
            ),
        )  # fmt: skip
    except pa.ArrowInvalid as cause:
        places(block, form.file, form.separator, before)
        text = "the file cannot be read as CSV. Look for a quotation mark that is not closed."
        raise DataError(Problem(form.file, "", text)) from cause
    if wrong:
        stand = places(block, form.file, form.separator, before)
        found = [(place.end, place.cells) for place in stand if place.cells != len(names) and not place.is_empty]
        wrong = found or wrong
    texts = {name: table[ours[name]].to_pandas().astype("str").str.strip() for name in columns}
    return pd.DataFrame(texts), wrong


def _uneven(wrong: dict[int, list[int]], expected: int, form: _Form) -> Iterator[Problem]:
    """Say which rows have another number of cells than the header, for each such number."""
    noun = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}[form.separator]
    more = f"Put a text that holds a {noun} in quotes"
    more += ", or write a decimal point instead of a decimal comma." if form.separator == "," else "."
    for actual in sorted(wrong):
        remedy = f"A {noun} is missing." if actual < expected else more
        text = f"the header has {expected} columns, but here are {actual}. {remedy}"
        yield Problem(form.file, rows_as_text(np.array(wrong[actual], dtype="int64")), text)


def _lines(form: _Form, block: bytes, records: int, before: int, lines: int) -> Rows:
    """Give the line on which each record of a block stands; the first line of the file is line 1."""
    in_turn = np.arange(before + 1, before + 1 + records, dtype="int64")
    if lines == records and block.count(b'"') % 2 == 0:
        return in_turn
    stand = places(block, form.file, form.separator, before)
    found = [place.end for place in stand if place.cells == len(form.names)]
    return np.array(found, dtype="int64") if len(found) == records else in_turn
