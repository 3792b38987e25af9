"""WinSCP: the sites of WinSCP.ini, whose password is made unreadable with the key ID (facts/clients.md 14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.findings import Discovery, key_id, no_key_id_in
from keyturn.clients.interface import Client, CredentialSpans, ValueSpot
from keyturn.clients.listing import Listing
from keyturn.clients.session_tokens import token_beside
from keyturn.clients.walking import Walk, personal_folders
from keyturn.computer.computer import Platform
from keyturn.edits import winscp_passwords
from keyturn.edits.files import FileContent
from keyturn.edits.spans import Change
from keyturn.edits.trees import Writing
from keyturn.edits.winscp_store import Site, sites
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.needs import Addition
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_FILE = "WinSCP.ini"
_S3 = "7"
_BUDGET = 4000
_PROGRAMS = ("Program Files (x86)/WinSCP", "Program Files/WinSCP")


@dataclass(frozen=True, slots=True)
class HiddenPair(CredentialSpans):
    """A pair of which the password's text depends on the ID and the host: both are written, or none."""

    host: str

    def changes(self, pair: KeyPair) -> tuple[Change, ...]:
        """Return what puts `pair` there; raises as `ValueSpot.encode` does."""
        self.secret.encode(pair.secret.reveal())  # the same characters as everywhere else
        hidden = winscp_passwords.hide(pair.secret.reveal(), pair.access_key_id.value + self.host)
        identifier = Change(self.access_key_id.span, self.access_key_id.encode(pair.access_key_id.value))
        return identifier, Change(self.secret.span, hidden)


class WinScp(Client):
    """Sites of S3 in WinSCP.ini. Those in the registry are WinSCP's default, and changed in its window."""

    name = "winscp"
    title = "WinSCP"
    program_names = ("winscp",)
    remembers_its_file = True

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a place for each site with a key; one behind a master password is only mentioned."""
        for path in _files(computer, look.listing):
            content = look.read(path)
            if content is None:
                continue
            try:
                for site in sites(content.content, path=path):
                    look.take(_places(path, site))
            except FileError as error:
                look.report_unparsable(content, error)

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return the pair of each site by its name; see `Client.spots`."""
        spots = {}
        for site in sites(content.content, path=content.path):
            identifier, secret = _identifier(site), _password(site)
            if identifier is not None and secret is not None:
                spots[site.name] = HiddenPair(
                    ValueSpot(content.path, site.values["username"].span, Writing.PLAIN),
                    ValueSpot(content.path, site.values["password"].span, Writing.PLAIN),
                    KeyPair(identifier, Secret(secret)),
                    site.text("HostName"),
                )
        return spots

    def must_be_stopped(self, program: RunningProgram) -> str | None:
        """Return why: it writes its settings, and the sites among them, when it is closed."""
        return _("WinSCP writes its sites when it is closed, the old key among them. Close its windows first.")

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return True: its windows stay open for days."""
        return True

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how it takes the new key."""
        return _("Close all its windows, and open it again.")


def _files(computer: Computer, listing: Listing) -> Iterator[Path]:
    if computer.platform is not Platform.WINDOWS:
        return
    yield computer.application_support / _FILE
    local = computer.home / "AppData" / "Local"
    yield local / "Programs" / "WinSCP" / _FILE
    for name in _PROGRAMS:
        yield local / "VirtualStore" / name / _FILE
        if computer.is_this_one:
            yield Path(computer.home.anchor, name, _FILE)
    walk = Walk.beside(listing, _BUDGET)  # the portable one, wherever it was unpacked
    for folder in (computer.home, *personal_folders(computer, listing)):
        for entry in walk.files(folder, 0 if folder == computer.home else 2):
            if entry.name.lower() == _FILE.lower():
                yield Path(entry.path)


def _identifier(site: Site) -> AccessKeyId | None:
    return key_id(site.text("UserName"), site.text("HostName")) if site.text("FSProtocol") == _S3 else None


def _password(site: Site) -> str | None:
    hidden = site.values.get("password")
    if hidden is None:
        return None
    return winscp_passwords.reveal(hidden.written, site.text("UserName") + site.text("HostName")) or None


def _places(path: Path, site: Site) -> Iterator[Place | Problem]:
    identifier = _identifier(site)
    if identifier is None:
        if site.text("FSProtocol") == _S3:
            yield from no_key_id_in(WinScp.name, path, site.name, site.text("UserName"))
        return
    secret = _password(site)
    host = site.text("HostName")
    bucket, _slash, prefix = site.text("RemoteDirectory").strip("/").partition("/")
    token = token_beside(identifier, "S3SessionToken" if site.text("S3SessionToken") else None)
    notes = []
    if secret is None and "password" in site.values:
        notes.append(_("Its password cannot be read here, as under a master password: change both in WinSCP itself."))
    elif secret is None:
        notes.append(_("No password is stored for this site: type the new one in when WinSCP asks."))
    notes.append(token.note)
    yield Place(
        client=WinScp.name,
        name=site.name,
        path=path,
        locator=site.name,
        kind=PlaceKind.MENTION if secret is None else PlaceKind.DESTINATION,
        access_key_id=identifier,
        secret=None if secret is None else Secret(secret),
        editable=secret is not None and token.lets_edit,
        targets=(Target(bucket, prefix),) if bucket else (),
        region=site.text("S3DefaultRegion") or region_in(host),
        endpoint=None if is_aws_endpoint(host) else host,
        # Without a folder to begin in, it begins with the list of all buckets.
        additions=frozenset() if bucket else frozenset({Addition.LIST_ALL_BUCKETS}),
        session=token.session,
        spoiled=token.spoiled,
        note=" ".join(note for note in notes if note),
    )
