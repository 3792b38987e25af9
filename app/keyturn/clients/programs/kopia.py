"""Kopia and KopiaUI: one JSON file per repository, the key in clear (facts/clients.md section 7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import reaches_the_same
from keyturn.clients.interface import About, OwnCheck, PrivateFile
from keyturn.clients.listing import Listing
from keyturn.clients.minimal_settings import endpoint_of
from keyturn.clients.own_files import OwnFiles, StoredKey, option, roots_home
from keyturn.edits import json_spans, trees
from keyturn.edits.files import FileContent, read_file
from keyturn.model.addresses import read_server
from keyturn.model.errors import FileError
from keyturn.model.keys import Secret
from keyturn.model.needs import Addition
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

_FILE = "repository.config"
# Beside the configuration, and told to nobody (kopia's internal/passwordpersist/passwordpersist_file.go).
_BESIDE = ".kopia-password"
_AMAZONS = "s3.amazonaws.com"
# How its S3 storage asks (kopia's repo/blob/s3/s3_options.go); nothing here runs a program or names a server.
_TEXTS = ("bucket", "prefix", "region", "sessionToken", "rootCA", "roleARN", "roleDuration", "externalID")
_WINDOW = frozenset({"kopiaui", "kopia-ui"})
# They hold the repository open for as long as they run.
_LASTING = frozenset({"server", "mount"})
# Whether Kopia locks what it writes stands in the repository, not here (facts/clients.md 2 and 7).
_OF_THE_PRESENT = frozenset({Addition.LOCK_SETTINGS, Addition.RETENTION})
# With `pointInTime` it asks whether the bucket keeps versions before all else, and writes nothing (facts/
# field-reports.md, kopia's s3_pit.go).
_OF_A_PAST = frozenset({Addition.READ_VERSIONS, Addition.VERSIONING})


class Kopia(OwnFiles):
    """Kopia. Its command line has no way to change a key, and `connect` deletes the file where it fails."""

    name = "kopia"
    title = "Kopia"
    program_names = ("kopia", "kopiaui", "kopia-ui")
    about = About(own_check="kopia repository status")
    remembers_its_file = True

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return every `*.config` of the folder: KopiaUI has one for each repository."""
        environment = computer.environment
        if named := environment.get("KOPIA_CONFIG_PATH"):
            yield _named(computer, named)
        if portable := environment.get("KOPIA_UI_PORTABLE_CONFIG_DIR"):
            yield from listing.files_in(computer.expanded(portable), ".config")
        yield from listing.files_in(_folder(computer), ".config")
        for folder in roots_home(computer, ".config", "kopia"):
            yield from listing.files_in(folder, ".config")

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the key of the repository; a file that leads to a Kopia server has none."""
        tree = json_spans.parse(content.content, path=content.path)
        config = trees.at(tree, "storage", "config")
        access_key_id = trees.scalar(config, "accessKeyID")
        if trees.text(tree, "storage", "type") != "s3" or access_key_id is None:
            return
        bucket, note = trees.text(config, "bucket"), ""
        if trees.text(config, "roleARN") is not None:
            note = _("Kopia takes a role with this key; the rights of the role count, not those of the key.")
        past = trees.scalar(config, "pointInTime")
        yield StoredKey(
            locator="storage.config",
            name=trees.text(tree, "description") or content.path.name,
            access_key_id=access_key_id,
            secret=trees.scalar(config, "secretAccessKey"),
            targets=() if bucket is None else (Target(bucket, (trees.text(config, "prefix") or "").strip("/")),),
            region=trees.text(config, "region"),
            endpoint=trees.text(config, "endpoint"),
            additions=_OF_A_PAST if past is not None and past.is_text else _OF_THE_PRESENT,
            plain_http=trees.is_on(config, "doNotUseTLS"),
            token="sessionToken" if trees.text(config, "sessionToken") else None,
            note=note,
        )

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return `kopia repository status`, which reads from the bucket; never with `-t`, which prints the key.

        None where the repository's password is not in the file beside the configuration: the keychain is not asked.
        """
        from keyturn.clients.own_check import installed
        from keyturn.computer.bare_environment import bare_environment

        program = installed("kopia", computer)
        if program is None or place.kind is not PlaceKind.DESTINATION or not reaches_the_same(place, endpoint_url):
            return None
        try:
            kept = read_file(place.path.with_name(place.path.name + _BESIDE)).content
        except FileError:
            return None
        content = read_file(place.path)
        pair = self.spot_in(content, place).pair
        written = trees.at(json_spans.parse(content.content, path=place.path), "storage", "config")
        server = read_server(endpoint_of(place) or _AMAZONS)
        config: dict[str, str | bool] = {name: text for name in _TEXTS if (text := trees.text(written, name))}
        config |= {"endpoint": server.name, "doNotUseTLS": not server.secure}
        config |= {"doNotVerifyTLS": trees.is_on(written, "doNotVerifyTLS")}
        config |= {"accessKeyID": pair.access_key_id.value, "secretAccessKey": pair.secret.reveal()}
        repository = {"storage": {"type": "s3", "config": config}, "readonly": True, "enableActions": False}
        return OwnCheck(
            title=self.title,
            arguments=(str(program), "repository", "status", "--config-file", _FILE, "--json"),
            environment=bare_environment(computer, {"KOPIA_CHECK_FOR_UPDATES": "false"}),
            private_files=(
                PrivateFile("", Secret(json.dumps(repository)), _FILE),
                PrivateFile("", Secret(kept.decode("ascii", "replace")), _FILE + _BESIDE),
            ),
        )

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the file that a running kopia was told to read; KopiaUI reads them all."""
        named = option(program.arguments, "--config-file")
        environment = program.environment
        if named is None and environment is not None and program.name not in _WINDOW:
            named = environment.get("KOPIA_CONFIG_PATH") or "repository.config"
        own = computer if environment is None else replace(computer, environment=environment)
        if named is not None:
            return (_named(own, named),)
        if program.name not in _WINDOW:
            return None
        listing = Listing()
        found = tuple(listing.files_in(_folder(own), ".config"))
        return None if listing.failed else found

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return whether it is KopiaUI, or serves, or mounts."""
        return program.name in _WINDOW or any(argument in _LASTING for argument in program.arguments[1:])

    def must_be_stopped(self, program: RunningProgram) -> str | None:
        """KopiaUI and its server write the file when settings are saved (facts/clients.md 20: to be assumed)."""
        if program.name in _WINDOW or "server" in program.arguments[1:]:
            return _("It may write the file that it read over the new key. Quit KopiaUI, or stop the Kopia server.")
        return None

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how to end it and start it again."""
        if program.name in _WINDOW:
            return _("Quit KopiaUI from its symbol in the menu bar or task bar, then start it again.")
        if self.keeps_key(program):
            return _("Stop this Kopia server or mount and start it again as before.")
        return _("Let it finish; the next run takes the new key.")


def _folder(computer: Computer) -> Path:
    return computer.application_support / "kopia"


def _named(computer: Computer, named: str) -> Path:
    """A bare name is one of the files in Kopia's own folder."""
    bare = "/" not in named and "\\" not in named
    return _folder(computer) / named if bare else computer.expanded(named)
