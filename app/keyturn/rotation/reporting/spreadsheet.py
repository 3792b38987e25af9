"""Tables of comma-separated values (RFC 4180), in which nothing is a formula and nothing whole is a key ID."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from keyturn.rotation.reporting.report import fit_to_print

# Without it, spreadsheets take a table for their country's old code page.
BYTE_ORDER_MARK = "\ufeff"
# A cell that begins so is a formula to a spreadsheet, and a formula can send the table away (OWASP, "CSV Injection").
# The last four are the full-width forms of the first four, which count in some countries.
# A spreadsheet of a country that writes commas in numbers takes semicolons between cells, and others tabs: so what
# follows one of them may be a cell, too, whatever is in quotes.
_FORMULA = re.compile(r"""((?:^|[,;\t|])[\s"']*)([=+\-@\uff1d\uff0b\uff0d\uff20])""")


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table with its head. Key IDs are shortened, and what a stranger could have hidden in a name is disarmed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(text: str) -> str:
    return _FORMULA.sub(r"\1'\2", fit_to_print(text))
