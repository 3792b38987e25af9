"""The commands `credentials` and `run`: a program gets the key that a name means now.

`credentials` is asked by programs, over and over, and each waits for it. So what they type is read here without the
parser, as long as it is what Keyturn itself writes into their files, and a lasting key waits for no import of AWS's.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.computer.clock import Clock, SystemClock
from keyturn.computer.folders import state_place
from keyturn.model.errors import AppError, StateError, UsageError
from keyturn.model.text import _, shown
from keyturn.rotation.key_life.handing_out import HandedOut, hand_out, hand_out_temporary, variables_of
from keyturn.rotation.location import Location
from keyturn.state.secrets import open_store
from keyturn.state.secrets_kind import SecretsKind
from keyturn.terminal.exits import Exit

if TYPE_CHECKING:
    from keyturn.aws.session import Aws
    from keyturn.terminal.command_session import Session
    from keyturn.terminal.output import Output

SHORTEST_SESSION, LONGEST_SESSION = 15, 2160  # minutes (STS API reference, GetSessionToken)
# What has a value, of all that may stand behind `credentials`.
_OPTIONS = frozenset({"--session", "--state-dir", "--secrets", "--endpoint-url"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a program asks for.

    Attributes:
        minutes: of a temporary key; None for the lasting one.
    """

    name: str
    minutes: int | None
    location: Location


def credentials(session: Session, output: Output) -> Exit:
    """Print the key for a program that asks as AWS's tools do."""
    return _answered(_asked(session), session.clock)


def run_program(session: Session, output: Output) -> Exit:
    """Start a program with the key in its environment; where that worked, this process is that program."""
    from keyturn.terminal.program_start import start

    arguments = session.arguments
    if not arguments.program_words:
        raise UsageError(
            _("There is no program to start"),
            _("Name it after two dashes: keyturn run {name} -- restic backup /home").format(name=arguments.key_name),
            code="usage.arguments",
        )
    asked = _asked(session)
    try:
        found = _found(asked, session.clock)
    except AppError as error:
        return _refused(asked, error)
    start(arguments.program_words, found.pair)


def answered_at_once(words: Sequence[str]) -> int | None:
    """Answer `credentials` with what was typed behind it, and return the exit code.

    None where it is not written as Keyturn writes it: then nothing was done, and the parser has more to say.
    """
    options: dict[str, str] = {}
    names: list[str] = []
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if option in _OPTIONS:
            options[option] = value if equals else next(rest, "")
        elif word.startswith("-"):
            return None
        else:
            names.append(word)
    minutes, secrets = options.get("--session"), options.get("--secrets")
    if len(names) != 1 or not all(options.values()) or (minutes is not None and not is_session_length(minutes)):
        return None
    if "--endpoint-url" in options and "://" not in options["--endpoint-url"]:
        return None
    if secrets is not None and secrets not in list(SecretsKind):
        return None
    state_dir = None if "--state-dir" not in options else Path(options["--state-dir"])
    folder = state_place(state_dir)
    if not _is_as_usual(folder):
        return None
    kind = SecretsKind.KEYRING if secrets is None else SecretsKind(secrets)
    location = Location(endpoint_url=options.get("--endpoint-url"), state_dir=state_dir, secrets=kind)
    asked = _Asked(names[0], None if minutes is None else int(minutes), location)
    try:
        return _answered(asked, SystemClock())
    except (Exception, KeyboardInterrupt) as error:
        sys.stderr.write(f"keyturn: {type(error).__name__}\n")
        return Exit.STOPPED


def is_session_length(text: str) -> bool:
    """True where AWS gives a temporary key for so many minutes."""
    return text.isascii() and text.isdecimal() and SHORTEST_SESSION <= int(text) <= LONGEST_SESSION


def _is_as_usual(folder: Path) -> bool:
    """True where nobody chose settings, and nobody else may have written what lies in Keyturn's folder.

    Else the command goes the way of all others, which reads the settings, and sees to it that the folder is private.
    """
    try:
        about = folder.stat()
        chosen = any(name.startswith("settings") for name in os.listdir(folder))  # noqa: PTH208  (no path is made of them)
    except OSError:
        return False
    private = sys.platform == "win32" or (about.st_uid == os.geteuid() and not about.st_mode & 0o077)
    return private and not chosen


def _asked(session: Session) -> _Asked:
    arguments = session.arguments
    return _Asked(arguments.key_name, arguments.session, arguments.location)


def _answered(asked: _Asked, clock: Clock) -> Exit:
    try:
        found = _found(asked, clock)
    except AppError as error:
        return _refused(asked, error)
    # The one document goes out in one piece: who reads a part of it has no pair.
    try:
        sys.stdout.write(f"{json.dumps(_document(found))}\n")
        sys.stdout.flush()
    except OSError as error:
        return _unwritten(asked, error)
    return Exit.DONE


def _unwritten(asked: _Asked, error: OSError) -> Exit:
    from keyturn.terminal.screen import lose

    lose(sys.stdout, error)
    if isinstance(error, BrokenPipeError):
        return Exit.FAILED  # nobody reads it any more
    reason = error.strerror or type(error).__name__
    title = _("It could not be written: {reason}").format(reason=reason)
    _refused(asked, AppError(title, "", code="output.lost"))
    return Exit.STOPPED


def _document(found: HandedOut) -> dict[str, object]:
    """What AWS's tools expect of a `credential_process` (AWS SDKs and Tools Reference Guide)."""
    given = variables_of(found.pair)
    names = {
        "AWS_ACCESS_KEY_ID": "AccessKeyId",
        "AWS_SECRET_ACCESS_KEY": "SecretAccessKey",
        "AWS_SESSION_TOKEN": "SessionToken",
    }
    until = found.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"Version": 1, **{names[name]: value for name, value in given.items()}, "Expiration": until}


def _found(asked: _Asked, clock: Clock) -> HandedOut:
    folder = state_place(asked.location.state_dir)
    store = open_store(asked.location.secrets, folder)
    if asked.minutes is None:
        return hand_out(folder, store, asked.name, clock.now())
    from keyturn.rotation.workplace import Workplace
    from keyturn.state.session_keys import SessionKeys

    kept = SessionKeys(asked.location.secrets, folder)
    with Workplace(asked.location, clock) as place:

        def way_to_aws() -> Aws:
            return place.context().aws

        return hand_out_temporary(folder, store, asked.name, asked.minutes, kept, way_to_aws, clock.now())


def _refused(asked: _Asked, error: AppError) -> Exit:
    """Say why there is no key in one sentence, which the program that asked shows or writes into its log."""
    title = error.title.removesuffix(".")
    sentence = _("keyturn: no key for {name}: {why}.").format(name=asked.name, why=title)
    sys.stderr.write(f"{shown(sentence)}\n")
    if error.code == "keychain.locked":
        return Exit.WAITING
    gone = error.code in {"key.off", "secret.gone"}
    return Exit.STOPPED if gone or isinstance(error, StateError) else Exit.FAILED
