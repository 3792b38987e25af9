"""Files of programs that Keyturn only reads, as none of them ever wrote them: damaged, endless, and made to explode."""

from __future__ import annotations

import os
import random
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz import picture_of
from keyturn.clients.described.guided import BLIND_SPOT
from keyturn.clients.registry import client_named
from keyturn.computer.computer import Computer, Platform
from keyturn.edits import xml_elements
from keyturn.model.errors import FileError

from .conftest import damaged

SAMPLES = Path(__file__).parents[1] / "clients" / "guided_samples"
# Each product's file as its sample has it, at the first path of the first system that has one.
FILES = {
    told["client"]: (
        Platform(next(iter(told["paths"]))),
        next(iter(told["paths"].values()))[0],
        sample / told["file"],
        told.get("home", ""),
    )
    for sample in sorted(SAMPLES.iterdir())
    for told in [tomllib.loads((sample / "sample.toml").read_text(encoding="utf-8"))]
}
NO_KEY_ID = "place.no-key-id"  # damage can turn the key's ID into something else
KEY, SECRET = b"AKIAOLD00HOSTILE7Q2P", b"oldOLDoldOLDoldOLDoldOLDoldOLDoldOLDo/+l"


def look_at(client: str, content: bytes) -> None:
    """Look at a home in which the product's file has this content."""
    platform, name, _sample, home_on_disk = FILES[client]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / home_on_disk
        home.mkdir(parents=True, exist_ok=True)
        path = Path(os.path.normpath(home / name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        before = picture_of(Path(folder))
        found = client_named(client).find(Computer(platform, home, {}, is_this_one=False))
        assert picture_of(Path(folder)) == before
        assert not any(place.editable for place in found.places)
        assert {problem.code for problem in found.problems} <= {BLIND_SPOT, NO_KEY_ID}
        assert SECRET.decode() not in repr(found)


@pytest.mark.parametrize("client", FILES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_a_damaged_file_is_read_or_a_blind_spot(client: str, chance: random.Random) -> None:
    content = FILES[client][2].read_bytes().replace(b"{id}", KEY).replace(b"{secret}", SECRET)
    look_at(client, damaged(chance, content, chance.choice((1, 2, 4, 8))))


@pytest.mark.parametrize("client", FILES)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=300))
def test_noise_is_a_blind_spot_at_most(client: str, noise: bytes) -> None:
    look_at(client, noise)
    look_at(client, b"SQLite format 3\0" + noise)
    look_at(client, b"bplist00" + noise)


LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 30))
BOMBS = {
    "billion laughs": b'<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY l0 "ha">' + LAUGHS + b"]><plist>&l29;</plist>",
    "quadratic": b'<!DOCTYPE a [<!ENTITY b "' + b"b" * 100_000 + b'">]><a>' + b"&b;" * 10_000 + b"</a>",
    "outside": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "outside type": b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a/>',
    "parameter": b'<!DOCTYPE a [<!ENTITY % b SYSTEM "file:///etc/passwd"> %b;]><a/>',
    "deep": b"<dict>" * 100_000 + b"</dict>" * 100_000,
    "deep plist": b'<plist version="1.0">' + b"<array>" * 100_000 + b"</array>" * 100_000 + b"</plist>",
    "deep json": b'{"data": ' * 100_000 + b"}" * 100_000,
    "wide": b"<a " + b" ".join(b'x%d="y"' % number for number in range(50_000)) + b"/>",
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("client", FILES)
def test_a_bomb_is_refused_at_once(client: str, bomb: bytes) -> None:
    look_at(client, bomb)


@pytest.mark.parametrize("name", ["billion laughs", "quadratic", "outside", "outside type", "parameter", "deep"])
def test_xml_that_declares_or_nests_too_much_is_not_read(name: str) -> None:
    with pytest.raises(FileError) as caught:
        xml_elements.parse(BOMBS[name])
    assert caught.value.code == "file.unparsable"


def test_xml_says_which_elements_stand_where() -> None:
    root = xml_elements.parse(b"<a><b c='1'> x &amp; y </b>\n<b>z</b><d><b/></d></a>")
    assert [(one.text.strip(), one.line) for one in root.every("b")] == [("x & y", 1), ("z", 2), ("", 2)]
    assert root.said("b") == "x & y"
    assert (root.said("nothing"), root.child("nothing")) == ("", None)
