"""The command `report`: what was found and done, as a page, a table or JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.computer.private_files import replace_private_file
from keyturn.model.errors import FileError, UsageError
from keyturn.model.known_secrets import json_without_secrets
from keyturn.model.text import _
from keyturn.terminal import documents
from keyturn.terminal.exits import Exit
from keyturn.terminal.output import Output
from keyturn.terminal.reading import looking_sentence, surveyed
from keyturn.terminal.screen import line, put
from keyturn.terminal.session import Session

if TYPE_CHECKING:
    from keyturn.rotation.report import Report

_FORMS = ("html", "csv", "json")
# Without it, spreadsheets take a table for their country's old code page.
_BYTE_ORDER_MARK = "\ufeff"


def report(session: Session, output: Output) -> Exit:
    """Write down what was found and done."""
    from keyturn.rotation.key_meant import key_meant
    from keyturn.rotation.key_versions import with_all_versions
    from keyturn.rotation.report import about, make_report

    arguments = session.arguments
    path = None if arguments.output is None else arguments.output.expanduser().absolute()
    form = _form(session, path)
    if path is not None and not arguments.yes:
        _expect_nothing_there(path)
    with output.notes.busy(looking_sentence()):
        surroundings = session.surroundings()
        survey = surveyed(surroundings, offline=arguments.offline)
        made = make_report(surroundings, survey, asked_aws=not arguments.offline)
    if arguments.key:
        made = about(made, with_all_versions(session.folder, key_meant(survey, arguments.key).key.access_key_id))
    document = documents.of_report(made)
    if path is None:
        if not output.as_json:
            put(sys.stdout, _written(made, form))
        output.document(document)
        return Exit.DONE
    text = _written(made, form)
    _write(path, _BYTE_ORDER_MARK + text if form == "csv" else text)
    output.document({**document, "path": str(path)})
    output.show(line(_("The report is in {path}. It holds no secret.").format(path=path)))
    return Exit.DONE


def _form(session: Session, path: Path | None) -> str:
    chosen = session.arguments.format
    if chosen is not None:
        if session.arguments.json and path is None and chosen != "json":
            raise UsageError(
                _("--json writes JSON to standard output, where the report would go"),
                _("Nothing was written. Name a file with --output, or leave one of the two out."),
                code="usage.report",
            )
        return chosen
    ending = "" if path is None else path.suffix.lower().removeprefix(".")
    return ending if ending in _FORMS else "html"


def _written(made: Report, form: str) -> str:
    if form == "csv":
        from keyturn.rotation.report_table import as_table

        return as_table(made)
    if form == "json":
        return json_without_secrets(documents.of_report(made), indent=2) + "\n"
    from keyturn.rotation.report_page import as_page

    return as_page(made)


def _expect_nothing_there(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise UsageError(
            _("There is a file {path} already").format(path=path),
            _("Nothing was written. Choose another name, or replace the file with --yes."),
            code="usage.report",
        )


def _write(path: Path, text: str) -> None:
    try:
        if path.is_dir():
            raise IsADirectoryError(None, _("it is a folder"))
        replace_private_file(path, text)
    except OSError as error:
        raise FileError(
            _("The report could not be written to {path}").format(path=path),
            _("The system says: {reason}. Nothing else was changed, and your backups go on as they are.").format(
                reason=error.strerror or type(error).__name__
            ),
            code="report.unwritable",
        ) from error
