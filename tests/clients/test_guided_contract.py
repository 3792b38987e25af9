"""What every reader of a guided program promises: find, look again, change nothing, and say what cannot be seen."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import plistlib
import sqlite3
import tomllib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from keyturn.clients.interface import Client
from keyturn.clients.registry import client_named, find_everything, guided_clients
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Findings, Place, PlaceKind, Target

OLD = KeyPair(AccessKeyId("AKIAOLD0CONTRACT7Q2P"), Secret("oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"))
NEW = KeyPair(AccessKeyId("AKIANEW0CONTRACT9Z8Y"), Secret("newNEWnewNEWnewNEWnewNEWnewNEWnewNEW+/ne"))


@dataclass(frozen=True)
class Sample:
    """A file of a program, at one of the paths where one of the systems has it.

    Attributes:
        path: from the home folder on; a program that serves all persons keeps it above that.
        home: where the home folder is on the disk.
        beside: other files that the program has, by their paths, and what is in them.
    """

    client: str
    platform: Platform
    path: str
    text: str
    name: str
    bucket: str | None
    prefix: str
    has_secret: bool
    binary_plist: bool
    reversed_base64: bool
    home: str
    beside: Mapping[str, str]

    @property
    def is_database(self) -> bool:
        return self.path.endswith((".sqlite", ".db"))

    def place(self, home: Path) -> Path:
        path = Path(os.path.normpath(home / self.path))
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, home: Path, pair: KeyPair = OLD) -> Path:
        secret = pair.secret.reveal()
        text = self.text.replace("{id}", pair.access_key_id.value).replace("{secret}", secret)
        text = text.replace("{secret_base64}", base64.b64encode(secret.encode()).decode())
        text = text.replace("{secret_percent}", quote(secret, safe=""))
        path = self.place(home)
        for name, content in self.beside.items():
            other = Path(os.path.normpath(home / name))
            other.parent.mkdir(parents=True, exist_ok=True)
            other.write_text(content, encoding="utf-8")
        if self.is_database:
            path.unlink(missing_ok=True)
            with closing(sqlite3.connect(path)) as database:
                database.executescript(text)
        elif self.reversed_base64:
            hidden = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")[::-1]
            path.write_text(json.dumps({"readme": "do not edit it manually", "d": hidden}), encoding="utf-8")
        elif self.binary_plist:
            path.write_bytes(plistlib.dumps(plistlib.loads(text.encode()), fmt=plistlib.FMT_BINARY))
        else:
            path.write_text(text, encoding="utf-8")
        return path


def read_samples() -> dict[str, Sample]:
    samples = {}
    for told in sorted((Path(__file__).parent / "guided_samples").glob("*/sample.toml")):
        written = tomllib.loads(told.read_text(encoding="utf-8"))
        for platform, paths in written["paths"].items():
            for number, path in enumerate(paths, start=1):
                samples[f"{told.parent.name}-{platform}-{number}"] = Sample(
                    client=written["client"],
                    platform=Platform(platform),
                    path=path,
                    text=(told.parent / written["file"]).read_text(encoding="utf-8"),
                    name=written["name"],
                    bucket=written.get("bucket"),
                    prefix=written.get("prefix", ""),
                    has_secret=written["has_secret"],
                    binary_plist=written.get("binary_plist", False),
                    reversed_base64=written.get("reversed_base64", False),
                    home=written.get("home", ""),
                    beside=written.get("beside", {}),
                )
    return samples


SAMPLES = read_samples()


@pytest.fixture(params=list(SAMPLES.values()), ids=list(SAMPLES))
def sample(request: pytest.FixtureRequest) -> Sample:
    assert isinstance(request.param, Sample)
    return request.param


@pytest.fixture
def client(sample: Sample) -> Client:
    return client_named(sample.client)


@pytest.fixture
def computer(sample: Sample, tmp_path: Path) -> Computer:
    home = tmp_path / sample.home
    home.mkdir(parents=True, exist_ok=True)
    return Computer(sample.platform, home, {}, is_this_one=False)


def only(findings: Findings) -> Place:
    (place,) = findings.places
    return place


def test_every_program_that_is_read_has_a_sample() -> None:
    # Proxmox Backup Server keeps its file outside all homes; tests/clients/test_guided_readers.py reads it. Duplicacy's
    # keychain is no file; tests/clients/test_duplicacy_keychain.py reads it.
    read = {client.name for client in guided_clients() if client.reader is not None}
    assert read - {"proxmox-backup-server", "duplicacy-keychain"} == {sample.client for sample in SAMPLES.values()}


def test_a_key_is_found_as_a_destination_that_keyturn_does_not_edit(
    sample: Sample, client: Client, computer: Computer
) -> None:
    path = sample.write(computer.home)
    findings = client.find(computer)
    assert findings.problems == ()
    place = only(findings)
    assert (place.client, place.path, place.name) == (sample.client, path, sample.name)
    assert (place.kind, place.editable) == (PlaceKind.DESTINATION, False)
    assert place.access_key_id == OLD.access_key_id
    assert place.secret == (OLD.secret if sample.has_secret else None)
    assert place.targets == (() if sample.bucket is None else (Target(sample.bucket, sample.prefix),))
    assert place.endpoint is None


def test_the_whole_look_finds_it_once(sample: Sample, computer: Computer) -> None:
    sample.write(computer.home)
    assert only(find_everything(computer)).client == sample.client


def test_nothing_is_found_where_nothing_is(client: Client, computer: Computer) -> None:
    assert client.find(computer) == Findings()


def test_looking_changes_nothing_and_leaves_nothing_behind(sample: Sample, client: Client, computer: Computer) -> None:
    sample.write(computer.home)

    def everything() -> dict[str, tuple[str, float]]:
        files = (path for path in computer.home.rglob("*") if path.is_file())
        return {str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime) for path in files}

    before = everything()
    client.find(computer)
    assert everything() == before


def test_a_second_look_finds_the_new_key_at_the_same_spot(sample: Sample, client: Client, computer: Computer) -> None:
    sample.write(computer.home)
    before = only(client.find(computer))
    sample.write(computer.home, NEW)
    after = only(client.find(computer))
    assert after.access_key_id == NEW.access_key_id
    if "line" not in before.locator:
        assert after.identity == before.identity


def test_no_secret_is_in_a_repr_or_a_sentence(sample: Sample, client: Client, computer: Computer) -> None:
    sample.write(computer.home)
    findings = client.find(computer)
    assert OLD.secret.reveal() not in repr(findings)
    assert OLD.secret.reveal() not in only(findings).note


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"\0" * 100,
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"<", b"<<").replace(b"{", b"{{"),
        lambda content: b"\xff\xfe" + content,
        lambda content: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    ],
    ids=["empty", "zeroes", "cut", "garbled", "marked", "entity"],
)
def test_a_damaged_file_is_at_most_a_blind_spot(
    sample: Sample, client: Client, computer: Computer, damage: Callable[[bytes], bytes]
) -> None:
    path = sample.write(computer.home)
    path.write_bytes(damage(path.read_bytes()))
    findings = client.find(computer)
    assert {problem.code for problem in findings.problems} <= {"client.blind-spot"}
    assert len(findings.problems) <= 1
    assert not any(place.editable for place in findings.places)


def test_a_pipe_in_the_place_of_the_file_is_never_waited_for(
    sample: Sample, client: Client, computer: Computer
) -> None:
    path = sample.place(computer.home)
    os.mkfifo(path)
    assert client.find(computer).places == ()


def test_a_file_of_a_gigabyte_is_not_read(sample: Sample, client: Client, computer: Computer) -> None:
    path = sample.place(computer.home)
    with path.open("wb") as file:
        file.truncate(1024**3)
    assert client.find(computer).places == ()
