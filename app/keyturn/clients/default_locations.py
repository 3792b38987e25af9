"""Key IDs in the small files of the usual corners that no client module knows (ARCHITECTURE.md, "Completeness")."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.described.guide import FILE
from keyturn.clients.discovery import discovered
from keyturn.clients.findings import mention
from keyturn.clients.occurrences import Occurrence, occurrences_in
from keyturn.clients.readings import Readings
from keyturn.clients.walking import unfinished
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Findings, Place, PlaceKind, Problem
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.edits.files import FileContent

# Old versions, logs also with their day or number, archives, mail boxes, what an editor or a trash keeps.
_COPY = re.compile(
    r"\.(?:bak|old|orig|backup|save|swp|swo|log|zip|gz|tgz|bz2|tbz2|xz|txz|tar|jar|whl|mbox|eml|part|crdownload|\d+)$"
    r"|\.(?:dpkg-(?:old|dist|new)|ucf-(?:old|dist)|rpmsave|rpmorig|rpmnew)$"
    r"|\.log[.-]|[._-](?:bak|old|orig|backup)[._-]?\d*$"
)
# Programs' own languages, and the forms in which settings are written.
_FOR_PROGRAMS = frozenset(
    {
        *(".py", ".rb", ".php", ".pl", ".pm", ".js", ".mjs", ".cjs", ".ts", ".lua", ".go", ".rs", ".java", ".cs", ".r"),
        *(".sh", ".bash", ".zsh", ".fish", ".ksh", ".ps1", ".psm1", ".bat", ".cmd", ".vbs", ".scala", ".kt", ".groovy"),
        *(".tf", ".tfvars", ".hcl", ".yml", ".yaml", ".toml", ".json", ".ini", ".conf", ".cfg", ".cnf", ".config"),
        *(".properties", ".xml", ".plist", ".env", ".service", ".timer", ".mount", ".cron", ".s3cfg", ".boto"),
        *(".ipynb", ".rmd", ".qmd", ".el", ".sql", ".dockerfile", ".vb", ".swift", ".nomad"),
        *(".container", ".kts", ".ex", ".exs", ".nix", ".mk", ".nu", ".just", ".jsonc", ".json5", ".inc"),
        *(".secret", ".secrets", ".keys", ".credentials", ".xsh", ".tcl", ".jl", ".dart", ".elv", ".envrc"),
    }
)
# Files of jobs and recipes that have no ending.
_RECIPES = re.compile(
    r"(?:gnu)?makefile|\.?justfile|user-data|jenkinsfile|vagrantfile|rakefile|fastfile|earthfile|tiltfile|procfile"
)
_OF_PROGRAMS = frozenset({"etc", "spool", "conf.d"})
_FOLDERS_OF_COPIES = frozenset({".git", ".hg", ".svn", "trash", ".trash", "$recycle.bin", "undo", "file-history"})

# What programs write that encrypt values in a file: getsops.io, "Encryption format"; hiera-eyaml's README; Ansible's
# guide, "Encrypting individual variables"; Sealed Secrets' README, where each value below `encryptedData` is encrypted.
_SEALED_BY = {b"ENC[": "sops", b"!vault": "Ansible Vault", b"encryptedData": "Sealed Secrets"}


def mentions(computer: Computer, claimed: Collection[tuple[str, AccessKeyId]], readings: Readings) -> Findings:
    """Return a mention for every key ID in the usual corners that stands in a file in which no client claimed it.

    Args:
        claimed: real paths with the key IDs that clients found there.
        readings: what is known of the disk already.
    """
    found = discovered(computer, readings)
    places: list[Place] = []
    texts = {content.real_path: content for content in (*found.texts, *readings.named)}
    for content in texts.values():
        by_key: dict[AccessKeyId, list[Occurrence]] = {}
        for one in occurrences_in(content.content):
            by_key.setdefault(one.key, []).append(one)
        places += [
            _with_commands(mention_of(content.path, every), content)
            for key, every in by_key.items()
            if (str(content.real_path), key) not in claimed
        ]
    unread = (*found.failed.items(), *found.too_big.items())
    told = (Problem(path, error.title, error.message, code=error.code) for path, error in unread)
    return Findings(tuple(places), (*told, *_sealed(texts.values()), *unfinished(found.bounded)))


def _sealed(texts: Collection[FileContent]) -> Iterator[Problem]:
    signed = ((one, next((by for sign, by in _SEALED_BY.items() if sign in one.content), None)) for one in texts)
    for content, program in signed:
        if program is not None:
            from keyturn.clients.sealed_files import sealed_key  # few computers have such a file

            yield from sealed_key(content, program)


def _with_commands(place: Place, content: FileContent) -> Place:
    if place.kind is not PlaceKind.DESTINATION:
        return place
    from keyturn.clients.variables.commands_in_text import with_commands  # few texts hold a pair

    return with_commands(place, content.content)


def mention_of(path: Path, every: Sequence[Occurrence]) -> Place:
    """Return one place for spots of one ID that are nobody's: with the secret, where one stands beside it."""
    # What is a comment is read by nobody.
    complete = sorted((one for one in every if one.secret is not None), key=lambda one: one.in_comment)
    first = complete[0] if complete else every[0]
    note = what_it_is(path)
    if first.in_base64:
        note = " ".join((_("The ID stands there in Base64."), note))
    place = mention(FILE, path, first.key, first.line, note)
    also_at = tuple(dict.fromkeys(one.line for one in every if one.line != first.line))
    is_read = first.secret is not None and not first.in_comment and is_for_programs(path)
    kind = PlaceKind.DESTINATION if is_read else PlaceKind.MENTION
    return replace(place, secret=first.secret, also_at=also_at, kind=kind, targets=first.targets)


def what_it_is(path: Path) -> str:
    """Return a sentence on what kind of file this is, by its name and folder."""
    name, folders = path.name.lower(), {part.lower() for part in path.parts[:-1]}
    suffix = path.suffix.lower()
    if makes_another(path):
        return _("chezmoi makes another file from this one: change it here, too, or the old key comes back.")
    if "crontab" in name or folders & {"cron", "crontabs", "cron.d", "cron.daily", "cron.hourly", "cron.weekly"}:
        return _("This is a timetable of jobs (cron).")
    if suffix in (".service", ".timer", ".mount") or "systemd" in folders:
        return _("This is a unit of systemd; after a change, run “systemctl daemon-reload”.")
    if folders & {"launchagents", "launchdaemons"}:
        return _("This is a job of launchd; after a change, unload it and load it again.")
    if name.endswith("history"):
        return _("This is a history of commands; no program reads its key from it.")
    if suffix == ".reg":
        return _("This is an export of Windows' registry: whoever imports it brings the old key back.")
    if "compose" in name and suffix in (".yml", ".yaml"):
        return _("This is a Docker Compose file; after a change, start its containers anew.")
    if suffix in (".bat", ".cmd", ".ps1", ".psm1"):
        return _("This is a script for Windows.")
    if suffix in (".sh", ".bash", ".zsh", ".py", ".pl", ".rb", ".js", ".php") or folders & {"bin", "scripts"}:
        return _("This is a script.")
    if suffix in (".bak", ".old", ".orig", ".backup", ".save") or name.endswith("~"):
        return _("This looks like an old copy of a file.")
    if suffix in (".conf", ".cfg", ".ini", ".json", ".yaml", ".yml", ".toml", ".xml", ".plist", ".env"):
        return _("This is a configuration file of a program that Keyturn does not know.")
    return _("Keyturn cannot say what reads this file.")


def is_for_programs(path: Path) -> bool:
    """Return whether a file that holds a complete pair is read by some program, by its name and folder alone.

    Notes are for people, and copies for nobody.
    """
    if is_a_copy(path) or makes_another(path):
        return False
    # Without an ending, what lies in these is a program's own.
    of_a_program = any(part.startswith(".") for part in path.parts[-3:]) or _OF_PROGRAMS & set(path.parts[:-1])
    if _RECIPES.fullmatch(path.name.lower()):
        return True
    return path.suffix.lower() in _FOR_PROGRAMS or bool(of_a_program and not path.suffix)


def makes_another(path: Path) -> bool:
    """Return whether a file is one from which a program makes another one: what is changed there comes back."""
    return "chezmoi" in path.parts[:-1]


def is_a_copy(path: Path) -> bool:
    """Return whether no program reads its key from such a file: an archive, a log, a history, an old copy.

    Told by name and folder alone; where that says nothing, it is none.
    """
    name, folders = path.name.lower(), {part.lower() for part in path.parts[:-1]}
    of_git = path.parts[-3:-1] == (".git", "hooks") or path.parts[-2:] == (".git", "config")
    if name.endswith(("history", "~", ".zsh_sessions")) or (folders & _FOLDERS_OF_COPIES and not of_git):
        return True
    return bool(_COPY.search(name))
