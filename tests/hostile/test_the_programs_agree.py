"""After an edit of a damaged file the real programs see exactly the new pair, and nothing else that is new."""

from __future__ import annotations

import configparser
import io
import json
import random
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.configloader import raw_config_parse
from botocore.exceptions import ConfigParseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz import NEW, OLD, SEEDS
from keyturn.clients.interface import Client
from keyturn.clients.registry import client_named
from keyturn.edits.files import FileContent
from keyturn.edits.section_spans import python_sections
from keyturn.edits.spans import apply_changes
from keyturn.edits.trees import Writing
from keyturn.model.errors import FileError

from .conftest import damaged

SOME = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def edited(client: Client, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The content with the new pair in the place of the old one, for each place that has the old one."""
    path = Path("x")
    try:
        spots = client.spots(FileContent(path, path, content, digest="", mode=0o600, owner=0, group=0))
    except FileError:
        return
    for locator, spot in spots.items():
        if spot.pair == OLD:
            yield locator, apply_changes(content, spot.changes(NEW))


def with_the_new_pair(values: Mapping[str, Any], names: tuple[str, str]) -> dict[str, Any]:
    """The values of one section, with the new pair under these names."""
    return {**values, names[0]: NEW.access_key_id.value, names[1]: NEW.secret.reveal()}


@settings(SOME, max_examples=300)
@given(chance=st.randoms(use_true_random=False), name=st.sampled_from([".aws/credentials", ".aws/config"]))
def test_botocore_sees_the_new_pair_and_nothing_else(chance: random.Random, name: str, tmp_path: Path) -> None:
    def by_botocore(content: bytes) -> dict[str, dict[str, Any]]:
        (tmp_path / "file").write_bytes(content)
        parsed: dict[str, dict[str, Any]] = raw_config_parse(str(tmp_path / "file"))
        return parsed

    before = damaged(chance, SEEDS[name].encode(), chance.randint(0, 4))
    for section, after in edited(client_named("aws"), before):
        theirs = by_botocore(before)
        if section == "DEFAULT":  # lent to every other section
            continue
        theirs[section] = with_the_new_pair(theirs[section], ("aws_access_key_id", "aws_secret_access_key"))
        assert by_botocore(after) == theirs


@settings(SOME, max_examples=100)
@given(chance=st.randoms(use_true_random=False))
def test_botocore_refuses_what_we_refuse(chance: random.Random, tmp_path: Path) -> None:
    content = damaged(chance, SEEDS[".aws/config"].encode(), chance.randint(1, 4))
    path = tmp_path / "file"
    path.write_bytes(content)
    try:
        client_named("aws").spots(FileContent(path, path, content, digest="", mode=0o600, owner=0, group=0))
    except FileError:
        if b"\0" not in content:  # botocore reads a zero byte like any other; nobody writes one into a configuration
            with pytest.raises(ConfigParseError):
                raw_config_parse(str(path))
    else:
        raw_config_parse(str(path))


CRESTIC = (
    f"[DEFAULT]\nk: d\n[a]\nrepo = s3:h/b\nx\n  y\n[a.environ]\nAWS_ACCESS_KEY_ID={OLD.access_key_id}\n\n # no\n"
    "v =\n  one\n\n  two\n=\n[b]\nk = own \n"
)


@settings(SOME, max_examples=500)
@given(chance=st.randoms(use_true_random=False))
def test_we_read_what_configparser_reads_for_crestic(chance: random.Random) -> None:
    content = damaged(chance, CRESTIC.encode(), chance.randint(0, 4))
    theirs = configparser.RawConfigParser(allow_no_value=True)
    theirs.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        theirs.read_file(io.StringIO(content.decode(), newline=None))
    except (ValueError, AttributeError, configparser.Error):
        with pytest.raises(FileError):
            python_sections(content)
        return
    if b"\0" in content:  # configparser reads a zero byte like any other; nobody writes one into a configuration
        return
    ours = python_sections(content)
    assert {name: {key: one.value for key, one in table.items()} for name, table in ours.items()} == {
        name: {key: value or "" for key, value in table.items()} for name, table in theirs.items()
    }
    for table in ours.values():
        for one in table.values():
            if one.writing is Writing.PLAIN:
                assert content[one.span.start : one.span.end].decode() == one.value


@pytest.mark.parametrize("seed", range(8))
def test_rclone_sees_the_new_pair_and_nothing_else(
    seed: int, tmp_path: Path, required_program: Callable[[str], Path]
) -> None:
    rclone = required_program("rclone")

    def by_rclone(content: bytes) -> dict[str, dict[str, str]]:
        path = tmp_path / "rclone.conf"
        path.write_bytes(content)
        arguments = [str(rclone), "config", "dump", "--config", str(path), "--ask-password=false"]
        done = subprocess.run(arguments, env={"HOME": str(tmp_path)}, capture_output=True, check=True)
        dumped: dict[str, dict[str, str]] = json.loads(done.stdout)
        return dumped

    chance = random.Random(seed)  # noqa: S311  (damage, not secrets)
    tried = 0
    while tried < 3:
        before = damaged(chance, SEEDS[".config/rclone/rclone.conf"].encode(), 3)
        for section, after in edited(client_named("rclone"), before):
            if section != "aws" or b"%(" in before:
                continue
            theirs = by_rclone(before)
            theirs[section] = with_the_new_pair(theirs[section], ("access_key_id", "secret_access_key"))
            assert by_rclone(after) == theirs, before
            tried += 1


S3CMD_READS = """
import json, logging, sys
from S3.Config import ConfigParser
logging.disable()
read = []
for text in json.load(sys.stdin):
    with open(sys.argv[1], "wb") as file:
        file.write(text.encode())
    read.append({key: value.strip() for key, value in ConfigParser(sys.argv[1]).cfg.items()})
json.dump(read, sys.stdout)
"""


def test_s3cmd_sees_the_new_pair_and_nothing_else(tmp_path: Path, required_program: Callable[[str], Path]) -> None:
    required_program("s3cmd")
    chance = random.Random(0)  # noqa: S311  (damage, not secrets)
    pairs: list[tuple[bytes, bytes]] = []
    while len(pairs) < 200:
        before = damaged(chance, SEEDS[".s3cfg"].encode(), 3)
        pairs += [(before, after) for _locator, after in edited(client_named("s3cmd"), before)]
    texts = [content.decode() for pair in pairs for content in pair]
    command = ["/usr/bin/python3", "-c", S3CMD_READS, str(tmp_path / "s3cfg")]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
    read = json.loads(done.stdout)
    for before, after in zip(read[::2], read[1::2], strict=True):
        assert after == with_the_new_pair(before, ("access_key", "secret_key"))
