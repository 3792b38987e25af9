"""A file of twice the size takes about twice the time, whatever stands in it: nobody can make Keyturn hang.

Each case is a reader and a text that is repeated. The sizes double until the time can be measured, and what is judged
is how it grows from there, not how long it takes: four times the size takes sixteen times as long where time grows with
the square, and four times as long where it does not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from fuzz import OLD
from keyturn.clients.aws_files import AwsFiles
from keyturn.clients.client import Client
from keyturn.clients.leftovers import Leftovers
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.rclone import Rclone
from keyturn.clients.registry import client_named, find_everything
from keyturn.clients.s3cmd import S3cmd
from keyturn.clients.shell_reading import is_restic
from keyturn.computer.computer import Computer
from keyturn.edits import ini, shell
from keyturn.edits.masking import masked_line
from keyturn.model.errors import FileError

_MEASURABLE = 0.02  # seconds
_TIMES = 4
_TOO_MUCH = 9.0  # between 4 and 16, with room for a computer that is busy with something else
_LARGEST = 4 * 1024 * 1024


def expect_linear(read: Callable[[bytes], object], made: Callable[[int], bytes]) -> None:
    """Fail where reading `made(size)` takes much longer than in proportion to the size."""
    size = 2000
    while (first := _seconds(read, made(size))) < _MEASURABLE and size < _LARGEST:
        size *= 2
    ratios = []
    for _attempt in range(3):  # another program may have had the processor
        ratios.append(_seconds(read, made(size * _TIMES)) / first)
        if ratios[-1] < _TOO_MUCH:
            return
        first = _seconds(read, made(size))
    pytest.fail(f"{_TIMES} times {size} bytes took {[round(ratio) for ratio in ratios]} times as long")


def _seconds(read: Callable[[bytes], object], content: bytes) -> float:
    start = time.perf_counter()
    with suppress(FileError):
        read(content)
    return time.perf_counter() - start


def repeated(unit: str, before: str = "", after: str = "") -> Callable[[int], bytes]:
    """`unit` as often as fits; `{n}` in it is a number that is another one each time."""

    def made(size: int) -> bytes:
        if "{n}" not in unit:
            return (before + unit * (size // len(unit)) + after).encode(errors="surrogateescape")
        return (before + "".join(unit.replace("{n}", f"{n:06}") for n in range(size // len(unit))) + after).encode()

    return made


def aws(content: bytes) -> object:
    return ini.entries(content, ini.Dialect.AWS)


def rclone(content: bytes) -> object:
    return ini.entries(content, ini.Dialect.RCLONE)


def s3cmd(content: bytes) -> object:
    return ini.entries(content, ini.Dialect.S3CMD)


def posix(content: bytes) -> object:
    return shell.assignments(content)


def fish(content: bytes) -> object:
    return shell.assignments(content, path=Path("x.fish"))


def picture(content: bytes) -> object:
    return masked_line(content.decode(errors="replace"))


def ids(content: bytes) -> object:
    return list(key_ids_in(content))


READERS = (aws, rclone, s3cmd, posix, fish, picture, ids, is_restic)
UNITS = (
    *(
        "a",
        " ",
        "\t",
        "\r",
        "\n",
        "\x0b",
        "\x85",
        "\uff10",
        "\udcff",
        "'",
        '"',
        "`",
        "\\",
        "\\\n",
        "$",
        "=",
        ":",
        ".",
        "%(",
    ),
    *("(", "((", "$(", "${", '"$(', "$'", "A=(", "<<E ", "<<E\n", "<", "[", "]", "[]\n", "[s]\n", '"""', "# a\n", ";"),
    *("A=1 ", "A=1\n", "export ", "env ", "then ", "set -a x\n", "set -a ", "restic ", "restic -r\n", " -r ", "key="),
    *("://", "@", "AKIA", "secret ", "a = b\n", " a = b\n", "AKIA00000000{n}00 ", "k{n} = v\n", "[s{n}]\n", "<<E{n} "),
)
BEFORE = ("", "[s]\na", "[s]\ns3 =\n ")


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_no_repetition_makes_a_reader_slow(read: Callable[[bytes], object]) -> None:
    for unit in UNITS:
        for before in BEFORE if read in {aws, rclone} else BEFORE[:1]:
            # A short look at all; a closer one at what may grow.
            small, large = (_seconds(read, repeated(unit, before, "x")(size)) for size in (4000, 16000))
            if large > 0.004 and large / max(small, 1e-6) > 6:
                expect_linear(read, repeated(unit, before, "x"))


_PAIR = f"access_key_id = {OLD.access_key_id}\nsecret_access_key = {OLD.secret.reveal()}\n"
_AWS_PAIR = f"aws_access_key_id={OLD.access_key_id}\naws_secret_access_key={OLD.secret.reveal()}\n"
_VARIABLES = f"A{{n}}_ACCESS_KEY_ID={OLD.access_key_id} A{{n}}_SECRET_ACCESS_KEY={OLD.secret.reveal()}\n"
FILES = {
    "AWS profiles": (AwsFiles(), ".aws/credentials", repeated("[p{n}]\n" + _AWS_PAIR)),
    "AWS profiles that borrow": (
        AwsFiles(),
        ".aws/config",
        repeated("[profile p{n}]\nsource_profile = p\n" + _AWS_PAIR),
    ),
    "AWS services": (
        AwsFiles(),
        ".aws/config",
        repeated("[services s{n}]\n[profile p{n}]\nservices = s\n" + _AWS_PAIR),
    ),
    "AWS block": (AwsFiles(), ".aws/config", repeated(" é=1\x0b", "[default]\ns3 =\n")),
    "remotes": (Rclone(), ".rclone.conf", repeated("[r{n}]\ntype = s3\n" + _PAIR)),
    "remotes of one name": (Rclone(), ".rclone.conf", repeated("[r]\ntype = s3\n" + _PAIR)),
    "remotes that wrap one": (
        Rclone(),
        ".rclone.conf",
        repeated("[w{n}]\ntype = alias\nremote = r:b/{n}\n", "[r]\ntype = s3\n" + _PAIR),
    ),
    "a name of dots": (Rclone(), ".rclone.conf", repeated(".", "[a", "]\ntype = s3\n" + _PAIR)),
    "s3cmd": (S3cmd(), ".s3cfg", repeated(f"access_key = {OLD.access_key_id}\n")),
    "environment": (client_named("environment"), ".bashrc", repeated(_VARIABLES)),
    "restic": (client_named("restic"), "restic.env", repeated(_VARIABLES, "RESTIC_REPOSITORY=s3:h/b\n")),
    "repositories": (client_named("restic"), "restic.env", repeated("restic -r s3:h/b{n} -r\n", _VARIABLES)),
    "leftover of empty lines": (Leftovers(), "rootkey.csv", repeated("\n", "AWS", "x")),
    "leftover of lines": (Leftovers(), "rootkey.csv", repeated(f"AWSAccessKeyId={OLD.access_key_id}\n")),
    "leftover table": (
        Leftovers(),
        "rootkey.csv",
        repeated(f"{OLD.access_key_id},{OLD.secret.reveal()}\n", "Access key ID,Secret access key\n"),
    ),
    "leftover headers": (Leftovers(), "rootkey.csv", repeated("access key id,", after="\n" + "a," * 1000)),
}


@pytest.mark.parametrize("name", FILES)
def test_no_number_of_sections_makes_a_program_slow(name: str, computer: Computer) -> None:
    client, path, made = FILES[name]
    file = computer.home / path
    file.parent.mkdir(parents=True, exist_ok=True)

    def look(content: bytes) -> None:
        file.write_bytes(content)
        client.find(computer)

    expect_linear(look, made)


def test_a_hundred_thousand_sections_are_read(computer: Computer) -> None:
    (computer.home / ".rclone.conf").write_text("".join(f"[r{n}]\ntype = s3\n" for n in range(100_000)) + _PAIR)
    (computer.home / ".aws").mkdir()
    (computer.home / ".aws/credentials").write_text(
        "".join(f"[p{n}]\nregion = a\n" for n in range(100_000)) + _AWS_PAIR
    )

    assert {place.name for place in find_everything(computer).places} == {"r99999", "p99999"}


def wrapping(depth: int, form: str) -> str:
    """An S3 remote behind `depth` others, each of which wraps the one before."""
    links = "".join(f"[w{n}]\n" + form.format(before=f"w{n - 1}" if n else "r") for n in range(depth))
    return "[r]\ntype = s3\n" + _PAIR + links


def test_remotes_may_wrap_each_other_very_deep(computer: Computer) -> None:
    text = wrapping(100, "type = alias\nremote = {before}:\n") + "[last]\ntype = crypt\nremote = w99:photos\n"
    (computer.home / ".rclone.conf").write_text(text)

    (place,) = Rclone().find(computer).places

    assert [target.bucket for target in place.targets] == ["photos"]


@pytest.mark.parametrize("depth", [100, 20_000])
@pytest.mark.parametrize(
    "form", ["type = union\nupstreams = {before}:a {before}:b\n", "type = alias\nremote = {before}:aaaaaaaaaaaaaaaa\n"]
)
def test_remotes_that_name_more_buckets_than_anybody_can_follow_name_none(
    form: str, depth: int, computer: Computer
) -> None:
    (computer.home / ".rclone.conf").write_text(wrapping(depth, form) + "[x]\ntype = crypt\nremote = r:photos\n")

    (place,) = Rclone().find(computer).places

    assert place.targets == () or (depth, "alias" in form) == (100, True)


def test_a_line_of_four_million_characters_is_read(computer: Computer) -> None:
    clients: tuple[tuple[Client, str, str], ...] = (
        (AwsFiles(), ".aws/config", "[default]\nregion = " + "a" * 4_000_000 + "\n" + _AWS_PAIR),
        (Rclone(), ".rclone.conf", "[r]\ntype = s3\nregion = " + "a" * 4_000_000 + "\n" + _PAIR),
        (client_named("environment"), ".bashrc", "A='" + "a" * 4_000_000 + "'\nexport " + _AWS_PAIR.upper()),
    )
    for _client, name, text in clients:
        path = computer.home / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace(OLD.secret.reveal().upper(), OLD.secret.reveal()))
    for client, _name, _text in clients[:2]:
        (place,) = client.find(computer).places
        assert place.editable
