"""S3QL: one section per file system or for all of them (facts/clients.md section 17; S3QL's user guide)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from keyturn.clients.findings import Discovery, key_id, named_key_id, no_key_id_in
from keyturn.clients.interface import Client, CredentialSpans, ValueSpot
from keyturn.computer.computer import Platform
from keyturn.edits import ini
from keyturn.edits.files import FileContent
from keyturn.edits.ini import Dialect, Effective, IniEntry
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

# S3QL reads the file with Python's configparser, as botocore reads its own, duplicates refused.
_GRAMMAR = Dialect.AWS
_URL, _ID, _SECRET, _OPTIONS = "storage-url", "backend-login", "backend-password", "backend-options"
# What the options of its S3 back end say; of several storage classes `rrs` counts (facts/clients.md section 17).
_CLASSES = {"it": "INTELLIGENT_TIERING", "ia": "STANDARD_IA", "oia": "ONEZONE_IA", "rrs": "REDUCED_REDUNDANCY"}
_KINDS = frozenset({"s3", "s3c", "s3c4"})
_LONGEST = 1200  # characters of a URL: a bucket's name and an object's key are shorter
_AMAZON = re.compile(r"s3://(?:(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d)/)?(?P<bucket>[^/]+)(?:/(?P<prefix>.*))?")
_COMPATIBLE = re.compile(r"s3c4?://(?P<host>[^/]+)(?:/(?P<bucket>[^/]+)(?:/(?P<prefix>.*))?)?")


class S3ql(Client):
    """`~/.s3ql/authinfo2`; a section without a storage URL is for all of a kind of store."""

    name = "s3ql"
    title = "S3QL"
    program_names = ("mount.s3ql", "fsck.s3ql", "s3qladm")

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each section with a key of S3."""
        content = None if computer.platform is Platform.WINDOWS else look.read(computer.home / ".s3ql" / "authinfo2")
        if content is not None:
            try:
                look.take(_places(content))
            except FileError as error:
                look.report_unparsable(content, error)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of each section that has both values of its own; see `Client.spots`."""
        spots = {}
        for section, found in _sections(content):
            identifier, secret = found.entry(section, _ID), found.entry(section, _SECRET)
            access_key_id = named_key_id(None if identifier is None else identifier.value)
            if identifier is None or secret is None or access_key_id is None:
                continue
            if _is_own(secret, section):
                spots[section] = CredentialSpans(
                    ValueSpot(content.path, identifier.value_span, _GRAMMAR),
                    ValueSpot(content.path, secret.value_span, _GRAMMAR),
                    KeyPair(access_key_id, Secret(secret.value)),
                )
        return spots

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return whether it is a mount, which reads its key once."""
        return program.name == "mount.s3ql"

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how a mount is made anew."""
        return _(
            "Unmount the file system with “umount.s3ql FOLDER”, wait until it has written all, and mount it again."
        )


def _sections(content: FileContent) -> Iterator[tuple[str, Effective]]:
    own: dict[str | None, list[IniEntry]] = {}
    for entry in ini.entries(content.content, _GRAMMAR, path=content.path):
        own.setdefault(entry.section, []).append(entry)
    for section in ini.sections(content.content, _GRAMMAR, path=content.path):
        yield section, Effective(own.get(section, ()), _GRAMMAR)


def _is_own(secret: IniEntry | None, section: str) -> bool:
    return secret is not None and bool(secret.value) and "\n" not in secret.value and secret.section == section


def _places(content: FileContent) -> Iterator[Place | Problem]:
    sections = list(_sections(content))
    counting = _Counting(sections)
    for number, (section, found) in enumerate(sections):
        url = found.value(section, _URL) or ""
        if url and not url.startswith(("s3://", "s3c")):
            continue
        every = counting.reached_by(number) or (url,)
        # A section for all kinds of URL may be for those of one server alone.
        servers = {_server(one) for one in every if _targets(_read(one))}
        endpoint = servers.pop() if len(servers) == 1 else _server(url)
        reached = [one for one in every if _server(one) == endpoint]
        identifier = key_id(found.value(section, _ID), endpoint)
        if identifier is None:
            # Without an address it may be a user of any other service.
            yield from no_key_id_in(S3ql.name, content.path, section, found.value(section, _ID) if url else None)
            continue
        secret = found.entry(section, _SECRET)
        kept = Secret(secret.value) if secret is not None and _is_own(secret, section) else None
        notes: Sequence[str] = [
            "" if kept is not None else _("The secret key is missing beside it."),
            _("These are temporary credentials, which expire by themselves.") if identifier.is_temporary else "",
        ]
        options = frozenset[str]().union(*(counting.options(one) for one in reached))
        yield Place(
            client=S3ql.name,
            name=section,
            path=content.path,
            locator=section,
            kind=PlaceKind.MENTION if kept is None else PlaceKind.DESTINATION,
            access_key_id=identifier,
            secret=kept,
            editable=kept is not None and not identifier.is_temporary,
            targets=tuple(dict.fromkeys(target for one in reached for target in _targets(_read(one)))),
            region=next((region for one in reached if (region := _region(one))), None),
            endpoint=endpoint,
            manner=_manner(options) if endpoint is None else AS_USUAL,
            plain_http="no-ssl" in options,
            session=identifier.is_temporary,
            note=" ".join(note for note in notes if note),
        )


class _Counting:
    """Which section counts for a storage URL.

    A section counts for each URL that begins as its own does, and of several the last one that has a value (S3QL's user
    guide, "Storing Backend Information and Credentials"): so many file systems share one key.
    """

    def __init__(self, sections: Sequence[tuple[str, Effective]]) -> None:
        # By the URL: the number of the last section with a login, and of the last with options and what they are.
        self._logins: dict[str, int] = {}
        self._options: dict[str, tuple[int, str]] = {}
        urls = []
        for number, (name, found) in enumerate(sections):
            url = found.value(name, _URL) or ""
            urls.append(url)
            if found.value(name, _ID):
                self._logins[url] = number
            if options := found.value(name, _OPTIONS):
                self._options[url] = (number, options)
        self._reached: dict[int, dict[str, None]] = {}
        for url in dict.fromkeys(urls):
            login = max((self._logins.get(begin, -1) for begin in _beginnings(url)), default=-1)
            if url.partition("://")[0] in _KINDS and len(url) <= _LONGEST:
                self._reached.setdefault(login, {})[url] = None

    def reached_by(self, number: int) -> Sequence[str]:
        """The storage URLs that are reached with a section's key."""
        return tuple(self._reached.get(number, ()))

    def options(self, url: str) -> frozenset[str]:
        """The options of the back end for a URL."""
        said = max((self._options.get(begin, (-1, "")) for begin in _beginnings(url)), default=(-1, ""))
        return frozenset(option.strip() for option in said[1].split(","))


def _beginnings(url: str) -> Iterator[str]:
    return (url[:end] for end in range(min(len(url), _LONGEST) + 1))


def _manner(options: Collection[str]) -> Manner:
    classes = [one for name, one in _CLASSES.items() if name in options]
    return Manner(encryption="AES256" if "sse" in options else None, storage_class=classes[-1] if classes else None)


def _read(url: str) -> re.Match[str] | None:
    return _AMAZON.fullmatch(url) or _COMPATIBLE.fullmatch(url)


def _server(url: str) -> str | None:
    """The host of a store; None for Amazon's."""
    compatible = None if _AMAZON.fullmatch(url) else _COMPATIBLE.fullmatch(url)
    return None if compatible is None else compatible["host"]


def _region(url: str) -> str | None:
    amazon = _AMAZON.fullmatch(url)
    return None if amazon is None else amazon["region"]


def _targets(url: re.Match[str] | None) -> tuple[Target, ...]:
    return () if url is None or not url["bucket"] else (Target(url["bucket"], (url["prefix"] or "").strip("/")),)
