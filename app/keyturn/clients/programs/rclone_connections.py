"""Remotes that are made up within another remote's setting: `remote = :s3,access_key_id=…,secret_access_key=…:BUCKET`.

A connection string gives a remote its options on the spot, or gives other ones to a remote of the file
(`NAME,access_key_id=…:BUCKET`); a value may stand in quotes, and quotes within it are written twice. In `upstreams`
each item may stand in quotes as well (rclone.org/docs, "Connection strings"; rclone.org/union).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from keyturn.clients.endpoints import speaks_plain_http
from keyturn.clients.findings import key_id, named_key_id, no_key_id_in
from keyturn.clients.interface import CredentialSpans, ValueSpot
from keyturn.clients.programs.rclone_remotes import Remotes
from keyturn.clients.session_tokens import token_beside
from keyturn.clients.variables.rclone_options import rclone_additions, rclone_manner
from keyturn.edits import ini
from keyturn.edits.files import FileContent
from keyturn.edits.spans import Span
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.late_patterns import pattern
from keyturn.model.places import Place, PlaceKind, Problem, Target

_WRAPS = ("remote", "upstreams")
_ID, _SECRET = "access_key_id", "secret_access_key"
# In an item that stands in quotes, those of a value are written twice.
_VALUE = r"""(?:'(?:[^']|'')*'|""[^"]*""|"(?:[^"]|"")*"|[^,:'"\s]*)"""
# Without its colon it is none, and yet matched, so that what was read is not read again from its middle.
_STRING = pattern(
    r"""(?<![\w.+@-])(?::s3|(?P<base>[\w.+@-]++))"""
    rf"""(?P<options>(?:,[\w-]++(?:={_VALUE})?)++)(?::(?P<path>[^\s"]*))?"""
)
_OPTION = pattern(rf",(?P<name>[\w-]+)(?:=(?P<value>{_VALUE}))?")
_QUOTES = "'\""
# What a `union` appends to say how an item may be used.
_POLICY = pattern(r":(?:ro|nc|writeback)\Z")


@dataclass(frozen=True, slots=True)
class Connection:
    """One that holds a key of its own.

    Attributes:
        locator: the remote in whose setting it stands; from its second on with a number.
        settings: its options, with those of the remote that it changes.
        spans: where the values of its key stand in the file, by their names.
    """

    locator: str
    line: int
    settings: Mapping[str, str]
    spans: Mapping[str, Span]
    target: Target | None

    @property
    def pair(self) -> KeyPair | None:
        """The pair, where both values stand there."""
        identifier = named_key_id(self.settings.get(_ID))
        secret = self.settings.get(_SECRET)
        if identifier is None or not secret or _SECRET not in self.spans:
            return None
        return KeyPair(identifier, Secret(secret))


def connections(entries: Sequence[ini.IniEntry]) -> Mapping[str, Connection]:
    """Return those with a key of their own, by their locators."""
    found: dict[str, Connection] = {}
    if not any(_ID in one.value for one in entries if one.key in _WRAPS):
        return found
    remotes, effective = Remotes(entries), ini.Effective(entries, ini.Dialect.RCLONE)
    for section in dict.fromkeys(one.section for one in entries if one.section is not None):
        number = 0
        for key in _WRAPS:
            entry = effective.entry(section, key)
            if entry is None or entry.section != section or not entry.value.isascii():
                continue
            for match in _STRING.finditer(entry.value):
                spans, options = _options(entry, match.span("options"))
                if match["path"] is None or _ID not in options:
                    continue
                number += 1
                locator = section if number == 1 else f"{section} ({number})"
                base = remotes.settings(match["base"]) if match["base"] else {}
                settings = {**base, **options}
                target = _target(_POLICY.sub("", match["path"]))
                found[locator] = Connection(locator, entry.line, settings, spans, target)
    return found


def places_of(content: FileContent, entries: Sequence[ini.IniEntry]) -> Iterator[Place | Problem]:
    """Yield a place for each of them."""
    for one in connections(entries).values():
        endpoint, pair = one.settings.get("endpoint"), one.pair
        identifier = key_id(one.settings[_ID], endpoint)
        if identifier is None:
            yield from no_key_id_in("rclone", content.path, one.locator, one.settings[_ID])
            continue
        token = token_beside(identifier, "session_token" if one.settings.get("session_token") else None)
        yield Place(
            client="rclone",
            name=f"{one.locator} (:s3)",
            path=content.path,
            locator=one.locator,
            kind=PlaceKind.MENTION if pair is None else PlaceKind.DESTINATION,
            access_key_id=identifier,
            secret=None if pair is None else pair.secret,
            editable=pair is not None and token.lets_edit,
            targets=() if one.target is None else (one.target,),
            region=one.settings.get("region"),
            endpoint=endpoint,
            additions=rclone_additions(one.settings),
            manner=rclone_manner(one.settings),
            plain_http=speaks_plain_http(endpoint),
            session=token.session,
            spoiled=token.spoiled,
            note=token.note,
            line=one.line,
        )


def spots_of(content: FileContent, entries: Sequence[ini.IniEntry]) -> Mapping[str, CredentialSpans]:
    """Return each complete pair by its locator."""
    return {
        locator: CredentialSpans(
            ValueSpot(content.path, one.spans[_ID], ini.Dialect.RCLONE),
            ValueSpot(content.path, one.spans[_SECRET], ini.Dialect.RCLONE),
            one.pair,
        )
        for locator, one in connections(entries).items()
        if one.pair is not None
    }


def _options(entry: ini.IniEntry, within: tuple[int, int]) -> tuple[Mapping[str, Span], Mapping[str, str]]:
    """Where the values of the options stand, without their quotes, and what they say; the last of a name counts."""
    spans: dict[str, Span] = {}
    values: dict[str, str] = {}
    for option in _OPTION.finditer(entry.value, *within):
        name, written = option["name"], option["value"]
        if not written:
            continue
        inner = written.strip(_QUOTES)
        start = entry.value_span.start + option.start("value") + written.find(inner)
        values[name] = inner
        spans[name] = Span(start, start + len(inner))
    return spans, values


def _target(path: str) -> Target | None:
    bucket, _slash, prefix = path.strip("/").partition("/")
    return Target(bucket, prefix.strip("/")) if bucket else None
