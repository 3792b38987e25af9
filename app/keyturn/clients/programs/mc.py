"""MinIO's mc: aliases in a JSON file, in a folder named after the program's file (facts/clients.md section 15)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.endpoints import reaches_the_same
from keyturn.clients.interface import About, OwnCheck, PrivateFile
from keyturn.clients.listing import Listing
from keyturn.clients.minimal_settings import endpoint_of, taken_over
from keyturn.clients.own_files import OwnFiles, StoredKey, option, roots_home
from keyturn.computer.computer import Platform
from keyturn.edits import json_spans, trees
from keyturn.edits.files import FileContent, read_file
from keyturn.model.keys import Secret
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer
    from keyturn.computer.programs import RunningProgram

# MinIO's own name, the one that its packages take where Midnight Commander has it, and Debian's.
_NAMES = ("mc", "mcli", "minio-client")
_FILE = "config.json"
_ALIAS = "keyturn"
# How it asks (mc's cmd/config-v10.go): the kind of signature, and where the bucket stands.
_NEEDED = ("api", "path", "sessionToken")
_AMAZONS = "https://s3.amazonaws.com"
# What mc puts into each new file: samples to fill in, and a public playground with a public key.
_SAMPLE_KEY, _PLAYGROUND = "YOUR-ACCESS-KEY-HERE", "play.min.io"
# They go on for as long as they run.
_LASTING = frozenset({"mirror", "watch"})


class Mc(OwnFiles):
    """mc, also called mcli or minio-client. Its file names no bucket."""

    name = "mc"
    title = "MinIO mc"
    program_names = _NAMES
    about = About(own_check="mc ls")

    def paths(self, computer: Computer, listing: Listing) -> Iterator[Path]:
        """Return the file of each name that the program goes by."""
        if named := computer.environment.get("MC_CONFIG_DIR"):
            yield computer.expanded(named) / _FILE
        dot = "" if computer.platform is Platform.WINDOWS else "."
        for name in _NAMES:
            yield computer.home / f"{dot}{name}" / _FILE
            yield from roots_home(computer, f".{name}", _FILE)

    def keys(self, content: FileContent) -> Iterator[StoredKey]:
        """Return the key of each alias."""
        tree = json_spans.parse(content.content, path=content.path)
        for alias, settings in trees.members(trees.at(tree, "aliases")):
            access_key_id, url = trees.scalar(settings, "accessKey"), trees.text(settings, "url")
            if access_key_id is None or access_key_id.value in ("", _SAMPLE_KEY) or _PLAYGROUND in (url or ""):
                continue
            yield StoredKey(
                locator=alias,
                name=alias,
                access_key_id=access_key_id,
                secret=trees.scalar(settings, "secretKey"),
                endpoint=url,
                token="sessionToken" if trees.text(settings, "sessionToken") else None,
            )

    def check(
        self, computer: Computer, place: Place, target: Target | None, *, endpoint_url: str | None = None
    ) -> OwnCheck | None:
        """Return `mc ls` on the bucket; without one it would ask for all buckets."""
        from keyturn.clients.own_check import installed
        from keyturn.computer.bare_environment import bare_environment

        # The folder's name comes from anywhere, and is no program's name but these.
        name = place.path.parent.name.removeprefix(".")
        program = installed(name, computer) if name in _NAMES else None
        if program is None or target is None or place.kind is not PlaceKind.DESTINATION:
            return None
        if program.name == "mc" and installed("mcedit", computer) is not None:
            return None  # Midnight Commander, which has the same name
        if not reaches_the_same(place, endpoint_url):
            return None
        content = read_file(place.path)
        pair = self.spot_in(content, place).pair
        written = trees.at(json_spans.parse(content.content, path=place.path), "aliases", place.locator)
        found = {name: trees.text(written, name) or "" for name in _NEEDED}
        alias = {
            "url": endpoint_of(place) or _AMAZONS,
            "accessKey": pair.access_key_id.value,
            "secretKey": pair.secret.reveal(),
            "api": "S3v4",
            "path": "auto",
            **taken_over(found, _NEEDED),
        }
        config = Secret(json.dumps({"version": "10", "aliases": {_ALIAS: alias}}))
        address = f"{_ALIAS}/{target.bucket}/{target.prefix}"
        return OwnCheck(
            title=self.title,
            arguments=(str(program), "--config-dir", ".", "--no-color", "ls", address),
            environment=bare_environment(computer),
            private_files=(PrivateFile("", config, _FILE),),
        )

    def config_files(self, computer: Computer, program: RunningProgram) -> tuple[Path, ...] | None:
        """Return the file of a running mc: `--config-dir`, its variable, or its own name; None where unknown."""
        named = option(program.arguments, "--config-dir", "-C")
        if named is None and program.environment is None:
            return None
        named = named or (program.environment or {}).get("MC_CONFIG_DIR")
        if named is not None:
            return (Path(named) / _FILE,) if Path(named).is_absolute() else None
        dot = "" if computer.platform is Platform.WINDOWS else "."
        return (computer.home / f"{dot}{program.name}" / _FILE,)

    def keeps_key(self, program: RunningProgram) -> bool:
        """Return whether it watches a folder or a bucket."""
        return any(argument in _LASTING or argument == "--watch" for argument in program.arguments[1:])

    def how_to_restart(self, program: RunningProgram) -> str:
        """Return how to end it and start it again."""
        if self.keeps_key(program):
            return _("Stop this mc and start it again as before.")
        return _("Let it finish; the next run takes the new key.")
