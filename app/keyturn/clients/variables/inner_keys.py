"""Keys that stand inside of one word or value: mc's `MC_HOST_x` and rclone's `:s3,access_key_id=…:BUCKET`.

The first is `https://ID:SECRET@SERVER`, to the letter (minio/mc, cmd/config.go, `parseEnvURLStr`). The second is a
remote that is made up on the spot (rclone.org/docs, "Connection strings").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from keyturn.clients.variables.command_goals import CONNECTION_OPTION
from keyturn.edits.commands import Argument, ShellCommand, part
from keyturn.edits.shell import Assignment
from keyturn.edits.spans import Span

_HOST_OF_MC = "MC_HOST_"
# Of a secret with a percent mark it is not told how it is meant; a third part is a session token.
_ADDRESS = re.compile(r"https?://(?P<id>[^:/@\s%]+):(?P<secret>[^:@\s%]+)@(?P<server>[^@/\s]+)/?")
_IN_WORD = re.compile(rf"(?P<name>{_HOST_OF_MC}\w+)=")
_MADE_UP = re.compile(rf"(?<![\w]):s3(?P<options>{CONNECTION_OPTION}+):")
_OPTION = re.compile(
    r""",(?P<name>access_key_id|secret_access_key)=(?P<quote>['"]?)(?P<value>[A-Za-z0-9/+]+)(?P=quote)"""
)
_REFERENCE = re.compile(rb"\$\{?([A-Za-z_]\w*)")
_REMOTE = ":s3,"
_MC = ("mc", "mcli", "minio-client")
# The names of the halves, by which they find each other; each begins with what it stands in.
_ID, _SECRET = "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"


def inner_keys(found: Iterable[Assignment], commands: Iterable[ShellCommand]) -> Iterator[Assignment]:
    """Yield the halves of keys inside of values and of words, as assignments of their own."""
    for one in found:
        if one.value and not one.is_reference:
            for name, span in _halves(one.name, one.value):
                start = one.value_span.start + span.start
                text = one.value[span.start : span.end]
                inner = replace(one, name=name, value=text, value_span=Span(start, start + len(text)))
                # Written otherwise than it reads, it has no place of its own in there.
                is_as_written = one.value_span.end - one.value_span.start == len(one.value.encode())
                yield inner if is_as_written and one.value.isascii() else replace(inner, fixed=True)
    for command in commands:
        yield from _of_new_alias(command)
        for word in command.words:
            given = _IN_WORD.match(word.decoded)
            first = 0 if given is None else given.end()
            for name, span in _halves("" if given is None else given["name"], word.decoded[first:]):
                inside = part(word, len(word.decoded[: first + span.start].encode()), span.end - span.start)
                place = inside.spot(0, len(inside.text))
                if place is not None:
                    yield Assignment(name, inside.decoded, place[0], False, word.line, False, place[1])


def _of_new_alias(command: ShellCommand) -> Iterator[Assignment]:
    """The halves in `mc alias set x SERVER ID SECRET`, and as it was called before, `mc config host add`."""
    words = _new_alias(command)
    for half, word in zip((_ID, _SECRET), words[2:4], strict=False):
        place = word.spot(0, len(word.text))
        if place is not None and word.known and word.text:
            yield Assignment(
                f"{_HOST_OF_MC}{words[0].decoded} {half}", word.decoded, place[0], False, word.line, False, place[1]
            )


def _new_alias(command: ShellCommand) -> Sequence[Argument]:
    """The alias, its server and the two halves of its key; nothing of another command."""
    found = command.of(_MC)
    said = [] if found is None else [word for word in found[1] if not word.text.startswith(b"-")]
    texts = [word.decoded for word in said[:3]]
    first = 2 if texts[:2] == ["alias", "set"] else 3 if texts == ["config", "host", "add"] else 0
    return said[first : first + 4] if first and len(said) >= first + 4 else ()


def _halves(name: str, value: str) -> Iterator[tuple[str, Span]]:
    if name.startswith(_HOST_OF_MC) and (address := _ADDRESS.fullmatch(value)) is not None:
        yield f"{name} {_ID}", Span(*address.span("id"))
        yield f"{name} {_SECRET}", Span(*address.span("secret"))
    for remote in _MADE_UP.finditer(value) if _REMOTE in value else ():
        for option in _OPTION.finditer(value, *remote.span("options")):
            yield f"{_REMOTE}{option['name']}", Span(*option.span("value"))


def is_of_made_up_remote(variable: str) -> bool:
    """Return whether a half of a key stands in a remote of rclone's that is made up on the spot."""
    return variable.startswith(_REMOTE)


def holds_made_up_remote(word: Argument) -> bool:
    """Return whether a word of a command holds a remote of rclone's with a key of its own."""
    return _REMOTE.encode() in word.text and any(is_of_made_up_remote(name) for name, _at in _halves("", word.decoded))


def alias_of(variable: str) -> str | None:
    """Return the alias of mc's in whose address a half of a key stands, in small letters; None elsewhere.

    Windows knows variables in capitals and in small letters as the same.
    """
    return variable.removeprefix(_HOST_OF_MC).partition(" ")[0].lower() if variable.startswith(_HOST_OF_MC) else None


def aliases_by_variable(found: Iterable[Assignment], commands: Iterable[ShellCommand]) -> Mapping[str, frozenset[str]]:
    """Return the aliases of mc's that take each variable, in small letters.

    That is by `MC_HOST_x=https://$ID:$SECRET@SERVER`, and by `mc alias set x SERVER $ID $SECRET`.
    """
    said = [
        (one.name.removeprefix(_HOST_OF_MC), one.written)
        for one in found
        if one.is_reference and one.name.startswith(_HOST_OF_MC)
    ]
    new = (_new_alias(command) for command in commands)
    said += [(words[0].decoded, word.written) for words in new for word in words[2:] if not word.known]
    aliases: dict[str, set[str]] = {}
    for alias, written in said:
        for named in _REFERENCE.findall(written):
            aliases.setdefault(named.decode(), set()).add(alias.lower())
    return {name: frozenset(every) for name, every in aliases.items()}


def servers_of_aliases(found: Iterable[Assignment], commands: Iterable[ShellCommand]) -> Mapping[str, str]:
    """Return the addresses of the servers that aliases of mc's name, by the alias in small letters."""
    said = [(one.name, one.value or one.written.decode(errors="replace")) for one in found]
    said += [(name, value) for command in commands for name, value in _given_to(command)]
    new = ([word.decoded for word in _new_alias(command)] for command in commands)
    servers: dict[str, str] = {words[0].lower(): words[1].rstrip("/") for words in new if words}
    for name, address in said:
        scheme, _colon, rest = address.strip("\"'").partition("://")
        if name.startswith(_HOST_OF_MC) and "@" in rest:
            servers.setdefault(
                name.removeprefix(_HOST_OF_MC).lower(), f"{scheme}://{rest.rpartition('@')[2].rstrip('/')}"
            )
    return servers


def _given_to(command: ShellCommand) -> Iterator[tuple[str, str]]:
    words = (word.decoded.partition("=") for word in command.words if word.text.startswith(_HOST_OF_MC.encode()))
    return ((name, value) for name, equals, value in words if equals)
