"""The pair of a remote of rclone's, changed for the profile from which rclone takes its key, and back byte for byte.

The ID's line names the profile then, and the secret's the file in which that stands; `env_auth` says that they count.
Nothing else changes: whatever the change would do to another line, it is refused.
"""

from __future__ import annotations

from pathlib import Path

from keyturn.edits import ini
from keyturn.edits.ini import IniEntry
from keyturn.edits.spans import Change, Span, apply_changes
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair
from keyturn.model.pair_layout import USUAL_REMOTE, RemoteLayout
from keyturn.model.text import _

ID, SECRET = "access_key_id", "secret_access_key"
AUTH, PROFILE, FILE = "env_auth", "profile", "shared_credentials_file"
_RCLONE = ini.Dialect.RCLONE
_CONCERNED = frozenset({ID, SECRET, AUTH, PROFILE, FILE})
_ON = "true"


def asking_remote(
    content: bytes, section: str, profile: str, credentials: str, path: Path
) -> tuple[tuple[Change, ...], RemoteLayout]:
    """Return what has a remote take its key from a profile instead of holding a pair, and how the pair stood.

    Args:
        credentials: the path of the file in which the profile stands.

    Raises:
        FileError: `file.unparsable`; `file.edit`, where that cannot be done without touching anything else.
    """
    own = _own(content, section, path)
    key, secret, auth = own.get(ID), own.get(SECRET), own.get(AUTH)
    if key is None or secret is None or PROFILE in own or FILE in own:
        raise _would_change_more(path)
    pieces = (_lead(content, key), _tail(content, key), _lead(content, secret), _tail(content, secret))
    if not all(content[one.start : one.end].isascii() for one in pieces):
        raise _would_change_more(path)
    layout = RemoteLayout(
        id_lead=_cut(content, _lead(content, key)),
        id_tail=_cut(content, _tail(content, key)),
        secret_lead=_cut(content, _lead(content, secret)),
        secret_tail=_cut(content, _tail(content, secret)),
        env_auth=None if auth is None else auth.value,
    )
    changes = [
        Change(_lead(content, key), f"{PROFILE} = ".encode(), is_open=True),
        Change(key.value_span, profile.encode(), is_open=True),
        Change(_lead(content, secret), f"{FILE} = {credentials}".encode(), is_open=True),
        Change(Span(secret.value_span.start, _tail(content, secret).end), b""),
    ]
    if layout.id_tail:
        changes.append(Change(_tail(content, key), b"", is_open=True))
    if auth is not None:
        changes.append(Change(auth.value_span, _ON.encode(), is_open=True))
    else:
        start = _start(content, key)
        changes.append(Change(Span(start, start), f"{AUTH} = {_ON}{_line_end(content, key)}".encode(), is_open=True))
    wanted = {AUTH: _ON, PROFILE: profile, FILE: credentials}
    return _checked(content, changes, section, wanted, path), layout


def holding_remote(
    content: bytes, section: str, pair: KeyPair, layout: RemoteLayout | None, path: Path
) -> tuple[Change, ...]:
    """Return what has a remote hold a pair instead of taking its key from a profile, as the pair stood there before.

    Args:
        layout: as `asking_remote` returned it; None writes the pair as rclone does.

    Raises:
        FileError: `file.unparsable`; `file.edit`, where that cannot be done without touching anything else.
    """
    own = _own(content, section, path)
    profile, credentials, auth = own.get(PROFILE), own.get(FILE), own.get(AUTH)
    if profile is None or credentials is None or auth is None or ID in own or SECRET in own:
        raise _would_change_more(path)
    layout = USUAL_REMOTE if layout is None else layout
    identifier, secret = pair.access_key_id.value, pair.secret.reveal()
    changes = [
        Change(_lead(content, profile), layout.id_lead.encode(), is_open=True),
        Change(profile.value_span, identifier.encode(), is_open=True),
        Change(_lead(content, credentials), layout.secret_lead.encode(), is_open=True),
        Change(
            Span(credentials.value_span.start, _tail(content, credentials).end),
            f"{secret}{layout.secret_tail}".encode(),
        ),
    ]
    if layout.id_tail:
        changes.append(Change(_tail(content, profile), layout.id_tail.encode(), is_open=True))
    wanted = {ID: identifier, SECRET: secret}
    if layout.env_auth is not None:
        changes.append(Change(auth.value_span, layout.env_auth.encode(), is_open=True))
        wanted[AUTH] = layout.env_auth
    else:
        whole = Span(_start(content, auth), _next_start(content, auth))
        changes.append(Change(whole, b"", is_open=True))
    return _checked(content, changes, section, wanted, path)


def _checked(
    content: bytes, changes: list[Change], section: str, wanted: dict[str, str], path: Path
) -> tuple[Change, ...]:
    after = apply_changes(content, changes)
    try:
        own = {name: one.value for name, one in _own(after, section, path).items()}
        same = _others(after, section, path) == _others(content, section, path)
    except FileError:
        raise _would_change_more(path) from None
    if own != wanted or not same:
        raise _would_change_more(path)
    return tuple(changes)


def _own(content: bytes, section: str, path: Path) -> dict[str, IniEntry]:
    """What the section has of the settings that are concerned.

    Raises:
        FileError: also where one of them stands there twice.
    """
    found = [one for one in ini.entries(content, _RCLONE, path=path) if one.section == section]
    concerned = [one for one in found if one.key in _CONCERNED]
    own = {one.key: one for one in concerned}
    if len(own) != len(concerned):
        raise _would_change_more(path)
    return own


def _others(content: bytes, section: str, path: Path) -> list[object]:
    """Every other setting as the program reads it, and the sections."""
    found = ini.entries(content, _RCLONE, path=path)
    kept = [one for one in found if not (one.section == section and one.key in _CONCERNED)]
    return [ini.sections(content, _RCLONE, path=path), *((one.section, one.key, one.value) for one in kept)]


def _start(content: bytes, entry: IniEntry) -> int:
    """Where the line begins."""
    return content.rfind(b"\n", 0, entry.value_span.start) + 1


def _next_start(content: bytes, entry: IniEntry) -> int:
    end = content.find(b"\n", entry.value_span.end)
    return len(content) if end < 0 else end + 1


def _lead(content: bytes, entry: IniEntry) -> Span:
    """What stands before the value on its line, without indentation."""
    start = _start(content, entry)
    line = content[start : entry.value_span.start]
    return Span(start + len(line) - len(line.lstrip(b" \t")), entry.value_span.start)


def _tail(content: bytes, entry: IniEntry) -> Span:
    """What stands behind the value on its line."""
    end = content.find(b"\n", entry.value_span.end)
    end = len(content) if end < 0 else end
    if end > entry.value_span.end and content[end - 1 : end] == b"\r":
        end -= 1
    return Span(entry.value_span.end, end)


def _line_end(content: bytes, entry: IniEntry) -> str:
    end = content.find(b"\n", entry.value_span.end)
    return "\r\n" if content[max(end - 1, 0) : end] == b"\r" else "\n"


def _cut(content: bytes, span: Span) -> str:
    return content[span.start : span.end].decode()


def _would_change_more(path: Path) -> FileError:
    return FileError(
        _("The edit of {name} would change more than the key").format(name=path.name),
        _("It would touch other lines, too, so it was not made. Change {path} by hand.").format(path=path),
        code="file.edit",
    )
