"""Asking the person before something is changed."""

from __future__ import annotations

import select
import sys
from getpass import getpass
from typing import TextIO

from keyturn.model.errors import UsageError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.text import _, shown
from keyturn.terminal.interruption import look_for_lost_interruptions
from keyturn.terminal.output import Output
from keyturn.terminal.screen import Line, Piece, Tone

_SHORT = 0.2  # seconds
_DIGITS = 6  # of an MFA code (IAM API reference, AssumeRole: TokenCode)


def is_interactive() -> bool:
    """True where a person can answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def require_a_person() -> None:
    """Make sure that a question can be answered.

    Raises:
        UsageError: where standard input is no terminal.
    """
    if not is_interactive():
        raise UsageError(
            _("Nobody is here to say yes"),
            _(
                "This command changes something, so it asks first, and its input is not a terminal. Look at "
                "what it would do, then add --yes."
            ),
            code="usage.not-confirmed",
        )


def agrees(output: Output, question: str, *, usually: bool = False) -> bool:
    """Ask a question that is answered with yes or no; anything but a clear yes is a no.

    Args:
        usually: Enter alone is a yes, for what changes nothing that matters.
    """
    screen = output.page
    choice = _("[Y/n]") if usually else _("[y/N]")
    screen.write(Line((Piece(question, Tone.HEADING), Piece(f" {choice}"))))
    answer = _answer(screen.stream).lower()
    return answer in _words_for_yes() or (usually and not answer)


def _words_for_yes() -> frozenset[str]:
    """What counts as a yes: the English words, which are typed everywhere, and those of the person's language."""
    return frozenset(("y", "yes", *_("y yes").lower().split()))


def goes_on(output: Output, sentence: str) -> bool:
    """Wait for Enter; False where the person answers with `q`."""
    output.page.write(Line((Piece(sentence, Tone.QUIET),)))
    return _answer(output.page.stream).lower() not in {"q", "quit"}


def typed(output: Output, question: str) -> str:
    """Ask for a few characters."""
    output.page.write(Line((Piece(question, Tone.HEADING),)))
    return _answer(output.page.stream)


def given_pair(output: Output) -> KeyPair:
    """Take the pair that the person made: asked for at a terminal, where the secret is not shown; else two lines.

    Raises:
        UsageError: where that is no pair. What was typed is not repeated: it may be the secret in the wrong place.
    """
    if is_interactive():
        output.page.write(Line((Piece(_("Access key ID of the new key"), Tone.HEADING),)))
        identifier = _answer(output.page.stream)
        secret = getpass(_("Its secret access key (not shown): "), output.page.stream)
    else:
        identifier, secret = (sys.stdin.readline() for _number in range(2))
    return _as_pair(identifier.strip(), secret.strip())


def password(output: Output, question: str) -> Secret:
    """Take a password: asked for at a terminal, where it is not shown; else the next line of standard input.

    Raises:
        UsageError: where there is none.
    """
    typed = getpass(question, output.page.stream) if is_interactive() else sys.stdin.readline()
    if not typed.rstrip("\r\n"):
        raise UsageError(
            _("No password was given"),
            _("Nothing was changed. Without a terminal, the password is the first line of standard input."),
            code="usage.password",
        )
    return Secret(typed.rstrip("\r\n"))


def hook_address(output: Output) -> Secret:
    """Take the address of a web hook: asked for at a terminal, where it is not shown; else the next line of input.

    Raises:
        UsageError: where there is none.
    """
    question = _("Address of the web hook (not shown): ")
    typed = getpass(question, output.page.stream) if is_interactive() else sys.stdin.readline()
    if not typed.strip():
        raise UsageError(
            _("No address was given"),
            _("Nobody was added. Without a terminal, the address is the first line of standard input."),
            code="usage.hook-address",
        )
    return Secret(typed.strip())


def code_of_device(device: str) -> str:
    """Take the code of an MFA device: asked for at a terminal; else the next line of standard input.

    Raises:
        UsageError: where it is none.
    """
    if is_interactive():
        question = _("The six digits that the MFA device {device} shows now: ")
        sys.stderr.write(question.format(device=shown(device)))
        sys.stderr.flush()
        _await_line()
    code = sys.stdin.readline().strip()
    if not (code.isascii() and code.isdecimal() and len(code) == _DIGITS):
        raise UsageError(
            _("That is no code of an MFA device"),
            _(
                "The role wants the six digits that {device} shows now. Without a terminal they are the next line of "
                "standard input."
            ).format(device=device),
            code="signer.mfa",
        )
    return code


def _as_pair(identifier: str, secret: str) -> KeyPair:
    try:
        access_key_id = AccessKeyId.of_any_shape(identifier)
    except ValueError:
        raise UsageError(
            _("That is not an access key ID"),
            _(
                "--pair takes two lines from standard input: the access key ID of the new key, then its secret. "
                "Nothing was changed."
            ),
            code="usage.pair",
        ) from None
    try:
        return KeyPair(access_key_id, Secret.typed(secret))
    except ValueError:
        raise UsageError(
            _("That is not a secret access key"),
            _("The second line has to be the secret of {key}, whole and nothing else. Nothing was changed.").format(
                key=access_key_id.masked
            ),
            code="usage.pair",
        ) from None


def _answer(stream: TextIO) -> str:
    stream.write("> ")
    stream.flush()
    _await_line()
    # A closed input gives an empty line, which is no yes.
    return sys.stdin.readline().strip()


def _await_line() -> None:
    """Wait until something was typed, in short waits, so that no Ctrl-C goes unheard."""
    if sys.platform != "win32":  # there, only sockets can be waited for in this way
        while not select.select([sys.stdin], [], [], _SHORT)[0]:
            look_for_lost_interruptions()
