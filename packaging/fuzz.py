"""Feeding damaged files to everything in Keyturn that reads other people's files: `python3 packaging/dev.py fuzz`.

The checks here are the ones of tests/hostile, which tries some hundred files in each run of the tests. As a program of
its own this lets atheris (libFuzzer) look for new ones, led by the lines of Keyturn that they reach.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from keyturn.clients.interface import CredentialSpans, ValueSpot
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.registry import every_client, find_everything
from keyturn.clients.replacement import plan_edits, preview, read_pair, replace_pair
from keyturn.clients.search.folder_search import search_folders
from keyturn.clients.search.search_rows import named
from keyturn.computer.computer import Computer, Platform
from keyturn.edits import ini, shell
from keyturn.edits.files import FileContent
from keyturn.edits.pictures import masked_diff
from keyturn.edits.spans import Change, apply_changes
from keyturn.model.errors import ClientError, FileError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Place

_Item = TypeVar("_Item")

OLD = KeyPair(AccessKeyId("AKIAOLD0HOSTILE0007Q"), Secret("oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"))
NEW = KeyPair(AccessKeyId("AKIANEW0HOSTILE0009Z"), Secret("newNEWnewNEWnewNEWnewNEWnewNEWnewNEW+/ne"))

_SHAPED_LIKE_A_SECRET = re.compile(r"[A-Za-z0-9/+]+")

# One file of each kind, in which the fuzzer begins, and where it lies in the person's home.
_ID, _SECRET = OLD.access_key_id.value, OLD.secret.reveal()
SEEDS: Mapping[str, str] = {
    ".aws/credentials": f"[default]\naws_access_key_id = {_ID}\naws_secret_access_key = {_SECRET}\ns3 =\n    a = b\n",
    ".aws/config": f"[profile a]\naws_access_key_id={_ID}\naws_secret_access_key={_SECRET}\nsource_profile = default\n"
    "[services b]\ns3 =\n  endpoint_url = http://127.0.0.1\n[profile c]\ncredential_process = touch x\nservices = b\n",
    ".config/rclone/rclone.conf": f"[aws]\ntype = s3\naccess_key_id = {_ID}\nsecret_access_key = {_SECRET}\n"
    '[aws.eu]\nregion = eu-west-1\n[u]\ntype = union\nupstreams = aws:b/p "c:d":ro\n[c]\ntype = alias\nremote = u:e\n',
    ".s3cfg": f'[default]\naccess_key = {_ID}\nsecret_key = "{_SECRET}"\nhost_base = s3.amazonaws.com\n',
    ".config/restic/night.env": f"export RESTIC_REPOSITORY=s3:s3.amazonaws.com/b/p\nexport AWS_ACCESS_KEY_ID='{_ID}'\n"
    f'export AWS_SECRET_ACCESS_KEY="{_SECRET}"\ncat <<EOF\nit\'s\nEOF\nA=$(x "`y`") B=${{C:-d}} restic -r s3:h/b\n',
    ".bashrc": f"if true; then AWS_ACCESS_KEY_ID={_ID} AWS_SECRET_ACCESS_KEY={_SECRET} env -i x; fi; export A=$'b'\n",
    ".config/fish/config.fish": f"set -gx AWS_ACCESS_KEY_ID {_ID}\nset -gx AWS_SECRET_ACCESS_KEY '{_SECRET}'\n",
    "Downloads/rootkey.csv": f"AWSAccessKeyId={_ID}\r\nAWSSecretKey={_SECRET}\r\n",
    "Downloads/credentials (1).csv": f'User name,Access key ID,Secret access key\na,{_ID},"{_SECRET}"\n',
    "Documents/notes.txt": f"the key is {_ID} for s3\n",
    ".config/user-dirs.dirs": 'XDG_DOWNLOAD_DIR="$HOME/Downloads"\n',
}


class BrokenPromiseError(AssertionError):
    """A reader did something that it must never do with any file."""


def read_in_memory(content: bytes) -> int:
    """Read `content` as every kind of file at once, and edit each pair that is found.

    Returns:
        How many pairs could be edited.

    Raises:
        BrokenPromiseError, or whatever a reader raises that is no FileError.
    """
    for dialect in ini.Dialect:
        for entry in _or_nothing(lambda dialect=dialect: ini.entries(content, dialect)):  # type: ignore[misc]
            _expect(entry.value_span.end <= len(content), "a value lies outside of its file")
    for name in ("x.sh", "x.fish"):
        for assignment in _or_nothing(lambda name=name: shell.assignments(content, path=Path(name))):  # type: ignore[misc]
            _expect(assignment.value_span.end <= len(content), "a value lies outside of its file")
    lines = [line for _key, line in key_ids_in(content)]
    _expect(all(line >= 1 for line in lines), "a line is counted from one")
    return sum(_edit_in_memory(number, content) for number in range(len(every_client())))


def _edit_in_memory(number: int, content: bytes) -> int:
    client, file = every_client()[number], _as_read(content)
    try:
        before = client.spots(file)
    except FileError:
        return 0
    for spot in before.values():
        if not _SHAPED_LIKE_A_SECRET.fullmatch(spot.pair.secret.reveal()):
            continue  # no key of AWS's; `replace_pair` compares before it writes
        # An rclone remote may inherit one half of its pair from another one: they are changed together.
        together = {name for name, one in before.items() if set(_both(one)) & set(_both(spot))}
        values = {before[name].access_key_id: NEW.access_key_id.value for name in together}
        values |= {before[name].secret: NEW.secret.reveal() for name in together}
        try:
            changes = [Change(where.span, where.encode(value)) for where, value in values.items()]
        except FileError:
            continue  # refused: the value would be read differently there
        after = apply_changes(content, changes)
        found = client.spots(_as_read(after))
        expected = {name: NEW if name in together else one.pair for name, one in before.items()}
        _expect({name: one.pair for name, one in found.items()} == expected, f"{client.name}: another value changed")
        old = {now: was for name in together for now, was in zip(_both(found[name]), _both(before[name]), strict=True)}
        back = [Change(now.span, content[was.span.start : was.span.end]) for now, was in old.items()]
        _expect(apply_changes(after, back) == content, f"{client.name}: undo does not give the same bytes back")
        shown = masked_diff(Path("x"), content, changes, hide=[before[name].secret.span for name in together])
        _expect(NEW.secret.reveal() not in shown, f"{client.name}: the picture shows the new secret")
        if spot.pair == OLD:
            _expect(OLD.secret.reveal() not in shown, f"{client.name}: the picture shows the old secret")
    return len(before)


def _both(spot: CredentialSpans) -> tuple[ValueSpot, ValueSpot]:
    return spot.access_key_id, spot.secret


def read_in_home(home: Path) -> int:
    """Look through the whole home as a scan does, then replace the old pair wherever it can be, and undo that.

    Returns:
        How many places were found.
    """
    computer = Computer(Platform.LINUX, home, {}, is_this_one=False)
    before = picture_of(home)
    found = find_everything(computer)
    search_folders(named([home]), [OLD.access_key_id, NEW.access_key_id])
    places = [place for place in found.places if place.editable]
    for place in places:
        _expect(read_pair(computer, place) == place.pair, "the same place is read in two ways")
        for edit in plan_edits(computer, [place]):
            preview(edit, None)
    _expect(picture_of(home) == before, "looking changed something")
    for path in {os.path.realpath(place.path) for place in places}:
        _replace_and_undo(computer, [place for place in places if os.path.realpath(place.path) == path])
    return len(found.places)


def _replace_and_undo(computer: Computer, places: Sequence[Place]) -> None:
    """All places of one file that hold the old pair get the new one, and the old one again."""
    old = [place for place in places if place.pair == OLD]
    if not old:
        return
    before = old[0].path.read_bytes()
    try:
        replace_pair(computer, old, expected=OLD.access_key_id, pair=NEW)
    except (FileError, ClientError):
        _expect(old[0].path.read_bytes() == before, "a refused change changed something")
        return
    replace_pair(computer, old, expected=NEW.access_key_id, pair=OLD)
    # A value that was put together from several quotes is one plain value afterwards; its bytes may differ then.
    for place in old:
        _expect(read_pair(computer, place) == OLD, "undo does not give the old pair back")


def picture_of(folder: Path) -> dict[str, tuple[int, int, int, int, int]]:
    """Every file and folder with what would show that it was written: kind, size, times and number."""
    found = {}
    for inner, folders, names in os.walk(os.fsencode(folder)):
        for name in (*folders, *names, b"."):
            path = os.path.join(inner, name)  # noqa: PTH118  (names that are no text)
            now = os.lstat(path)
            found[repr(path)] = (now.st_mode, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino)
    return found


def _as_read(content: bytes) -> FileContent:
    path = Path("x")
    return FileContent(path, path, content, digest="", mode=0o600, owner=0, group=0)


def _or_nothing(read: Callable[[], Sequence[_Item]]) -> Iterator[_Item]:
    try:
        yield from read()
    except FileError:
        return


def _expect(holds: bool, promise: str) -> None:
    if not holds:
        raise BrokenPromiseError(promise)


SECONDS = 120


def main(arguments: Sequence[str]) -> int:
    """Let atheris try files in memory for so many seconds (120 unless said); what breaks a promise is printed.

    atheris is for Linux, and compiled for a few versions of Python only; it is no part of the locks.
    """
    if not arguments or arguments[0].isdecimal():
        with tempfile.TemporaryDirectory() as folder:
            return _start(Path(folder), int(arguments[0]) if arguments else SECONDS)
    try:
        import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        print("atheris is not there. Install it first: .venv/bin/pip install atheris", file=sys.stderr)
        return 1
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *arguments], read_in_memory)
    atheris.Fuzz()
    return 0


def _start(folder: Path, seconds: int) -> int:
    """Run this program again with the seeds in a folder: libFuzzer ends its process where it finds something."""
    words = folder / "words"
    words.write_text("".join(f'"{word}"\n' for word in _WORDS))
    seeds = folder / "seeds"
    seeds.mkdir()
    for number, text in enumerate(SEEDS.values()):
        (seeds / str(number)).write_text(text)
    options = [f"-max_total_time={seconds}", "-timeout=10", "-max_len=4096", "-print_final_stats=1"]
    own = [sys.executable, __file__, *options, f"-dict={words}", f"-artifact_prefix={folder}/", str(seeds)]
    code = subprocess.run(own, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, check=False).returncode
    for found in sorted(folder.glob("*-*")):
        print(f"{found.name}: {found.read_bytes()!r}")
    return code


# Pieces that the grammars care about, as libFuzzer's dictionaries write them.
_WORDS = (
    *("\\xef\\xbb\\xbf", "\\x0d\\x0a", "\\x0b", "\\xc2\\x85", "$(", "${", "`", "<<E\\x0a", "\\x0aE\\x0a", "$'", "+="),
    *("%(a)s", "\\x0a[aws.eu]\\x0a", "\\x0a[default]\\x0a", "\\x0atype = s3\\x0a", "export ", "set -gx ", "env -i "),
    *("AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "access_key_id = ", "secret_access_key = ", _ID, _SECRET),
)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
