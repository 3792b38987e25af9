"""The usual corners: the folders in which people, programs and servers keep small files that may hold a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.listing import Listing
from keyturn.clients.project_folders import folders_in_projects
from keyturn.clients.walking import SKIPPED_FOLDERS, personal_folders
from keyturn.computer.computer import Platform
from keyturn.model.late_patterns import pattern

if TYPE_CHECKING:
    import os

    from keyturn.computer.computer import Computer

# Files that a person or a program writes settings, jobs and scripts into, by their endings.
_TELLING_ENDINGS = frozenset(
    {
        *(".sh", ".bash", ".zsh", ".fish", ".ksh", ".py", ".rb", ".php", ".pl", ".js", ".mjs", ".ts", ".lua", ".r"),
        *(".ps1", ".psm1", ".bat", ".cmd", ".vbs", ".tf", ".tfvars", ".hcl", ".yml", ".yaml", ".toml", ".json"),
        *(".ini", ".conf", ".cfg", ".cnf", ".config", ".properties", ".xml", ".plist", ".env", ".service", ".timer"),
        *(".mount", ".s3cfg", ".cron", ".crontab", ".keys", ".key", ".credentials", ".secret", ".secrets", ".txt"),
        *(".container", ".pm", ".cjs", ".go", ".rs", ".java", ".cs", ".kt", ".kts", ".groovy", ".scala", ".ex", ".exs"),
        *(".ipynb", ".rmd", ".qmd", ".el", ".sql", ".dockerfile", ".vb", ".swift", ".nomad", ".bicep", ".tfstate"),
        *(".nix", ".mk", ".nu", ".just", ".jsonc", ".json5", ".j2", ".tpl", ".tmpl", ".template", ".inc", ".boto"),
        *(".xsh", ".tcl", ".jl", ".dart", ".reg", ".envrc", ".elv"),
    }
)
_TELLING_NAMES = pattern(
    r"\.?env(?:rc)?(?:[._-].*)?|.*[._-]env|.*(?:s3cfg|passwd-s3fs|rclone|crontab|credential|accesskey|secret|boto).*",
    re.IGNORECASE | re.DOTALL,
)
# Units have a look of their own, which knows those that packages leave.
_FOR_KEYS = (".env", ".envrc", ".sh", ".bash", ".s3cfg", ".keys", ".credentials", ".secrets")
# Nobody writes a key into these, and there are many.
_NEVER = frozenset({"package-lock.json", "composer.lock", "tsconfig.json", "yarn.lock"})
# What of a repository names remotes, and what works with it: `git annex`, `git lfs`.
_OF_A_REPOSITORY = frozenset({"config", "credentials"})
# What belongs to a project, beside its files and its hidden folders: its hooks, what it is rolled out with.
_OF_A_PROJECT: tuple[tuple[str, ...], ...] = (
    *((".git", "hooks"), (".vscode",)),
    *((name,) for name in ("group_vars", "host_vars", "vars", "inventory", "ansible", "terraform", "infra")),
    *((name,) for name in ("k8s", "kubernetes", "deploy", "docker", "compose", "helm", "manifests", "secrets", "ci")),
    *((name,) for name in ("scripts", "bin", "backup", "backups", "config", "conf", "env", "envs", "etc", "cron")),
)
# Hidden folders of a project that its tools fill.
_OF_TOOLS = SKIPPED_FOLDERS | {
    *(".next", ".nuxt", ".svelte-kit", ".output", ".turbo", ".parcel-cache", ".yarn", ".pnpm-store", ".angular"),
    *(".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".eggs", ".ipynb_checkpoints", ".hypothesis"),
    *(".dart_tool", ".expo", ".stack-work", ".ccls-cache", ".sass-cache"),
}


@dataclass(frozen=True, slots=True)
class Corner:
    """One folder to look through.

    Attributes:
        depth: how many levels of folders in it are looked into; 0 for its own files only.
        all_files: every small file; else those whose names tell that somebody sets something in them.
        skips: names of folders in it that are left out.
        is_project: one of the many folders in which people keep what they work on.
        names: what alone counts in it; empty where any file may.
    """

    folder: Path
    depth: int
    all_files: bool = True
    skips: frozenset[str] = frozenset()
    is_project: bool = False
    names: frozenset[str] = frozenset()

    def wants(self, entry: os.DirEntry[str]) -> bool:
        """Return whether the file is looked into, by its name."""
        if self.names:
            return entry.name in self.names
        return self.all_files or is_telling(entry.name)

    def enters(self, name: str) -> bool:
        """Return whether a folder of this name is looked into."""
        return name not in SKIPPED_FOLDERS and name not in self.skips


def is_telling(name: str) -> bool:
    """Return whether a file's name tells that somebody sets something in it; one without an ending may be anything."""
    ending = name[name.rfind(".") :].lower() if "." in name.lstrip(".") else ""
    if name in _NEVER:
        return False
    return not ending or ending in _TELLING_ENDINGS or _TELLING_NAMES.fullmatch(name) is not None


def is_for_keys(name: str) -> bool:
    """Return whether a file's name tells of keys, variables or a script, and of nothing else."""
    return name.lower().endswith(_FOR_KEYS) or _TELLING_NAMES.fullmatch(name) is not None


def corners(computer: Computer, listing: Listing, left: list[Path] | None = None) -> Iterator[Corner]:
    """Yield the corners of the home, then those of the system.

    Args:
        left: takes a folder of a project that is left out because there are too many.
    """
    home, config = computer.home, computer.xdg_config_home
    yield Corner(home, 0)
    yield from (Corner(folder, 2) for folder in _dot_folders(home, listing) if folder != config)
    yield Corner(config, 4)
    for folder in personal_folders(computer, listing):
        yield Corner(folder, 2)
    for name in ("bin", "scripts", "Scripts"):
        yield Corner(home / name, 2)
    yield Corner(home / ".local" / "bin", 1)
    for name in ("systemd", "chezmoi"):
        yield Corner(home / ".local" / "share" / name, 4)
    yield from _packaged(computer, listing)
    if computer.platform is Platform.MACOS:
        yield from _of_macos(computer, listing)
    if computer.platform is not Platform.LINUX:
        yield Corner(computer.application_support, 3)
    if computer.platform is Platform.WINDOWS:
        yield from _of_windows(computer, listing)
    yield from _within_project(home, listing)
    for project in map(Path, folders_in_projects(home, listing, left)):
        yield Corner(project, 0, all_files=False, is_project=True)
        yield from _within_project(project, listing)
        yield from (
            Corner(hidden, 1, all_files=False, is_project=True)
            for hidden in _dot_folders(project, listing)
            if hidden.name not in _OF_TOOLS
        )
    yield from _system_corners(computer, listing)


def _within_project(project: Path, listing: Listing) -> Iterator[Corner]:
    """The folders of a project that are called as such folders usually are."""
    names = {entry.name for entry in listing.entries(project)}
    for parts in _OF_A_PROJECT:
        if parts[0] in names:
            yield Corner(project.joinpath(*parts), 1, all_files=False, is_project=True)
    if ".git" in names:
        yield Corner(project / ".git", 0, is_project=True, names=_OF_A_REPOSITORY)


def _dot_folders(home: Path, listing: Listing) -> list[Path]:
    return [
        Path(entry.path)
        for entry in listing.entries(home)
        if entry.name.startswith(".")
        and entry.name not in SKIPPED_FOLDERS
        and listing.is_folder(entry, follow_symlinks=False)
    ]


def _packaged(computer: Computer, listing: Listing) -> Iterator[Corner]:
    """What snaps and flatpaks keep in the place of `~` and `~/.config` (snapcraft.io and docs.flatpak.org)."""
    if computer.platform is not Platform.LINUX:
        return
    for names in (("snap", "*", "current"), ("snap", "*", "common")):
        for folder in listing.matching(computer.home, names):
            yield Corner(folder, 0)
            yield from (Corner(inner, 4) for inner in _dot_folders(folder, listing))
    for name in ("config", "data"):
        yield from (Corner(one, 4) for one in listing.matching(computer.home, (".var", "app", "*", name)))
    for folder in listing.matching(computer.home, (".var", "app", "*")):
        yield from (Corner(inner, 2) for inner in _dot_folders(folder, listing))


def _of_macos(computer: Computer, listing: Listing) -> Iterator[Corner]:
    library = computer.home / "Library"
    yield Corner(library / "LaunchAgents", 0)
    yield Corner(library / "Preferences", 0)
    yield Corner(library / "Scripts", 1)
    # iCloud Drive, and what programs keep of it
    yield from (Corner(one, 2) for one in listing.matching(library, ("Mobile Documents", "*")))
    for parts in (("Containers", "*", "Data"), ("Group Containers", "*")):
        for folder in listing.matching(library, parts):
            yield from (Corner(inner, 3) for inner in _dot_folders(folder, listing))
            yield Corner(folder, 1, all_files=False)
            yield Corner(folder / "Library" / "Application Support", 3)


def _of_windows(computer: Computer, listing: Listing) -> Iterator[Corner]:
    local = computer.home / "AppData" / "Local"
    yield Corner(local, 2)
    # programs of the Store see this in the place of AppData\\Roaming and AppData\\Local
    for name in ("Roaming", "Local"):
        yield from (Corner(one, 3) for one in listing.matching(local, ("Packages", "*", "LocalCache", name)))
    for base in (
        computer.home / "scoop",
        None if computer.shared_support is None else computer.shared_support / "scoop",
    ):
        if base is not None:
            yield from (Corner(one, 1, all_files=False) for one in listing.matching(base, ("apps", "*", "current")))
            yield from (Corner(one, 3, all_files=False) for one in listing.matching(base, ("persist", "*")))
    if computer.disk is not None:
        yield Corner(computer.disk, 2, all_files=False, skips=_OF_WINDOWS_ITSELF)
        service = computer.disk / "Windows" / "System32" / "config" / "systemprofile"
        yield Corner(service, 0)
        yield from (Corner(inner, 2) for inner in _dot_folders(service, listing))
        yield from (Corner(service / "AppData" / name, 3) for name in ("Roaming", "Local"))
        yield Corner(computer.disk / "Windows" / "System32" / "Tasks", 3)
    if computer.shared_support is not None:
        # A program beside which a person put its settings (docs.chocolatey.org, how packages are laid out).
        packages = listing.matching(computer.shared_support, ("chocolatey", "lib", "*", "tools"))
        yield from (Corner(one, 1, all_files=False) for one in packages)
        yield Corner(computer.shared_support, 3, all_files=False, skips=frozenset({"Microsoft", "Packages", "scoop"}))


_OF_WINDOWS_ITSELF = frozenset(
    {
        *("Windows", "Users", "Program Files", "Program Files (x86)", "ProgramData", "$Recycle.Bin", "Recovery"),
        *("System Volume Information", "PerfLogs", "MSOCache", "$WinREAgent", "Documents and Settings", "inetpub"),
    }
)
# Of a server: where its settings, its scripts and its containers stand. In folders that hold whole programs only files
# count whose names tell something.
_OF_A_SERVER: tuple[tuple[tuple[str, ...], int, bool], ...] = (
    (("etc",), 2, False),
    (("etc",), 0, True),
    (("etc", "security"), 0, False),
    (("etc", "systemd"), 3, True),
    *((("etc", name), 0, True) for name in ("cron.d", "cron.daily", "cron.hourly", "cron.weekly", "cron.monthly")),
    *((("etc", name), 1, True) for name in ("default", "sysconfig", "profile.d", "conf.d", "environment.d")),
    *((("etc", name), 2, True) for name in ("backup", "backups", "restic", "rclone", "duply", "borgmatic", "docker")),
    (("var", "spool", "cron"), 2, True),
    *((("var", "spool", name), 1, True) for name in ("at", "atjobs", "incron", "fcron", "anacron")),
    # What other systems than systemd start: runit, daemontools, s6, OpenRC, System V, supervisord, monit
    *((("etc", name), 2, True) for name in ("sv", "service", "runit", "s6", "s6-overlay", "services.d", "cont-init.d")),
    *((("etc", name), 0, True) for name in ("init.d", "local.d")),
    *((("etc", name), 2, True) for name in ("supervisor", "supervisord.d", "monit", "monit.d", "ansible")),
    *((("usr", "local", name), 0, True) for name in ("bin", "sbin")),
    (("usr", "local", "etc"), 2, True),
    (("opt", "homebrew", "etc"), 2, True),
    *(((name,), 2, False) for name in ("opt", "srv", "backup", "backups", "data", "scripts")),
    (("var", "backups"), 1, False),
    (("var", "www"), 2, False),
    (("var", "lib", "docker", "volumes"), 3, False),
    (("var", "lib", "docker-plugins"), 3, False),
    # Home Assistant's add-ons, as its supervisor keeps their options
    (("usr", "share", "hassio", "addons", "data"), 1, False),
    (("usr", "share", "hassio", "homeassistant"), 0, False),
    (("mnt", "data", "supervisor", "addons", "data"), 1, False),
    # NAS boxes: Synology, QNAP, Unraid
    *((("volume1", name), 2, False) for name in ("docker", "homes", "scripts", "backup", "@appconf", "@appdata")),
    *((("share", name), 2, False) for name in ("Container", "homes", "scripts", "backup")),
    (("mnt", "user", "appdata"), 2, False),
    (("boot", "config"), 3, False),
)


def _system_corners(computer: Computer, listing: Listing) -> Iterator[Corner]:
    for parts, depth, all_files in _OF_A_SERVER:
        folder = computer.system_folder(*parts)
        if folder is not None:
            yield Corner(folder, depth, all_files, _OF_A_SYSTEM if parts == ("etc",) else frozenset())
    for folder in _other_homes(computer, listing):
        yield Corner(folder, 0)
        yield from (Corner(inner, 2) for inner in _dot_folders(folder, listing))
        yield from (Corner(folder / name, 2) for name in ("bin", "scripts", "backup"))
    if computer.platform is Platform.MACOS:
        for name in ("LaunchAgents", "LaunchDaemons", "Scripts"):
            folder = computer.system_folder("Library", name)
            if folder is not None:
                yield Corner(folder, 1)


def _other_homes(computer: Computer, listing: Listing) -> Iterator[Path]:
    """Root's home; for root also those of the other accounts."""
    for parts in (("root",), ("var", "root")):
        folder = computer.system_folder(*parts)
        if folder is not None and folder != computer.home:
            yield folder
    if not computer.may_see_all_homes:
        return
    homes = computer.system_folder("Users" if computer.platform is Platform.MACOS else "home")
    for entry in () if homes is None else listing.entries(homes):
        if Path(entry.path) != computer.home and listing.is_folder(entry, follow_symlinks=False):
            yield Path(entry.path)


# Folders of /etc that packages fill, with hundreds of files.
_OF_A_SYSTEM = frozenset(
    {
        *("alternatives", "apparmor.d", "apt", "ca-certificates", "dpkg", "fonts", "grub.d", "init.d", "ld.so.conf.d"),
        *("modprobe.d", "pam.d", "perl", "python3", "security", "selinux", "ssl", "pki", "udev", "X11", "xdg", "vim"),
        *("rc0.d", "rc1.d", "rc2.d", "rc3.d", "rc4.d", "rc5.d", "rc6.d", "rcS.d", "skel", "terminfo", "dbus-1", "java"),
    }
)
