"""Files as no program ever wrote them: real ones with random damage, and whole homes of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import strategies as st

from fuzz import SEEDS
from keyturn.computer.computer import Computer, Platform

_SEEDS = [text.encode() for text in SEEDS.values()]
# What the grammars care about, and what does not belong into any text.
_PIECES = (
    *(b"\0", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\n", b"\r\n", b"\x0b"),
    *(b"\xc2\x85", b"\xe2\x80\xa8", b" ", b"\t", b"'", b'"', b"`", b'"""', b"\\", b"\\\n", b"$", b"$(", b"${", b"$'"),
    *(b"(", b")", b"{", b"}", b"((", b"#", b";", b"=", b":", b"[", b"]", b"%(a)s", b"<<E\n", b"\nE\n", b"+=", b"|"),
    *(b"[aws.eu]\n", b"[default]\n", b"[DEFAULT]\n", b"type = s3\n", b"type = union\n", b"upstreams = u: u:\n"),
    *(b"export ", b"set -gx A ", b"set -a\n", b"env -i ", b"AWS_ACCESS_KEY_ID=", b"AWS_SECRET_ACCESS_KEY="),
    *(b"access_key_id = \n", b"secret_access_key = `x`\n", b"credential_process = x\n", b"AKIAOTHERHOSTILE005X"),
)


def damaged(chance: random.Random, content: bytes, times: int) -> bytes:
    """The content with pieces put in, taken out, repeated, overwritten and brought over from other files."""
    now = bytearray(content)
    for _ in range(times):
        at, kind = chance.randrange(len(now) + 1), chance.randrange(6)
        if kind == 0:
            now[at:at] = chance.choice(_PIECES)
        elif kind == 1:
            del now[at : at + chance.randint(1, 30)]
        elif kind == 2:
            other = chance.randrange(len(now) + 1)
            now[at:at] = now[other : other + chance.randint(1, 80)]
        elif kind == 3:
            donor = chance.choice(_SEEDS)
            other = chance.randrange(len(donor))
            now[at:at] = donor[other : other + chance.randint(1, 100)]
        elif kind == 4:
            now[at : at + 1] = bytes([chance.randrange(256)])
        else:
            now[at : at + 1] = chance.choice(_PIECES)
    return bytes(now)


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """One real file of any kind, damaged one to six times; now and then in another encoding."""
    chance = draw(st.randoms(use_true_random=False))
    content = damaged(chance, draw(st.sampled_from(_SEEDS)), draw(st.integers(0, 6)))
    if chance.randrange(20) == 0:
        return content.decode(errors="replace").encode(chance.choice(["utf-16", "utf-16-be", "utf-32", "utf-8-sig"]))
    return content


def fill_home(home: Path, chance: random.Random) -> None:
    """Write a file of each kind where its program keeps it, some missing, most of them damaged."""
    for name, text in SEEDS.items():
        if chance.random() < 0.8:
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            content = text.encode() if chance.random() < 0.9 else chance.choice(_SEEDS)
            path.write_bytes(damaged(chance, content, chance.choice((0, 0, 1, 2, 4))))


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    home = tmp_path / "home"
    home.mkdir()
    return Computer(Platform.LINUX, home, {}, is_this_one=False)
