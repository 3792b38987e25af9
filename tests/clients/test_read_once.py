"""What a look costs grows with what differs: each file is opened once, and parsed once for all of its keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import bench
from keyturn.clients.further_spots import with_further_spots
from keyturn.clients.interface import Client, CredentialSpans
from keyturn.clients.programs.aws_files import AwsFiles
from keyturn.clients.readings import Readings
from keyturn.computer.computer import Computer
from keyturn.edits.files import FileContent

_OPENED = """
import sys
from collections import Counter
from pathlib import Path
from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
home, opened = sys.argv[1], Counter()
def listen(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(home):
        opened[arguments[0]] += 1
sys.addaudithook(listen)
found = find_everything(Computer.at(Path(home), "linux"))
print(len(found.places), len(opened), *(path for path, times in opened.items() if times > 1), sep="\\n")
"""


def test_a_look_opens_each_file_once(tmp_path: Path) -> None:
    bench.write_home(tmp_path, 16)

    done = subprocess.run([sys.executable, "-c", _OPENED, str(tmp_path)], check=True, capture_output=True, text=True)

    # Profiles and remotes are in one file each; restic's variables and what was left over in four each.
    assert done.stdout.split("\n") == ["16", "10", ""]


class _Counting(AwsFiles):
    def __init__(self) -> None:
        self.parsed = 0

    def spots(self, content: FileContent) -> Mapping[str, CredentialSpans]:
        self.parsed += 1
        return super().spots(content)


def _profiles(number: int) -> str:
    """So many profiles, each with its key ID in a comment before it, too."""
    ids = (f"AKIAMADEUP{one:05d}CHECK" for one in range(number))
    return "".join(f"# {one}\n[p{one}]\naws_access_key_id = {one}\naws_secret_access_key = {one}{one}\n" for one in ids)


def test_a_file_is_parsed_once_for_all_the_keys_that_stand_in_it_twice(tmp_path: Path) -> None:
    path, client = tmp_path / ".aws" / "credentials", _Counting()
    path.parent.mkdir()
    path.write_text(_profiles(5))
    places = client.find(Computer.at(tmp_path, "linux")).places

    def named(_name: str) -> Client:
        return client

    client.parsed = 0
    found = with_further_spots(places, Readings(), named)

    assert [place.also_at for place in found[:5]] == [(line,) for line in (1, 5, 9, 13, 17)]
    assert client.parsed == 1
