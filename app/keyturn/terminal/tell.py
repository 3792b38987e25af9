"""The command `tell`: who is told what happens to keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keyturn.model.errors import UsageError
from keyturn.model.keys import Secret
from keyturn.model.recipients import (
    HookRecipient,
    HookShape,
    MailRecipient,
    MailSecurity,
    MailServer,
    Recipient,
    RecipientKind,
    read_mail_server,
)
from keyturn.model.text import _
from keyturn.reminders import naming_recipients as told
from keyturn.reminders.calling_back import CalledBack, called_back
from keyturn.reminders.naming_recipients import Tried
from keyturn.state.telling_queue import read_told
from keyturn.terminal import problem_documents, questions
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit
from keyturn.terminal.output import Output
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, columns, line
from keyturn.terminal.told_page import of_recipient, of_told, untold_lines


def tell(session: Session, output: Output) -> Exit:
    """Add, list, remove or test."""
    match session.arguments.action:
        case "add":
            return _add(session, output)
        case "remove":
            return _remove(session, output)
        case "test":
            return _test(session, output)
        case _:
            return _list(session, output)


def _add(session: Session, output: Output) -> Exit:
    target = session.arguments.target or ""
    kind, colon, rest = target.partition(":")
    secret: Secret | None = None
    recipient: Recipient
    if kind == RecipientKind.MAIL and colon:
        recipient, secret = _mail(session, output, rest)
    elif target == RecipientKind.WEBHOOK:
        recipient, secret = _hook(session, output)
    elif kind == RecipientKind.COMMAND and colon:
        recipient = told.command_recipient(session, Path(rest))
    else:
        raise _usage(
            _("Who is to be told?"), _("mail:ADDRESS, webhook or command:PATH; `keyturn tell -h` has examples.")
        )
    with session.alone():
        added = told.add(session, recipient, secret)
    looks = called_back(session)
    output.document({"told": of_recipient(added), "called_back": looks.value})
    text = _("{name} is told from now on: {who}.").format(name=added.name, who=added.shown)
    output.show(line(text, Tone.GOOD), line(_("See whether it is reached:")))
    output.show(_command(session, "tell", "test", added.name))
    if looks is CalledBack.NOBODY:
        rarely = _("What becomes due is seen when Keyturn looks. To have it look each time you sign in here:")
        output.show(line(rarely), _command(session, "remind", "--at-login", "check"))
    return Exit.DONE


def _mail(session: Session, output: Output, address: str) -> tuple[MailRecipient, Secret | None]:
    recipient = told.mail_recipient(session, address, _server(session))
    if recipient.server.user is None:
        return recipient, None
    question = _("Password of {user} at {host} (not shown): ").format(
        user=recipient.server.user, host=recipient.server.host
    )
    password = questions.password(output, question)
    told.expect_sendable(recipient.server.user, password)
    return recipient, password


def _server(session: Session) -> MailServer:
    arguments = session.arguments
    if arguments.smtp is None or arguments.mail_security is None:
        raise _usage(
            _("A mail needs a server, and a safe way to it"),
            _("For example: keyturn tell add mail:ops@example.com --smtp smtp.example.com:587 --starttls --user NAME"),
        )
    try:
        return read_mail_server(arguments.smtp, MailSecurity(arguments.mail_security), arguments.mail_user)
    except ValueError:
        raise _usage(
            _("That is not a mail server"), _("--smtp takes a host and a port, such as smtp.example.com:587.")
        ) from None


def _hook(session: Session, output: Output) -> tuple[HookRecipient, Secret]:
    shape = session.arguments.shape
    if shape is None:
        shapes = ", ".join(HookShape)
        raise _usage(_("What does the hook expect?"), _("--shape says so: {shapes}.").format(shapes=shapes))
    address = questions.hook_address(output)
    return told.hook_recipient(session, HookShape(shape), address), address


def _list(session: Session, output: Output) -> Exit:
    known = read_told(session.folder)
    output.document({"told": of_told(known)})
    if not known:
        output.show(line(_("Nobody is told, but you.")), line(_("`keyturn tell -h` says how to name somebody.")))
        return Exit.DONE
    everyone = [one.recipient for one in known]
    rows = [[Piece(one.name, Tone.HEADING), Piece(one.kind.value), Piece(one.shown)] for one in everyone]
    output.show(
        *columns(rows),
        *untold_lines(known),
        BLANK,
        line(_("See whether each is reached:")),
        _command(session, "tell", "test"),
    )
    return Exit.DONE


def _remove(session: Session, output: Output) -> Exit:
    name = session.arguments.target
    if not name:
        raise _usage(_("Who is told no more?"), _("Name an ID that `keyturn tell list` shows."))
    with session.alone():
        removed = told.remove(session, name)
    output.document({"id": removed.name, "removed": True})
    text = _("{name} is told nothing any more, and what was kept secret of it is gone.")
    output.show(line(text.format(name=removed.name)))
    return Exit.DONE


def _test(session: Session, output: Output) -> Exit:
    with output.notes.busy(_("Telling…")):
        tried = told.try_all(session, session.arguments.target)
    output.document({"tests": [_of_test(one) for one in tried]})
    output.show(*_tests(tried))
    return Exit.FAILED if any(one.problem is not None for one in tried) else Exit.DONE


def _tests(tried: Sequence[Tried]) -> list[Line]:
    if not tried:
        return [line(_("Nobody is told, so nothing was sent."))]
    page = []
    for one in tried:
        if one.problem is None:
            text = _("{name}: {who} took the message.").format(name=one.recipient.name, who=one.recipient.shown)
            page.append(line(text, Tone.GOOD))
        else:
            page.append(line(f"{one.recipient.name}: {one.problem.title}.", Tone.BAD))
            page.append(line(one.problem.message, indent=2))
    return page


def _of_test(one: Tried) -> dict[str, Any]:
    return {"id": one.recipient.name, "ok": one.problem is None, "problem": problem_documents.of_problem(one.problem)}


def _command(session: Session, *command: str) -> Line:
    from keyturn.rotation import labels

    return line(labels.command(session.hints, *command), Tone.COMMAND, indent=2, wraps=False)


def _usage(title: str, do: str) -> UsageError:
    return UsageError(title, _("Nobody was added or removed. {do}").format(do=do), code="usage.arguments")
