"""Keys in Windows' registry: variables set for good, the commands and variables of services, and WinSCP's sites.

Two values of the registry cannot be changed in one act, so a person changes them, and Keyturn looks again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from keyturn.clients.credential_names import Partners
from keyturn.clients.findings import Discovery
from keyturn.clients.interface import About, Client, CredentialSpans
from keyturn.clients.occurrences import occurrences_in
from keyturn.clients.variables.shell_pairs import variable_key_id
from keyturn.computer.computer import Platform
from keyturn.edits.files import FileContent
from keyturn.model.keys import AccessKeyId, Secret
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.clients.listing import Listing
    from keyturn.computer.computer import Computer
    from keyturn.computer.windows_registry import Registry

_OF_THE_PERSON = "HKEY_CURRENT_USER\\Environment"
_OF_ALL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment"
_SERVICES = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
_WINSCP = "HKEY_CURRENT_USER\\Software\\Martin Prikryl\\WinSCP 2\\Sessions"
# What a service is started with, and what nssm (nssm.cc, Native services) keeps below it for the program it starts.
_OF_A_SERVICE = ("ImagePath", "Environment")
_OF_NSSM = ("Application", "AppParameters", "AppEnvironment", "AppEnvironmentExtra")
_NOBODYS = frozenset({"All Users", "Default", "Default User", "Public"})
# Accounts in which services and jobs run (learn.microsoft.com, LocalSystem Account, LocalService Account).
_OF_THE_SYSTEM = (
    ("System32", "config", "systemprofile"),
    ("ServiceProfiles", "LocalService"),
    ("ServiceProfiles", "NetworkService"),
)
_PROFILE = "NTUSER.DAT"  # the registry's file of a person's own part, in the home


@dataclass(frozen=True, slots=True)
class _Found:
    """A key in the registry: where, and how a person changes it."""

    key: str
    name: str
    access_key_id: AccessKeyId
    secret: Secret | None
    note: str


class WindowsRegistry(Client):
    """The registry of the Windows that Keyturn runs on. That of another disk is a blind spot."""

    name = "windows-registry"
    title = "Windows registry"
    about = About(edited=False)

    def look_through(self, computer: Computer, look: Discovery) -> None:
        """Take a mention of each key that the registry holds."""
        if computer.platform is not Platform.WINDOWS:
            return
        look.take(map(_of_another, _other_profiles(computer, look.listing)))
        if computer.registry is None:
            profile = computer.home / _PROFILE
            if look.listing.is_there(profile):
                look.take([_cannot_be_seen(profile)])
            return
        for read in (_variables, _services, _sites_of_winscp):
            try:
                look.take(map(_place, read(computer.registry)))
            except OSError as error:
                look.take([_cannot_be_read(error)])

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        """Return nothing: Keyturn changes nothing in the registry."""
        return {}


def _variables(registry: Registry) -> Iterator[_Found]:
    for key in (_OF_THE_PERSON, _OF_ALL):
        values = registry.values(key)
        partners = Partners(values)
        for name, value in values.items():
            identifier = variable_key_id(name, value)
            if identifier is None:
                continue
            secret = values.get(partners.of(name) or "", "")
            note = _(
                "This variable is set for good. Change it and its secret in Windows: Settings, System, About, Advanced "
                "system settings, Environment Variables. Then sign out and in again."
            )
            yield _Found(key, name, identifier, Secret(secret) if secret else None, note)


def _services(registry: Registry) -> Iterator[_Found]:
    note = _("It is a service of Windows: change the key where that service is set up, then start it again.")
    for service in registry.keys(_SERVICES):
        for key, names in (
            (f"{_SERVICES}\\{service}", _OF_A_SERVICE),
            (f"{_SERVICES}\\{service}\\Parameters", _OF_NSSM),
        ):
            values = registry.values(key)
            text = "\n".join(values[name] for name in names if name in values)
            for one in occurrences_in(text.encode()):
                yield _Found(key, service, one.key, one.secret, note)


def _sites_of_winscp(registry: Registry) -> Iterator[_Found]:
    note = _("It is a site of WinSCP: open its login window, edit the site, put both in, and save.")
    for site in registry.keys(_WINSCP):
        key = f"{_WINSCP}\\{site}"
        values = registry.values(key)
        for one in occurrences_in(values.get("UserName", "").encode()):
            yield _Found(key, site, one.key, None, note)


def _place(found: _Found) -> Place:
    return Place(
        client=WindowsRegistry.name,
        name=found.name,
        path=Path(PureWindowsPath(found.key)),
        locator=f"{found.key}\\{found.name}",
        kind=PlaceKind.MENTION,
        access_key_id=found.access_key_id,
        secret=found.secret,
        session=found.access_key_id.is_temporary,
        note=found.note,
    )


def _cannot_be_seen(profile: Path) -> Problem:
    return Problem(
        profile,
        _("The registry of that Windows was not looked into"),
        _("Variables that are set for good, services and WinSCP's sites are kept there, and a key may be among them."),
        client=WindowsRegistry.name,
        code="search.registry",
        do=_("Start Keyturn in that Windows itself."),
    )


def _other_profiles(computer: Computer, listing: Listing) -> Iterator[Path]:
    """The files of the registry of other accounts: of people beside this one, and of the system's own."""
    beside = listing.matching(computer.home.parent, ("*", _PROFILE)) if computer.home.parent.name == "Users" else ()
    yield from (one for one in beside if one.parent != computer.home and one.parent.name not in _NOBODYS)
    disk = computer.home.parent.parent
    for parts in _OF_THE_SYSTEM:
        yield from listing.matching(disk.joinpath("Windows", *parts), (_PROFILE,))


def _of_another(profile: Path) -> Problem:
    return Problem(
        profile,
        _("The registry of {account} was not looked into").format(account=profile.parent.name),
        _(
            "What is set for good in another account is kept there, with WinSCP's sites, and a key may be among it. "
            "Keyturn does not read this file."
        ),
        client=WindowsRegistry.name,
        code="search.registry",
        do=_("Start Keyturn in that account."),
    )


def _cannot_be_read(error: OSError) -> Problem:
    return Problem(
        None,
        _("A part of Windows' registry could not be read"),
        _("A key may stand there: {reason}.").format(reason=error.strerror or type(error).__name__),
        client=WindowsRegistry.name,
        code="search.registry",
        do=_("Start Keyturn as an administrator, and look again."),
    )
