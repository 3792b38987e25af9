"""Who keeps variables in memory after their file was changed: sessions, open shells, services, containers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyturn.clients.interface import AfterChange
from keyturn.clients.listing import Listing
from keyturn.clients.variables.shell_files import is_start_file
from keyturn.clients.variables.unit_files import is_users_own, lasting_readers, units_started
from keyturn.computer.shells import command_line
from keyturn.model.text import _

if TYPE_CHECKING:
    from pathlib import Path

    from keyturn.clients.readings import Readings
    from keyturn.computer.computer import Computer

_COMPOSE_FILE = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]*)?\.ya?ml", re.IGNORECASE)
# Read when a session begins (environment.d(5), pam_env(8)).
_OF_A_SESSION = ("environment", ".pam_environment")


def after_change_of_variables(computer: Computer, path: Path, readings: Readings | None = None) -> AfterChange | None:
    """Return what a person does after variables in `path` were changed; None where the next run reads them anew."""
    if path.parent.name == "environment.d" or path.name in _OF_A_SESSION:
        return AfterChange(
            _("Sign out and in again: a session reads {path} when it begins").format(path=path),
            (_("Sign out of this computer and in again. On a server, restart its services."),),
        )
    services = lasting_readers(computer, path, readings)
    if services:
        return AfterChange(
            _("Restart what systemd started with the variables of {path}").format(path=path),
            tuple(
                _("If it is running, restart it: “{command}”.").format(
                    command=command_line(
                        ("systemctl", *(("--user",) if is_users_own(unit) else ()), "restart", units_started(unit)),
                        computer.platform,
                    )
                )
                for unit in services
            ),
        )
    if path.name == ".envrc":
        return AfterChange(
            _("Allow direnv to read {path} again: it blocks the file after any change").format(path=path),
            (_("In {folder}, look at the file and run “direnv allow”.").format(folder=path.parent),),
        )
    if path.name == ".env" and _has_compose_file(path.parent):
        return containers_anew(path.parent)
    if is_start_file(computer, path):
        return AfterChange(
            _("Close the terminals that were opened before {path} was changed").format(path=path),
            (_("Programs started in one of them still get the old key; end also sessions of tmux and screen."),),
        )
    return None


def is_compose_file(name: str) -> bool:
    """Return whether a file of this name describes containers."""
    return _COMPOSE_FILE.fullmatch(name) is not None


def containers_anew(folder: Path) -> AfterChange:
    """Return how the containers that the compose file in `folder` describes take new variables."""
    return AfterChange(
        _("Make the containers of {folder} anew, which keep the old key").format(folder=folder),
        (_("In {folder}, run “docker compose up -d”.").format(folder=folder),),
    )


def _has_compose_file(folder: Path) -> bool:
    return any(is_compose_file(entry.name) for entry in Listing().entries(folder))
