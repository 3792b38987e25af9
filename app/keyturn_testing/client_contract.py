"""What every client promises, whatever its grammar: find, locate, plan, replace, undo, and never guess.

A test class of a client's own says with which files: README.md has one. Modelled on keyring's tests of back ends
(facts/anchors.md), which anyone who writes one inherits.
"""

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
from keyturn.clients.registry import client_named, find_everything
from keyturn.clients.replacement import plan_edits, preview, read_pair, replace_pair
from keyturn.computer.computer import Computer, Platform
from keyturn.model.errors import ClientError, FileError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Findings, Place, PlaceKind, Target

OLD = KeyPair(AccessKeyId("AKIAOLD0CONTRACT7Q2P"), Secret("oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"))
NEW = KeyPair(AccessKeyId("AKIANEW0CONTRACT9Z8Y"), Secret("newNEWnewNEWnewNEWnewNEWnewNEWnewNEW+/ne"))
OTHER = KeyPair(AccessKeyId("AKIAOTHERCONTRACT5X4"), Secret("othOTHothOTHothOTHothOTHothOTHothOTHothO"))


_SHAPES: dict[str, Callable[[bytes], bytes]] = {
    "as people write it": lambda content: content,
    "CRLF": lambda content: content.replace(b"\n", b"\r\n"),
    "without a final newline": lambda content: content.removesuffix(b"\n"),
    "with blank lines at the end": lambda content: content + b"\n\n",
}


@dataclass(frozen=True)
class ClientSample:
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


def read_client_sample(folder: Path) -> ClientSample:
    """The sample of a folder: `sample.toml` has what is to be known of the file that it names (`file`)."""
    about = tomllib.loads((folder / "sample.toml").read_text(encoding="utf-8"))
    text = (folder / about.pop("file")).read_text(encoding="utf-8")
    return ClientSample(text=text, **about | {"platform": Platform(about["platform"])})


class ClientContract:
    """The tests; anyone who inherits them says `sample`, a fixture that returns each of a client's files in turn."""

    @pytest.fixture
    def sample(self) -> ClientSample:
        """The file with which all of it is tried."""
        raise NotImplementedError

    @pytest.fixture
    def client(self, sample: ClientSample) -> Client:
        """The client that the sample names."""
        return client_named(sample.client)

    @pytest.fixture
    def computer(self, sample: ClientSample, tmp_path: Path) -> Computer:
        """The computer on which the sample stands, without anything yet."""
        home = tmp_path / sample.home
        home.mkdir(parents=True)
        return Computer.at(home, sample.platform)

    @pytest.fixture
    def write(self, sample: ClientSample, computer: Computer) -> Callable[[bytes], Path]:
        """Puts content where the sample's file belongs."""

        def written(content: bytes) -> Path:
            path = sample.place(computer.home)
            path.write_bytes(content)
            return path

        return written

    @pytest.fixture
    def open_home(self) -> Iterator[Path]:
        """A home that every account may enter, which pytest's own folders are not."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            yield Path(folder)

    def test_a_key_is_found_with_its_secret(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        path = write(sample.content())

        findings = client.find(computer)

        assert findings.problems == ()
        place = _the_place(findings, sample)
        assert (place.client, place.path, place.kind) == (sample.client, path, PlaceKind.DESTINATION)
        assert place.pair == OLD
        assert place.editable
        if sample.bucket is not None:
            assert place.targets == (Target(sample.bucket, sample.prefix),)

    def test_nothing_is_found_where_nothing_is(self, client: Client, computer: Computer) -> None:
        assert client.find(computer) == Findings()

    def test_both_values_are_located_to_the_byte(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        content = sample.content()
        write(content)

        (spot,) = client.locate(computer, (_the_place(client.find(computer), sample),))

        id_span, secret_span = spot.access_key_id.span, spot.secret.span
        assert content[id_span.start : id_span.end].decode() == OLD.access_key_id.value
        assert content[secret_span.start : secret_span.end].decode() == OLD.secret.reveal()
        assert spot.pair == OLD

    def test_the_preview_shows_no_secret_and_no_full_key_id(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        write(sample.content())
        (edit,) = plan_edits(computer, [_the_place(client.find(computer), sample)])

        for text in (preview(edit, None), preview(edit, NEW.access_key_id), repr(edit)):
            for pair in (OLD, NEW):
                assert pair.secret.reveal() not in text
        assert OLD.access_key_id.value not in preview(edit, NEW.access_key_id)
        assert OLD.access_key_id.last4 in preview(edit, NEW.access_key_id)

    @pytest.mark.parametrize("shape", _SHAPES.values(), ids=_SHAPES.keys())
    def test_exactly_the_two_values_change_and_undo_gives_back_every_byte(
        self,
        shape: Callable[[bytes], bytes],
        sample: ClientSample,
        client: Client,
        computer: Computer,
        write: Callable[[bytes], Path],
    ) -> None:
        before = shape(sample.content())
        path = write(before)
        place = _the_place(client.find(computer), sample)

        done = replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW)

        assert done.changed
        assert path.read_bytes() == shape(sample.content(NEW))
        assert read_pair(computer, place) == NEW
        replace_pair(computer, [place], expected=NEW.access_key_id, pair=OLD)
        assert path.read_bytes() == before

    def test_a_byte_order_mark_is_treated_as_the_program_treats_it(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
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
        replace_pair(computer, [_the_place(findings, sample)], expected=OLD.access_key_id, pair=NEW)
        assert path.read_bytes() == mark + sample.content(NEW)

    def test_replacing_twice_writes_once(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        path = write(sample.content())
        place = _the_place(client.find(computer), sample)
        first = replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW)
        written = path.stat().st_mtime_ns, path.stat().st_ino

        again = replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW)

        assert (first.changed, again.changed) == (True, False)
        assert again.digest == first.digest
        assert (path.stat().st_mtime_ns, path.stat().st_ino) == written

    def test_another_key_is_never_overwritten(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        write(sample.content())
        place = _the_place(client.find(computer), sample)
        path = write(sample.content(OTHER))

        with pytest.raises(FileError) as raised:
            replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW)

        assert raised.value.code == "file.changed"
        assert OTHER.access_key_id.value not in str(raised.value)
        assert path.read_bytes() == sample.content(OTHER)

    def test_a_place_that_is_gone_is_said_to_be_gone(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        write(sample.content())
        place = _the_place(client.find(computer), sample)
        write(sample.without_key.encode())

        with pytest.raises(ClientError) as raised:
            read_pair(computer, place)

        assert raised.value.code == "place.gone"

    def test_a_file_changed_since_the_plan_is_left_alone(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        write(sample.content())
        place = _the_place(client.find(computer), sample)
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
        self, mode: int, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        path = write(sample.content())
        path.chmod(mode)

        replace_pair(computer, [_the_place(client.find(computer), sample)], expected=OLD.access_key_id, pair=NEW)

        assert path.stat().st_mode & 0o777 == mode

    def test_a_link_stays_a_link_and_its_file_is_edited(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        real = computer.home / "dot files" / "Müller"
        real.parent.mkdir()
        real.write_bytes(sample.content())
        link = sample.place(computer.home)
        link.symlink_to(real)
        place = _the_place(client.find(computer), sample)

        done = replace_pair(computer, [place], expected=OLD.access_key_id, pair=NEW)

        assert link.is_symlink()
        assert done.path == real
        assert real.read_bytes() == sample.content(NEW)

    def test_a_file_that_may_not_be_read_is_a_problem_and_not_the_end(
        self, sample: ClientSample, client: Client, open_home: Path
    ) -> None:
        home = open_home / sample.home
        home.mkdir(parents=True)
        path = sample.place(home)
        path.write_bytes(sample.content())
        # A script is nobody's before it was read: that it could not be is told by the look of all.
        looks = (client.find, find_everything)
        for look in looks:
            # What is loaded late is loaded now: the other account may not be let into the folder of the sources.
            look(Computer.at(home, sample.platform))
        path.chmod(0)

        with _looking_as_an_ordinary_account():
            findings = [look(Computer.at(home, sample.platform)) for look in looks]

        assert [one.places for one in findings] == [(), ()]
        assert {"file.closed", "folder.closed"} & {problem.code for one in findings for problem in one.problems}

    def test_a_pipe_in_the_place_of_the_file_is_never_waited_for(
        self, sample: ClientSample, client: Client, computer: Computer
    ) -> None:
        path = sample.place(computer.home)
        os.mkfifo(path)

        findings = client.find(computer)

        assert findings.places == ()
        assert all(problem.code == "file.not-a-file" for problem in findings.problems)

    def test_a_file_of_a_gigabyte_is_not_read(self, sample: ClientSample, client: Client, computer: Computer) -> None:
        path = sample.place(computer.home)
        with path.open("wb") as file:
            file.truncate(1 << 30)

        findings = client.find(computer)

        assert findings.places == ()
        assert all(problem.code == "file.too-big" for problem in findings.problems)

    def test_a_binary_file_that_holds_the_id_is_a_place_that_cannot_be_edited(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        write(b"\x00\xff\xfe\x80=[\n" + sample.content() + b"\xc3\x28\x00")

        findings = client.find(computer)

        assert all(not place.editable for place in findings.places)
        if findings.problems:
            assert {place.access_key_id for place in findings.places} == {OLD.access_key_id}

    def test_secrets_are_in_no_repr(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        write(sample.content())

        findings = client.find(computer)

        assert OLD.secret.reveal() not in repr(findings)
        place = _the_place(findings, sample)
        assert OLD.secret.reveal() not in repr(client.locate(computer, (place,)))

    def test_temporary_credentials_are_shown_and_not_edited(
        self, sample: ClientSample, client: Client, computer: Computer, write: Callable[[bytes], Path]
    ) -> None:
        write(sample.content(KeyPair(AccessKeyId("ASIAOLD0CONTRACT7Q2P"), OLD.secret)))

        place = _the_place(client.find(computer), sample)

        assert (place.session, place.editable) == (True, False)
        with pytest.raises(ClientError) as raised:
            plan_edits(computer, [place])
        assert raised.value.code == "place.not-editable"


def _the_place(findings: Findings, sample: ClientSample) -> Place:
    (place,) = (place for place in findings.places if place.locator == sample.locator)
    return place


@contextmanager
def _looking_as_an_ordinary_account() -> Iterator[None]:
    """Root may read everything: where the tests run as root, be somebody else for a while."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(own)
