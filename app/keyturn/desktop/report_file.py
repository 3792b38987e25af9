"""The report of what was found and done, written where the person says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from keyturn.desktop.runner import Desk
from keyturn.model.text import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyturn.rotation.finding.survey import Survey

_TABLE = ".csv"


def ask_for_file(owner: QWidget, chosen: Callable[[Path], None], proposed: str = "keyturn-report.html") -> None:
    """Ask where the report goes; the dialog itself asks before a file is replaced.

    Args:
        chosen: is called with the file.
    """
    dialog = QFileDialog(owner, _("Save a report"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([_("A page to read or print (*.html)"), _("A table (*.csv)")])
    dialog.setDefaultSuffix("html")
    dialog.filterSelected.connect(lambda name: dialog.setDefaultSuffix("csv" if "*.csv" in name else "html"))
    dialog.setDirectory(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    dialog.selectFile(proposed)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.open()


def is_table(path: Path) -> bool:
    """True where the name asks for a table."""
    return path.suffix.lower() == _TABLE


def write_report(desk: Desk, survey: Survey, path: Path) -> Path:
    """Write what was found and done, without a secret; a table where the name ends in `.csv`. Return the file.

    Raises:
        FileError: `report.unwritable`, where the disk or the folder does not let it.
    """
    from keyturn.computer import named_file
    from keyturn.rotation.reporting.report import make_report

    made = make_report(desk.context(), survey, asked_aws=True)
    if is_table(path):
        from keyturn.rotation.reporting.report_table import as_table
        from keyturn.rotation.reporting.spreadsheet import BYTE_ORDER_MARK

        text = BYTE_ORDER_MARK + as_table(made)
    else:
        from keyturn.rotation.reporting.report_page import as_page

        text = as_page(made)
    named_file.write(path, text)
    return path
