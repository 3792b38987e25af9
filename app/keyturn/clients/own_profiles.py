"""Keyturn's own file of AWS profiles, each of which asks Keyturn for the key of a name: for programs that name a file.

It holds no secret and nothing of the person's: what does not stand there as Keyturn writes it is not touched. Each
profile stands there twice, since rclone reads the file as credentials up to 1.67, and as AWS's `config` from 1.68 on
(facts/credential-helper.md 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.served_commands import asked_of_keyturn
from keyturn.computer.private_files import replace_private_file
from keyturn.edits.files import read_file
from keyturn.model.errors import FileError
from keyturn.model.key_names import KeyName
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

_HEAD = "# Keyturn's own: programs that take a profile from here ask it for a key. Keyturn writes this file anew.\n"
_PROCESS = "credential_process = "


def own_profiles_file(computer: Computer) -> Path:
    """Where it is."""
    return computer.home / ".aws" / "keyturn-profiles"


def profile_for(computer: Computer, name: KeyName) -> str:
    """The profile that asks for this name: the one that is there, or the one that will be.

    Raises:
        FileError: where the file cannot be read, or is not as Keyturn writes it.
    """
    known = _commands(own_profiles_file(computer))
    for profile, command in known.items():
        asked = asked_of_keyturn(command)
        if asked is not None and asked.name == name.value:
            return profile
    base = name.value.strip("/").replace("/", "-")
    names = (base, *(f"{base}-{number}" for number in range(2, len(known) + 3)))
    return next(one for one in names if one not in known)


def write_profile(computer: Computer, profile: str, command: str) -> None:
    """Have the profile ask by this command.

    Raises:
        FileError: as `profile_for`, or where it cannot be written.
    """
    path = own_profiles_file(computer)
    known = _commands(path)
    if known.get(profile) != command:
        _write(path, {**known, profile: command})


def remove_profile(computer: Computer, profile: str) -> None:
    """Take the profile away, and the file where none is left; raises as `write_profile`."""
    path = own_profiles_file(computer)
    known = _commands(path)
    left = {name: command for name, command in known.items() if name != profile}
    if left != known:
        _write(path, left)


def _write(path: Path, commands: Mapping[str, str]) -> None:
    try:
        if commands:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            replace_private_file(path, _written(commands))
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(
            _("{name} could not be written").format(name=path.name),
            _("{path}: {reason}.").format(path=path, reason=error.strerror or type(error).__name__),
            code="file.unwritable",
        ) from error


def _commands(path: Path) -> dict[str, str]:
    """The command of each profile."""
    try:
        text = read_file(path).content.decode(errors="replace")
    except FileError as error:
        if error.code == "file.missing":
            return {}
        raise
    found: dict[str, str] = {}
    profile = ""
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            profile = line[1:-1].removeprefix("profile ")
        elif line.startswith(_PROCESS):
            found[profile] = line.removeprefix(_PROCESS)
    if text != _written(found):
        raise FileError(
            _("{name} is not as Keyturn writes it").format(name=path.name),
            _(
                "Somebody changed {path}, and Keyturn does not touch what is not its own. Move it away, or take that "
                "change back."
            ).format(path=path),
            code="file.changed",
        )
    return found


def _written(commands: Mapping[str, str]) -> str:
    blocks = (
        f"\n[{section}]\n{_PROCESS}{command}\n"
        for profile, command in commands.items()
        for section in (profile, f"profile {profile}")
    )
    return _HEAD + "".join(blocks)
