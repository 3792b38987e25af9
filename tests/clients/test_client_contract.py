"""What every client module promises, whatever its grammar: find, locate, plan, replace, undo, and never guess."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyturn.clients.interface import Client
from keyturn.clients.registry import client_named, every_entry, find_everything
from keyturn.clients.replacement import plan_edits, preview, read_pair, replace_pair
from keyturn.computer.computer import Computer, Platform
from keyturn.model.errors import ClientError, FileError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Findings, Place, PlaceKind, Target

OLD = KeyPair(AccessKeyId("AKIAOLD0CONTRACT7Q2P"), Secret("oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"))
NEW = KeyPair(AccessKeyId("AKIANEW0CONTRACT9Z8Y"), Secret("newNEWnewNEWnewNEWnewNEWnewNEWnewNEW+/ne"))
OTHER = KeyPair(AccessKeyId("AKIAOTHERCONTRACT5X4"), Secret("othOTHothOTHothOTHothOTHothOTHothOTHothO"))


@dataclass(frozen=True)
class Sample:
    """A file of a client, written with `{id}` and `{secret}` where the pair stands.

    Attributes:
        path: from the home folder on; a file that serves all persons is above that.
        home: where the home folder is on the disk.
        bucket: the one that the file names for the key; None if it names none that is looked at here.
        without_key: a file of the same grammar in which no key stands any more.
        byte_order_mark_is_read: the program takes the file with a BOM; else it refuses it.
    """

    client: str
    path: str
    text: str
    locator: str
    platform: Platform = Platform.LINUX
    without_key: str = "# nothing here any more\n"
    byte_order_mark_is_read: bool = True
    home: str = "Zoë's home"
    bucket: str | None = None
    prefix: str = ""

    def place(self, home: Path) -> Path:
        path = Path(os.path.normpath(home / self.path))
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def content(self, pair: KeyPair = OLD) -> bytes:
        return (self.text.replace("{id}", pair.access_key_id.value).replace("{secret}", pair.secret.reveal())).encode()


SAMPLES = {
    "aws-credentials": Sample(
        "aws",
        ".aws/credentials",
        "# kept by hand – since 2015\n[default]\nregion=eu-central-1\naws_access_key_id={id}\n"
        "aws_secret_access_key = {secret}\ns3 =\n    max_concurrent_requests = 20\n\n[empty]\n",
        "default",
        byte_order_mark_is_read=False,
    ),
    "aws-config": Sample(
        "aws",
        ".aws/config",
        "[profile photos]\naws_secret_access_key = {secret}\naws_access_key_id = {id}\n; the end\n",
        "profile photos",
        byte_order_mark_is_read=False,
    ),
    "rclone": Sample(
        "rclone",
        ".config/rclone/rclone.conf",
        "# remotes\n[aws]\ntype = s3\nprovider = AWS\naccess_key_id = {id}\nsecret_access_key = {secret}\n"
        "acl = private\n\n[secret]\ntype = crypt\nremote = aws:photos/2019\npassword = obscured\n",
        "aws",
    ),
    "rclone-on-windows": Sample(
        "rclone",
        "AppData/Roaming/rclone/rclone.conf",
        "[aws]\ntype: s3\naccess_key_id: {id}\nsecret_access_key: {secret}\n",
        "aws",
        platform=Platform.WINDOWS,
    ),
    "s3cmd": Sample(
        "s3cmd",
        ".s3cfg",
        "[default]\nuse_https = True\naccess_key = {id}\nsecret_key = {secret}\nbucket_location = EU\n",
        "access_key",
    ),
    "s3cmd-quoted": Sample(
        "s3cmd",
        "AppData/Roaming/s3cmd.ini",
        '[default]\naccess_key = "{id}"\nsecret_key = "{secret}"\nhost_base = s3.amazonaws.com\n',
        "access_key",
        platform=Platform.WINDOWS,
    ),
    "restic": Sample(
        "restic",
        ".config/restic/photos.env",
        "# nightly\nexport RESTIC_REPOSITORY='s3:s3.amazonaws.com/photos/restic'\nexport AWS_ACCESS_KEY_ID='{id}'\n"
        'export AWS_SECRET_ACCESS_KEY="{secret}"\nRESTIC_PASSWORD_FILE=~/.restic-password\n',
        "AWS_ACCESS_KEY_ID",
    ),
    "restic-script": Sample(
        "restic",
        "bin/backup",
        "#!/bin/sh\n"
        "AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret} restic -r s3:s3.amazonaws.com/photos backup ~\n",
        "AWS_ACCESS_KEY_ID",
    ),
    "environment": Sample(
        "environment",
        ".bashrc",
        'alias ll="ls -l"\nexport AWS_ACCESS_KEY_ID={id} # old\nexport AWS_SECRET_ACCESS_KEY={secret}\n',
        "AWS_ACCESS_KEY_ID",
    ),
    "environment-fish": Sample(
        "environment",
        ".config/fish/config.fish",
        "set -gx AWS_ACCESS_KEY_ID {id}\nset -gx AWS_SECRET_ACCESS_KEY '{secret}'\n",
        "AWS_ACCESS_KEY_ID",
    ),
}


def _read_sample(path: Path) -> Sample:
    about = tomllib.loads(path.read_text(encoding="utf-8"))
    text = (path.parent / about.pop("file")).read_text(encoding="utf-8")
    return Sample(text=text, **about | {"platform": Platform(about["platform"])})


# A folder each: the file as the program has it, and what to know of it. Where no real one was seen, it says so.
SAMPLES |= {
    path.parent.name: _read_sample(path)
    for folder in ("samples", "described")
    for path in sorted((Path(__file__).parent / folder).glob("*/sample.toml"))
}


@pytest.fixture(params=list(SAMPLES.values()), ids=list(SAMPLES))
def sample(request: pytest.FixtureRequest) -> Sample:
    value: Sample = request.param
    return value


@pytest.fixture
def client(sample: Sample) -> Client:
    return client_named(sample.client)


@pytest.fixture
def computer(sample: Sample, tmp_path: Path) -> Computer:
    home = tmp_path / sample.home
    home.mkdir(parents=True)
    return Computer.at(home, sample.platform)


@pytest.fixture
def write(sample: Sample, computer: Computer) -> Callable[[bytes], Path]:
    def written(content: bytes) -> Path:
        path = sample.place(computer.home)
        path.write_bytes(content)
        return path

    return written


def the_place(findings: Findings, sample: Sample) -> Place:
    (place,) = (place for place in findings.places if place.locator == sample.locator)
    return place


def test_a_key_is_found_with_its_secret(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    path = write(sample.content())

    findings = client.find(computer)

    assert findings.problems == ()
    place = the_place(findings, sample)
    assert (place.client, place.path, place.kind) == (sample.client, path, PlaceKind.DESTINATION)
    assert place.pair == OLD
    assert place.editable
    if sample.bucket is not None:
        assert place.targets == (Target(sample.bucket, sample.prefix),)


def test_its_look_is_left_out_on_no_computer_that_has_the_file(
    sample: Sample, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    write(sample.content())
    (entry,) = (one for one in every_entry() if one.name == sample.client)
    assert entry.may_be_here(computer)


def test_the_looks_that_are_left_out_would_have_found_nothing(
    sample: Sample, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    write(sample.content())
    left_out = [entry for entry in every_entry() if not entry.may_be_here(computer)]
    assert left_out
    for entry in left_out:
        look = entry.load().look(computer)
        assert (look.findings(), look.jobs, look.loans, look.seen) == (Findings(), [], [], set()), entry.name


def test_nothing_is_found_where_nothing_is(client: Client, computer: Computer) -> None:
    assert client.find(computer) == Findings()


def test_both_values_are_located_to_the_byte(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    content = sample.content()
    write(content)

    (spot,) = client.locate(computer, (the_place(client.find(computer), sample),))

    id_span, secret_span = spot.access_key_id.span, spot.secret.span
    assert content[id_span.start : id_span.end].decode() == OLD.access_key_id.value
    assert content[secret_span.start : secret_span.end].decode() == OLD.secret.reveal()
    assert spot.pair == OLD


def test_the_preview_shows_no_secret_and_no_full_key_id(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    write(sample.content())
    (edit,) = plan_edits(computer, [the_place(client.find(computer), sample)])

    for text in (preview(edit, None), preview(edit, NEW.access_key_id), repr(edit)):
        for pair in (OLD, NEW):
            assert pair.secret.reveal() not in text
    assert OLD.access_key_id.value not in preview(edit, NEW.access_key_id)
    assert OLD.access_key_id.last4 in preview(edit, NEW.access_key_id)


SHAPES: dict[str, Callable[[bytes], bytes]] = {
    "as people write it": lambda content: content,
    "CRLF": lambda content: content.replace(b"\n", b"\r\n"),
    "without a final newline": lambda content: content.removesuffix(b"\n"),
    "with blank lines at the end": lambda content: content + b"\n\n",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_exactly_the_two_values_change_and_undo_gives_back_every_byte(
    shape: Callable[[bytes], bytes],
    sample: Sample,
    client: Client,
    computer: Computer,
    write: Callable[[bytes], Path],
) -> None:
    before = shape(sample.content())
    path = write(before)
    place = the_place(client.find(computer), sample)

    done = replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW)

    assert done.changed
    assert path.read_bytes() == shape(sample.content(NEW))
    assert read_pair(computer, place) == NEW
    replace_pair(computer, [place], expected=NEW.access_key_id, pair=OLD)
    assert path.read_bytes() == before


def test_a_byte_order_mark_is_treated_as_the_program_treats_it(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    mark = b"\xef\xbb\xbf"
    path = write(mark + sample.content())

    findings = client.find(computer)

    if not sample.byte_order_mark_is_read:
        (problem,) = findings.problems
        assert (problem.path, problem.client, problem.code) == (path, sample.client, "file.unparsable")
        (mention,) = findings.places
        assert (mention.access_key_id, mention.editable) == (OLD.access_key_id, False)
        return
    replace_pair(computer, [the_place(findings, sample)], expected=OLD.access_key_id, pair=NEW)
    assert path.read_bytes() == mark + sample.content(NEW)


def test_replacing_twice_writes_once(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    path = write(sample.content())
    place = the_place(client.find(computer), sample)
    first = replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW)
    written = path.stat().st_mtime_ns, path.stat().st_ino

    again = replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW)

    assert (first.changed, again.changed) == (True, False)
    assert again.digest == first.digest
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == written


def test_another_key_is_never_overwritten(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    write(sample.content())
    place = the_place(client.find(computer), sample)
    path = write(sample.content(OTHER))

    with pytest.raises(FileError) as raised:
        replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW)

    assert raised.value.code == "file.changed"
    assert OTHER.access_key_id.value not in str(raised.value)
    assert path.read_bytes() == sample.content(OTHER)


def test_a_place_that_is_gone_is_said_to_be_gone(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    write(sample.content())
    place = the_place(client.find(computer), sample)
    write(sample.without_key.encode())

    with pytest.raises(ClientError) as raised:
        read_pair(computer, place)

    assert raised.value.code == "place.gone"


def test_a_file_changed_since_the_plan_is_left_alone(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    write(sample.content())
    place = the_place(client.find(computer), sample)
    (edit,) = plan_edits(computer, [place])
    changed = sample.content() + b"# a line more\n"
    path = write(changed)

    with pytest.raises(FileError, match="changed"):
        replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW, digest=edit.digest)
    with pytest.raises(FileError, match="changed"):
        preview(edit, None)

    assert path.read_bytes() == changed


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_the_mode_of_the_file_stays(
    mode: int, sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    path = write(sample.content())
    path.chmod(mode)

    replace_pair(computer, [the_place(client.find(computer), sample)], expected=OLD.access_key_id, pair=NEW)

    assert path.stat().st_mode & 0o777 == mode


def test_a_link_stays_a_link_and_its_file_is_edited(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    real = computer.home / "dot files" / "Müller"
    real.parent.mkdir()
    real.write_bytes(sample.content())
    link = sample.place(computer.home)
    link.symlink_to(real)
    place = the_place(client.find(computer), sample)

    done = replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW)

    assert link.is_symlink()
    assert done.path == real
    assert real.read_bytes() == sample.content(NEW)


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A home that every account may enter, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def looking_as_an_ordinary_account() -> Iterator[None]:
    """Root may read everything: where the tests run as root, be somebody else for a while."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(own)


def test_a_file_that_may_not_be_read_is_a_problem_and_not_the_end(sample: Sample, open_home: Path) -> None:
    home = open_home / sample.home
    home.mkdir(parents=True)
    path = sample.place(home)
    path.write_bytes(sample.content())
    # What a look loads late is loaded by this one: the other account may not be let into this folder of the sources.
    find_everything(Computer.at(home, sample.platform))
    path.chmod(0)

    with looking_as_an_ordinary_account():
        findings = find_everything(Computer.at(home, sample.platform))

    assert findings.places == ()
    assert {"file.closed", "folder.closed"} & {problem.code for problem in findings.problems}


def test_a_pipe_in_the_place_of_the_file_is_never_waited_for(
    sample: Sample, client: Client, computer: Computer
) -> None:
    path = sample.place(computer.home)
    os.mkfifo(path)

    findings = client.find(computer)

    assert findings.places == ()
    assert all(problem.code == "file.not-a-file" for problem in findings.problems)


def test_a_file_of_a_gigabyte_is_not_read(sample: Sample, client: Client, computer: Computer) -> None:
    path = sample.place(computer.home)
    with path.open("wb") as file:
        file.truncate(1 << 30)

    findings = client.find(computer)

    assert findings.places == ()
    assert all(problem.code == "file.too-big" for problem in findings.problems)


def test_a_binary_file_that_holds_the_id_is_a_place_that_cannot_be_edited(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    write(b"\x00\xff\xfe\x80=[\n" + sample.content() + b"\xc3\x28\x00")

    findings = client.find(computer)

    assert all(not place.editable for place in findings.places)
    if findings.problems:
        assert {place.access_key_id for place in findings.places} == {OLD.access_key_id}


def test_secrets_are_in_no_repr(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    write(sample.content())

    findings = client.find(computer)

    assert OLD.secret.reveal() not in repr(findings)
    place = the_place(findings, sample)
    assert OLD.secret.reveal() not in repr(client.locate(computer, (place,)))


def test_temporary_credentials_are_shown_and_not_edited(
    sample: Sample, client: Client, computer: Computer, write: Callable[[bytes], Path]
) -> None:
    write(sample.content(KeyPair(AccessKeyId("ASIAOLD0CONTRACT7Q2P"), OLD.secret)))

    place = the_place(client.find(computer), sample)

    assert (place.session, place.editable) == (True, False)
    with pytest.raises(ClientError) as raised:
        plan_edits(computer, [place])
    assert raised.value.code == "place.not-editable"
