"""The command `report`: what was found and done, as a page, a table or JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.computer import named_file
from keyturn.model.errors import UsageError
from keyturn.model.known_secrets import json_without_secrets
from keyturn.model.text import _
from keyturn.rotation.cancelling import CancelToken
from keyturn.terminal import asking_account, json_documents
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit
from keyturn.terminal.output import Output
from keyturn.terminal.reading import looking_sentence, surveyed
from keyturn.terminal.screen import line, put

if TYPE_CHECKING:
    from keyturn.rotation.reporting.report import Report

_FORMS = ("html", "csv", "json")


def report(session: Session, output: Output) -> Exit:
    """Write down what was found and done."""
    from keyturn.rotation.key_life.key_meant import key_meant
    from keyturn.rotation.key_life.key_versions import with_all_versions
    from keyturn.rotation.reporting.report import about, make_report

    arguments = session.arguments
    path = None if arguments.output is None else arguments.output.expanduser().absolute()
    form = _form(session, path)
    asking_account.expect_options_fit(arguments)
    if path is not None and not arguments.yes:
        named_file.expect_nothing_there(path)
    with output.notes.busy(looking_sentence()) as show:
        context = session.context(cancel=CancelToken())
        survey = surveyed(context, offline=arguments.offline)
        if arguments.account:
            survey = asking_account.with_accounts(context, survey, show)
        made = make_report(context, survey, asked_aws=not arguments.offline)
    if arguments.key:
        made = about(made, with_all_versions(session.folder, key_meant(survey, arguments.key).key.access_key_id))
    document = json_documents.of_report(made)
    if path is None:
        if not output.as_json:
            put(sys.stdout, _written(made, form))
        output.document(document)
        return Exit.DONE
    text = _written(made, form)
    if form == "csv":
        from keyturn.rotation.reporting.spreadsheet import BYTE_ORDER_MARK

        text = BYTE_ORDER_MARK + text
    named_file.write(path, text)
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
        from keyturn.rotation.reporting.report_table import as_table

        return as_table(made)
    if form == "json":
        return json_without_secrets(json_documents.of_report(made), indent=2) + "\n"
    from keyturn.rotation.reporting.report_page import as_page

    return as_page(made)
