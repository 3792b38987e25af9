"""The commands `name` and `history`: what a person calls a key, and the keys that had the name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyturn.model.errors import UsageError
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.key_life.key_meant import key_meant
from keyturn.rotation.key_life.key_versions import Author, NamedKey, Version, VersionState, key_named, named_keys
from keyturn.rotation.key_life.naming import NamingResult, give_name, take_name
from keyturn.terminal import problem_documents, reading
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit
from keyturn.terminal.output import Output
from keyturn.terminal.screen import BLANK, Line, Tone, line


def name(session: Session, output: Output) -> Exit:
    """Give a key a name, or take one away."""
    arguments = session.arguments
    if arguments.off is not None:
        with session.alone():
            taken = take_name(session.context(), arguments.off)
        output.document({"name": taken.name.value, "access_key_id": taken.current.key.value, "removed": True})
        text = _("{key} is not called {name} any more. Its pair in the keychain and its tag at AWS stay.")
        output.show(line(text.format(key=taken.current.key.masked, name=taken.name)))
        return Exit.DONE
    if not arguments.key or not arguments.key_name:
        raise UsageError(
            _("A key and its name belong here"),
            _("Nothing was changed. For example: keyturn name 7Q2P /office/nas"),
            code="usage.arguments",
        )
    with session.alone():
        with output.notes.busy(reading.looking_sentence()):
            context = session.context()
            survey = reading.surveyed(context)
        found = key_meant(survey, arguments.key)
        session.began = True
        named = give_name(context, found, arguments.key_name, keep=not arguments.without_secret)
    output.document(_document(named))
    output.show(*_page(named))
    return Exit.DONE


def history(session: Session, output: Output) -> Exit:
    """Show the versions of one name, or of all."""
    wanted = session.arguments.key_name
    if wanted:
        named = key_named(session.folder, wanted)
        output.document(_history(named))
        output.show(*_history_page([named]))
        return Exit.DONE
    everyone = named_keys(session.folder)
    output.document({"names": [_history(one) for one in everyone]})
    output.show(*_history_page(everyone))
    return Exit.DONE


def _document(named: NamingResult) -> dict[str, Any]:
    return {
        "name": named.name.value,
        "access_key_id": named.key.value,
        "kept": named.kept,
        "tagged": named.untold is None,
        "problem": problem_documents.of_problem(named.untold or named.out_of_reach),
    }


def _page(named: NamingResult) -> list[Line]:
    page = [line(_("{key} is called {name} now.").format(key=named.key.masked, name=named.name), Tone.GOOD)]
    if named.kept:
        text = _(
            "Its pair is in the keychain, so `keyturn credentials {name}` and `keyturn run {name} -- COMMAND` hand it "
            "out. The files that hold it are as they were."
        )
        page.append(line(text.format(name=named.name)))
    elif named.out_of_reach is not None:
        text = _("Its pair is not in the keychain, so nothing can be handed out. {why}")
        page.append(line(text.format(why=named.out_of_reach), Tone.ATTENTION))
    if named.untold is not None:
        text = _("The name was not written into a tag at AWS, and is known on this computer alone. {why}")
        page.append(line(text.format(why=named.untold), Tone.QUIET))
    return page


def _history(named: NamedKey) -> dict[str, Any]:
    return {"name": named.name.value, "versions": [_version(one) for one in named.versions]}


def _version(one: Version) -> dict[str, Any]:
    return {
        "version": one.number,
        "access_key_id": one.key.value,
        "from": one.since.isoformat(),
        "until": None if one.until is None else one.until.isoformat(),
        "state": one.state.value,
        "by": None if one.author is None else one.author.value,
        "seen": one.seen,
        "rotation": one.rotation,
    }


def _history_page(named: Sequence[NamedKey]) -> list[Line]:
    if not named:
        return [line(_("No key has a name. `keyturn name KEY /folder/name` gives one."))]
    page: list[Line] = []
    for one in named:
        page += [BLANK] if page else []
        page.append(line(one.name.value, Tone.HEADING))
        page += [line(_sentence(version), indent=2) for version in reversed(one.versions)]
    return page


def _sentence(one: Version) -> str:
    states = {
        VersionState.CURRENT: _("current"),
        VersionState.PREVIOUS: _("replaced"),
        VersionState.OFF: _("off"),
        VersionState.DELETED: _("deleted"),
    }
    said = (
        _("{number}. {key}, {state}; since {since}")
        if one.until is None
        else _("{number}. {key}, {state}; from {since} until {until}")
    )
    text = said.format(
        number=one.number,
        key=one.key.masked,
        state=states[one.state],
        since=labels.day(one.since),
        until="" if one.until is None else labels.day(one.until),
    )
    if one.author is Author.PERSON and not one.seen:
        return _("{version} (said by a person, not seen)").format(version=text)
    return text
