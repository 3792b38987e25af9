"""Hiding what must not be seen in a line of somebody's configuration. In doubt it is hidden."""

from __future__ import annotations

import re

from keyturn.model.keys import KEY_ID_IN_TEXT
from keyturn.model.known_secrets import HIDDEN, without_secrets

_LONGEST_LINE = 500  # characters shown of a line
# A secret access key has 40 characters, a session token more (facts/clients.md 18.3); `%` for URL-encoded ones.
_LONG_RUN = re.compile(r"[A-Za-z0-9+/=_%-]{40,}")
_LIKE_A_KEY_ID = re.compile(r"(?<![A-Za-z0-9])[A-Z0-9]{16,}(?![A-Za-z0-9])")
_KEY_ID = re.compile(r"[A-Z0-9]{16,32}")
_URL_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+(?=@)")
# `mysql -phunter2`, `curl -u anna:hunter2`, `sshpass -p hunter2`
_PASSWORD_OPTION = re.compile(
    r"(?P<option>(?<!\S)-[pP](?=[^\s/-])|(?<!\S)(?:-u|--user)(?:\s+|=)(?=\S*:)|\bsshpass\s+-p\s*)\S+"
)
# A key ID in the place of the user, whole or as it is shown.
_ID_AS_USER = re.compile(r"[A-Z0-9]{16,}|[A-Z0-9]{4}…[A-Z0-9]{4}")
_NAME = re.compile(r"[\w.-]+")
_NAMES_A_SECRET = re.compile(
    r"secret|passw|passphrase|pwd|token|credential|private|auth|(?:^|[_.-])(?:pass|key|pw|sas)(?:$|[_.\d-])",
    re.IGNORECASE,
)
_NAMES_AN_ID = re.compile(r"(?:access[_.-]?key(?:[_.-]?id)?|key[_.-]?id|repo\d*-s3-key)$", re.IGNORECASE)
_NAMES_A_PATH = re.compile(r"[_.-]file$", re.IGNORECASE)
_TO_VALUE = re.compile(r"""["']?(?:\s*[=:]>?\s*|\s+)""")
# In what a program says, unlike in its configuration, a name alone has no value behind it: "the secret is wrong".
_NAMED_VALUE = re.compile(
    r"""(?<![\w.-])(?P<name>[\w.-]++)(?P<to>["']?\s*+(?:=>?|:(?!//))\s*+)(?P<value>"[^"]*"?|'[^']*'?|[^\s"',;]+)"""
)
_SECRET_SHAPE = re.compile(r"(?<![A-Za-z0-9/+])(?:[A-Za-z0-9/+]{40}|[A-Za-z0-9/+]{100,})(?![A-Za-z0-9/+])")
# Switches, small numbers, and a key ID as it is shown, which many programs keep under the name `key`.
# The line by which a profile asks Keyturn: a name and paths, and no secret.
_ASKS_KEYTURN = re.compile(
    r"\s*credential_process = [\w/.+@-]*/keyturn credentials /[\w/.+=@-]+(?: --(?:state-dir|secrets) [\w/.+@-]+)*"
)
_HARMLESS_VALUE = re.compile(
    r"""["']?(?:true|false|yes|no|on|off|none|\d{1,4}|[A-Z0-9]{4}…[A-Z0-9]{4})?["',;]*\s*""", re.IGNORECASE
)


def masked_id(value: str) -> str:
    """Return a key ID as it is shown to people, and anything else hidden."""
    return f"{value[:4]}…{value[-4:]}" if _KEY_ID.fullmatch(value) else HIDDEN


def masked_line(text: str) -> str:
    """Return one line with secrets hidden, key IDs shortened, and characters that could play with a terminal replaced.

    Hidden are: every known secret, what follows a name that speaks of a secret, user and password in addresses and in
    the options of programs, and every run of characters as long as a secret access key.
    """
    if _ASKS_KEYTURN.fullmatch(text):
        return without_secrets(text)
    shown = _URL_CREDENTIALS.sub(_without_password, _without_named_secret(without_secrets(text)))
    shown = _PASSWORD_OPTION.sub(rf"\g<option>{HIDDEN}", shown)
    shown = _LONG_RUN.sub(HIDDEN, shown)
    shown = _LIKE_A_KEY_ID.sub(lambda found: masked_id(found[0]), shown)
    return printable(shown if len(shown) <= _LONGEST_LINE else f"{shown[:_LONGEST_LINE]}…")


def said(text: str) -> str:
    """Return what a program printed, fit to be shown: in one line, and without secrets.

    Known ones are hidden by their value, others by their shape: what stands behind a name that speaks of a secret and
    an equals sign or colon, user and password in addresses, and what is as long as a secret access key or a session
    token. Sentences stay readable, so this hides less than `masked_line` does of a configuration.
    """
    lines = [_NAMED_VALUE.sub(_without_value, line) for line in without_secrets(text).splitlines()]
    shown = _SECRET_SHAPE.sub(
        _without_mixed_letters, _URL_CREDENTIALS.sub(_without_password, " ".join(" ".join(lines).split()))
    )
    return printable(KEY_ID_IN_TEXT.sub(lambda found: masked_id(found[0]), shown))


def _without_mixed_letters(found: re.Match[str]) -> str:
    """Hide a run of a secret's length, unless it is a path or a number: those have letters of one kind alone."""
    return found[0] if found[0] in {found[0].lower(), found[0].upper()} else HIDDEN


def _without_value(found: re.Match[str]) -> str:
    if not _speaks_of_a_secret(found["name"]) or _HARMLESS_VALUE.fullmatch(found["value"]):
        return found[0]
    return f"{found['name']}{found['to']}{HIDDEN}"


def printable(text: str) -> str:
    """Return the text with every control character but the tab replaced."""
    return "".join(character if character.isprintable() or character == "\t" else "\ufffd" for character in text)


def _without_password(user: re.Match[str]) -> str:
    return user[0] if _ID_AS_USER.fullmatch(user[0]) else HIDDEN


def _without_named_secret(text: str) -> str:
    for name in _NAME.finditer(text):
        if not _speaks_of_a_secret(name[0]):
            continue
        value = _TO_VALUE.match(text, name.end())
        if value is not None and not _HARMLESS_VALUE.fullmatch(text, value.end()):
            return text[: value.end()] + HIDDEN
    return text


def _speaks_of_a_secret(name: str) -> bool:
    if "secret" not in name.lower() and _NAMES_AN_ID.search(name):
        return False
    return _NAMES_A_SECRET.search(name) is not None and not _NAMES_A_PATH.search(name)
