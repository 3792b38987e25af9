"""The computer whose backups are looked at: this one, or another one's disk that is attached to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.computer.windows_registry import Registry, this_registry
from keyturn.model.errors import UsageError
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.model.keys import KeyPair, Secret


class Platform(StrEnum):
    """The kind of system; it decides where programs keep their configuration."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class Computer:
    """Where to look.

    Attributes:
        home: the person's home folder.
        environment: the variables that programs started by the person see. It may hold secrets and is not part of
            the repr. Empty for another computer's disk: what was set there is not known.
        passwords: what the person gave to open what programs keep locked, by the program's name.
        served: the pair that Keyturn hands out for a key's name, to who names its folder or none; it raises `AppError`
            where there is none. None where Keyturn's own memory is not at hand.
        asked_by: the command line by which a program asks this Keyturn for a key's name; None as for `served`.
        is_this_one: False for another computer's disk; its running programs are not looked at, and its
            system folders only where its root is known, see `disk`.
        registry: Windows' registry; None on other systems, and for another computer's disk.
    """

    platform: Platform
    home: Path
    environment: Mapping[str, str] = field(repr=False)
    is_this_one: bool
    passwords: Mapping[str, Secret] = field(default_factory=dict)
    registry: Registry | None = field(default=None, repr=False)
    served: Callable[[str, Path | None], KeyPair] | None = field(default=None, repr=False, compare=False)
    asked_by: Callable[[str], str] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def this(cls) -> Computer:
        """The computer that Keyturn runs on, as the person who started it sees it."""
        return cls(this_platform(), Path.home(), dict(os.environ), is_this_one=True, registry=this_registry())

    @classmethod
    def at(cls, home: Path | None, platform: str | None) -> Computer:
        """The computer that `--home` and `--platform` name; without either, this one.

        Raises:
            UsageError: where the home folder does not exist or the platform's name is unknown.
        """
        if home is None and platform is None:
            return cls.this()
        if platform is None:
            kind = this_platform()
        elif platform in set(Platform):
            kind = Platform(platform)
        else:
            raise UsageError(
                _("Keyturn does not know the platform “{name}”").format(name=platform),
                _("Nothing was looked at and nothing was changed. Say linux, macos or windows."),
                code="usage.platform",
            )
        folder = Path.home() if home is None else home.expanduser().absolute()
        if not folder.is_dir():
            raise UsageError(
                _("The home folder {path} is not there").format(path=folder),
                _(
                    "Nothing was looked at and nothing was changed. "
                    "Check the spelling, and that the disk is attached, then try again."
                ),
                code="usage.home",
            )
        return cls(kind, folder, {}, is_this_one=False)

    @property
    def name(self) -> str:
        """What the computer is called; for another computer's disk, its home folder's name is all that is known."""
        if not self.is_this_one:
            return self.home.name
        import socket  # takes longer to import than a scan may take, and a scan does not ask

        return socket.gethostname()

    @property
    def xdg_config_home(self) -> Path:
        """`$XDG_CONFIG_HOME` where it is set to an absolute path, else `~/.config` (XDG Base Directory, 0.8)."""
        return self._from_environment("XDG_CONFIG_HOME") or self.home / ".config"

    @property
    def application_support(self) -> Path:
        """Where this platform's programs keep what is theirs.

        Windows: `%APPDATA%` (roaming); macOS: `~/Library/Application Support`; Linux: as `xdg_config_home`.
        """
        if self.platform is Platform.WINDOWS:
            return self._from_environment("APPDATA") or self.home / "AppData" / "Roaming"
        if self.platform is Platform.MACOS:
            return self.home / "Library" / "Application Support"
        return self.xdg_config_home

    @property
    def disk(self) -> Path | None:
        """The root of the disk on which the home stands.

        Another computer's is told by homes being in `Users` there, as on macOS and Windows, or by a Linux's accounts
        being in `etc` beside `home` or root's home (passwd(5)); else None. This computer's own is never taken for it.
        """
        if self.is_this_one:
            return Path(self.home.anchor)
        users = self.home.parent
        if self.platform is not Platform.LINUX:
            return users.parent if users.name == "Users" else None
        root = users.parent if users.name == "home" else users
        names_itself = users.name == "home" or self.home.name == "root"
        is_another = names_itself and root != Path(root.anchor)
        return root if is_another and os.path.exists(root / "etc" / "passwd") else None  # noqa: PTH110  (never raises)

    @property
    def may_see_all_homes(self) -> bool:
        """Whether the homes of other accounts are looked at, too: on a disk that somebody hands over, and by root."""
        return not self.is_this_one or (sys.platform != "win32" and os.geteuid() == 0)

    @property
    def shared_support(self) -> Path | None:
        """Where programs keep what belongs to no single person; None where that is not known, and on Linux.

        macOS: `/Library/Application Support`; Windows: `%ProgramData%`.
        """
        if self.disk is None or self.platform is Platform.LINUX:
            return None
        if self.platform is Platform.MACOS:
            return self.disk / "Library" / "Application Support"
        return self._from_environment("PROGRAMDATA") or self.disk / "ProgramData"

    def system_folder(self, *parts: str) -> Path | None:
        """A folder outside all homes, such as `/etc/restic` for `("etc", "restic")`.

        None on Windows, which has no such folders, and for another computer's disk where its root is not known.
        """
        if self.platform is Platform.WINDOWS:
            return None
        root = Path("/") if self.is_this_one else self.disk
        return None if root is None else root.joinpath(*parts)

    def expanded(self, path: str) -> Path:
        """The path that a program means by `path`: a leading `~` is this computer's home folder.

        A relative path is taken from the home folder, because the folder that the program starts in is not known.
        """
        if path == "~" or path.startswith(("~/", "~\\")):
            return self.home / path[2:]
        return self.home / path

    def _from_environment(self, name: str) -> Path | None:
        value = Path(self.environment.get(name, ""))
        return value if value.is_absolute() else None


def this_platform() -> Platform:
    """The system that Keyturn runs on."""
    if sys.platform == "win32":
        return Platform.WINDOWS
    elif sys.platform == "darwin":
        return Platform.MACOS
    else:
        return Platform.LINUX
