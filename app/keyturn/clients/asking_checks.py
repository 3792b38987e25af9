"""What a program's own check is given if the place that it is for asks Keyturn for its key.

The program takes the key as its backups do, from a profile with a `credential_process`. The only command in that file
is this very Keyturn, whatever the person's own file names: nothing that a file names is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.interface import OwnCheck, PrivateFile
from keyturn.clients.programs.rclone import Rclone, config_paths, profile_of_remote
from keyturn.clients.programs.rclone_remotes import Remotes
from keyturn.clients.served import asking_in
from keyturn.edits import ini
from keyturn.edits.files import read_file
from keyturn.model.errors import FileError
from keyturn.model.keys import Secret
from keyturn.model.places import Place, Target

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

PROFILE = "default"
# By these a person's session leads to its keychain (D-Bus specification, systemd's file-hierarchy(7)).
_OF_SESSION = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")


def name_asked_for(path: Path, section: str) -> str | None:
    """The name for which a profile asks Keyturn; None where it asks for none.

    Raises:
        FileError: where the file cannot be read.
    """
    return next((one.asked.name for one in asking_in(read_file(path)) if one.section == section), None)


def asking_file(computer: Computer, name: str) -> PrivateFile | None:
    """A credentials file whose one profile asks for `name`; None where this Keyturn's memory is not at hand."""
    if computer.asked_by is None:
        return None
    text = f"[{PROFILE}]\ncredential_process = {computer.asked_by(name)}\n"
    return PrivateFile("AWS_SHARED_CREDENTIALS_FILE", Secret(text))


def of_session(computer: Computer) -> Mapping[str, str]:
    """The variables of the person's session that lead to its keychain."""
    return {name: computer.environment[name] for name in _OF_SESSION if name in computer.environment}


def check_of_remote(
    computer: Computer, place: Place, target: Target | None, endpoint_url: str | None
) -> OwnCheck | None:
    """rclone's check of the first remote that takes this profile of Keyturn's own file; None if none does."""
    remote = next(_remotes_with(computer, place), None)
    return None if remote is None else Rclone().check(computer, remote, target, endpoint_url=endpoint_url)


def _remotes_with(computer: Computer, place: Place) -> Iterator[Place]:
    rclone = Rclone()
    for path in config_paths(computer):
        try:
            content = rclone.opened(computer, read_file(path))
        except FileError as error:
            if error.code == "file.missing":
                continue
            raise
        entries = ini.entries(content.content, ini.Dialect.RCLONE, path=path)
        for section in dict.fromkeys(entry.section for entry in entries if entry.section is not None):
            taken = profile_of_remote(content, section)
            if taken is not None and (taken[0], computer.expanded(taken[1])) == (place.name, place.path):
                told = Remotes(entries).settings(section)
                server, region = told.get("endpoint") or None, told.get("region") or None
                yield replace(
                    place, client=rclone.name, name=section, path=path, locator=section, endpoint=server, region=region
                )
