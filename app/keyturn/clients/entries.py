"""Every program by module, with all that is asked of it before its module is needed: most are not on a computer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING

from keyturn.clients.traces import is_any_there
from keyturn.computer.computer import Platform

if TYPE_CHECKING:
    from keyturn.clients.interface import Client
    from keyturn.computer.computer import Computer
    from keyturn.edits.files import FileContent

_EVERYWHERE = frozenset(Platform)
_WINDOWS = frozenset({Platform.WINDOWS})


@dataclass(frozen=True, slots=True)
class OwnFile:
    """How a file of a program is known wherever it lies, and how other files name it.

    Attributes:
        names: what it is called when a person keeps it elsewhere; `*` stands for any letters.
        signature: a pattern of what stands in no other program's file; None where that cannot be said.
        variables: variables of the environment that hold its path.
        programs: what the commands are called whose options hold it.
        options: these options.
        inside: the file's name, where a folder is named and not the file; empty where it is the file.
        needs_both: a name and the signature have to fit, because each alone is of other files, too.
    """

    names: tuple[str, ...] = ()
    signature: bytes | None = None
    variables: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    inside: str = ""
    needs_both: bool = False

    def is_like(self, content: FileContent, *, by_signature: bool = True) -> bool:
        """Return whether a file that lies somewhere is one of them, by its name or by what it says.

        Args:
            by_signature: what it says is enough; else its name has to tell as well.
        """
        is_named = any(_is_called(content.path.name, name) for name in self.names)
        if self.needs_both:
            return is_named and self.is_signed(content)
        return is_named or (by_signature and self.is_signed(content))

    def is_signed(self, content: FileContent) -> bool:
        """Return whether the signature stands in the file."""
        return self.signature is not None and re.search(self.signature, content.content) is not None


@dataclass(frozen=True, slots=True)
class ClientEntry:
    """One program.

    What `may_be_here` says is wider than what the program's own look reads, which decides. So a look that is left out
    would have found nothing (`tests/clients/test_entries.py` shows it for each entry).

    Attributes:
        name: as the command line calls it.
        load: returns its client; the first call imports its module.
        own_file: how its file is known wherever it lies.
        usual: paths as `clients/traces.py` reads them, without `*`, and without one of which its own look finds
            nothing; None where that depends on more, so that it looks in any case.
        variables: variables of the environment by which its look goes, beside those of `own_file`.
        platforms: the systems on which its look can find something.
        looks_last: it also takes texts that lie anywhere, and so looks when every other program has taken its own.
    """

    name: str
    load: Callable[[], Client]
    own_file: OwnFile = OwnFile()
    usual: tuple[str, ...] | None = None
    variables: tuple[str, ...] = ()
    platforms: frozenset[Platform] = _EVERYWHERE
    looks_last: bool = False

    def may_be_here(self, computer: Computer) -> bool:
        """Return False where its own look would find nothing on that computer for certain."""
        if computer.platform not in self.platforms:
            return False
        if self.usual is None or any(
            name in computer.environment for name in (*self.own_file.variables, *self.variables)
        ):
            return True
        return is_any_there(computer, self.usual)


def _is_called(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) if "*" in pattern else name == pattern


@cache
def _client(module: str, name: str) -> Client:
    # By name, so that nothing is imported before; a bundle takes every module of Keyturn.
    made: Client = getattr(import_module(f"keyturn.clients.{module}"), name)()
    return made


def _of(module: str, name: str) -> Callable[[], Client]:
    return partial(_client, module, name)


def _in_homes(*names: str) -> tuple[str, ...]:
    """Files in the person's home, and in root's."""
    return tuple(f"{home}/{name}" for home in ("~", "/root") for name in names)


_PROFILES = tuple(f"profiles.{ending}" for ending in ("conf", "yaml", "toml", "json", "hcl", "yml"))
_AUTORESTIC = (".autorestic.yml", ".autorestic.yaml", ".autorestic.toml", ".autorestic.json", ".autorestic.env")

# In the order in which places are listed; those that a description tells come between the two parts.
PROGRAMS = (
    ClientEntry(
        "aws",
        _of("programs.aws_files", "AwsFiles"),
        OwnFile(
            signature=rb"(?m)^\[[^\n]+\](?=[^\[]*^aws_access_key_id[ \t]*[=:])",
            variables=("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"),
            programs=("aws",),
            options=("--credentials-file",),
        ),
    ),
    ClientEntry("served", _of("served", "Served")),
    ClientEntry(
        "rclone",
        _of("programs.rclone", "Rclone"),
        OwnFile(
            names=("rclone.conf", ".rclone.conf"),
            signature=rb"(?m)^type[ \t]*[=:][ \t]*s3\b(?=[^\[]*^access_key_id[ \t]*[=:])",
            variables=("RCLONE_CONFIG",),
            programs=("rclone",),
            options=("--config",),
        ),
    ),
    ClientEntry(
        "s3cmd",
        _of("programs.s3cmd", "S3cmd"),
        OwnFile(
            names=("*s3cfg", "s3cmd.ini"),
            signature=rb"(?m)^(?:host_bucket|bucket_location|gpg_passphrase)[ \t]*=",
            variables=("S3CMD_CONFIG",),
            programs=("s3cmd", "s4cmd"),
            options=("-c", "--config"),
        ),
        usual=("~/.s3cfg", "%APPDATA%/s3cmd.ini"),
    ),
    ClientEntry("s4cmd", _of("programs.s4cmd", "S4cmd"), usual=("~/.s3cfg",)),
    ClientEntry("restic", _of("programs.restic", "Restic"), looks_last=True),
    ClientEntry(
        "backrest",
        _of("programs.backrest", "Backrest"),
        OwnFile(
            signature=rb'(?s)"(?:modno|repos)"\s*:(?=.*"env"\s*:)',
            variables=("BACKREST_CONFIG",),
            programs=("backrest",),
            options=("--config-file", "-config-file"),
        ),
        usual=("%APPDATA%/backrest", "$XDG_CONFIG_HOME/backrest", "/root/.config/backrest"),
    ),
    ClientEntry(
        "resticprofile",
        _of("programs.resticprofile", "Resticprofile"),
        OwnFile(
            names=tuple(name for name in _PROFILES if name != "profiles.hcl"),
            programs=("resticprofile",),
            options=("-c", "--config"),
        ),
        usual=(
            *("%APPDATA%/resticprofile", "~/.config/resticprofile", "/root/.config/resticprofile", "~/conf.d"),
            *(f"~/{name}" for name in _PROFILES),
            *(
                f"{folder}/{name}"
                for folder in ("/usr/local/etc", "/etc", "/opt/local/etc")
                for name in ("restic", "resticprofile", *_PROFILES)
            ),
        ),
    ),
    ClientEntry(
        "autorestic",
        _of("programs.autorestic", "Autorestic"),
        OwnFile(
            names=(*_AUTORESTIC, "autorestic.yml", "autorestic.yaml"),
            programs=("autorestic",),
            options=("-c", "--config"),
        ),
        usual=(*_in_homes(*_AUTORESTIC), "$XDG_CONFIG_HOME/autorestic"),
    ),
    ClientEntry(
        "crestic",
        _of("programs.crestic", "Crestic"),
        OwnFile(variables=("CRESTIC_CONFIG_FILE",)),
        usual=("/usr/share/crestic", "/etc/crestic", *_in_homes(".config/crestic")),
        variables=("CRESTIC_CONFIG_PATHS",),
    ),
    ClientEntry(
        "runrestic",
        _of("programs.runrestic", "Runrestic"),
        OwnFile(names=("runrestic.toml",), programs=("runrestic",), options=("-c", "--config")),
        usual=(
            *("/etc/runrestic", "/etc/runrestic.toml", "/etc/runrestic.json"),
            *("$XDG_CONFIG_HOME/runrestic", "/root/.config/runrestic"),
        ),
    ),
    ClientEntry(
        "kopia",
        _of("programs.kopia", "Kopia"),
        OwnFile(
            names=("repository.config",),
            signature=rb'(?s)"storage"\s*:\s*\{(?=.*"accessKeyID"\s*:)',
            variables=("KOPIA_CONFIG_PATH",),
            programs=("kopia", "kopiaui", "kopia-ui"),
            options=("--config-file",),
        ),
        usual=("%APPDATA%/kopia", "/root/.config/kopia"),
        variables=("KOPIA_UI_PORTABLE_CONFIG_DIR",),
    ),
    ClientEntry(
        "mc",
        _of("programs.mc", "Mc"),
        OwnFile(
            signature=rb'(?s)"(?:aliases|hosts)"\s*:\s*\{(?=.*"accessKey"\s*:)',
            variables=("MC_CONFIG_DIR",),
            programs=("mc", "mcli", "minio-client"),
            options=("-C", "--config-dir"),
            inside="config.json",
        ),
        usual=_in_homes(".mc", ".mcli", ".minio-client", "mc", "mcli", "minio-client"),
    ),
    ClientEntry("git-annex", _of("programs.git_annex", "GitAnnex")),
    ClientEntry(
        "pgbackrest",
        _of("programs.pgbackrest", "Pgbackrest"),
        OwnFile(
            names=("pgbackrest.conf",),
            signature=rb"(?m)^repo\d+-s3-key[ \t]*=",
            variables=("PGBACKREST_CONFIG",),
            programs=("pgbackrest",),
            options=("--config",),
        ),
        usual=(
            *("/etc/pgbackrest", "/etc/pgbackrest.conf"),
            *("~/pgbackrest.conf", "$XDG_CONFIG_HOME/pgbackrest"),
        ),
    ),
    ClientEntry(
        "litestream",
        _of("programs.litestream", "Litestream"),
        OwnFile(
            names=("litestream.yml", "litestream.yaml"),
            variables=("LITESTREAM_CONFIG",),
            programs=("litestream",),
            options=("-config", "--config"),
        ),
        usual=(
            *("/etc/litestream.yml", "/usr/local/etc/litestream.yml", "/opt/homebrew/etc/litestream.yml"),
            *("~/litestream.yml", "$XDG_CONFIG_HOME/litestream.yml", "$XDG_CONFIG_HOME/litestream"),
        ),
    ),
    ClientEntry("s3fs", _of("programs.s3fs", "S3fs"), OwnFile(names=(".passwd-s3fs", "passwd-s3fs"))),
    ClientEntry("duplicity", _of("programs.duplicity", "Duplicity"), looks_last=True),
    ClientEntry("duply", _of("programs.duply", "Duply"), usual=("~/.duply", "/etc/duply")),
    ClientEntry("duplicacy", _of("programs.duplicacy", "Duplicacy")),
    ClientEntry("winscp", _of("programs.winscp", "WinScp"), platforms=_WINDOWS),
    ClientEntry("duck", _of("programs.duck", "Duck"), usual=("~/.duck",)),
    ClientEntry("s3backer", _of("programs.s3backer", "S3backer"), usual=("~/.s3backer_passwd",)),
    ClientEntry("s3ql", _of("programs.s3ql", "S3ql"), usual=("~/.s3ql",)),
    ClientEntry(
        "hashbackup",
        _of("programs.hashbackup", "HashBackup"),
        usual=(*(f"~/{name}" for name in ("hashbackup", ".hashbackup", "hb", "backup", "Backup")), "/var/hashbackup"),
        variables=("HASHBACKUP_DIR",),
    ),
)
SYSTEMS_AND_TEXTS = (
    ClientEntry("environment", _of("variables.environment", "Environment"), looks_last=True),
    ClientEntry("systemd", _of("variables.systemd", "Systemd")),
    ClientEntry(
        "cron",
        _of("variables.cron", "Cron"),
        usual=(
            *(f"~/{name}" for name in (".crontab", "crontab", "crontab.txt", ".config/crontab", ".config/cron")),
            *("/etc/crontab", "/etc/cron.d", "/var/spool/cron", "/usr/lib/cron/tabs", "/var/at/tabs"),
        ),
    ),
    ClientEntry(
        "compose",
        _of("variables.compose", "Compose"),
        # Whatever the file is called: `docker stack deploy -c FILE` and Portainer take any name.
        OwnFile(signature=rb"(?m)^services:[ \t]*\r?\n(?=(?:[ \t#][^\n]*\n|\r?\n)*?[ \t]+(?:image|build):)"),
    ),
    ClientEntry("launchd", _of("variables.launchd", "Launchd"), platforms=frozenset({Platform.MACOS})),
    ClientEntry(
        "windows-script",
        _of("variables.windows_script_files", "WindowsScripts"),
        OwnFile(names=("*.bat", "*.cmd", "*.ps1", "*.psm1")),
        platforms=_WINDOWS,
    ),
    ClientEntry("task-scheduler", _of("variables.task_scheduler", "TaskScheduler"), platforms=_WINDOWS),
    ClientEntry("windows-registry", _of("variables.registry_entries", "WindowsRegistry"), platforms=_WINDOWS),
    # Which file is edited as text is for the person to say.
    ClientEntry("text", _of("text_files", "TextFiles"), platforms=frozenset()),
    ClientEntry("leftover", _of("leftovers", "Leftovers")),
)
