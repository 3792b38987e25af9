"""`report`: what was found and done, in three forms, without a secret and whatever names the files have."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from keyturn.model.keys import KEY_ID_IN_TEXT
from keyturn.state.journal import Journal, Mark
from keyturn.state.secrets import FileSecrets

from .conftest import Desk
from .test_startup import HEAVY, probe

FORMS = ("html", "csv", "json")
HOSTILE = (
    *("<script>alert(1)<b>.csv", "=cmd|calc.csv", "&lt;img src=x onerror=1>.csv"),
    *("a\u202egnp.csv", "b\x1b[31m\n.csv"),
)
FULL_WIDTH = "\uff1d"  # an equal sign to some spreadsheets


class Page(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _value in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "elements are closed in the order in which they were opened"

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def rotated(small_desk: Desk) -> Desk:
    """A desk at which the old key was replaced and turned off, with every kind of thing in the journal."""
    (small_desk.home / "Downloads" / "notes.txt").write_text(f"the key is {small_desk.old.access_key_id}\n")
    assert small_desk.type("scan").code == 0
    result = small_desk.rotate().lines[-1]
    small_desk.advance(days=4)
    for item in (one["item"] for one in result["awaiting"] if one["tickable"]):
        assert small_desk.type("done", item).code == 0
    small_desk.account.root_turn_off(small_desk.old.access_key_id)
    assert small_desk.type("turn-off", "--yes").code == 0
    return small_desk


def test_the_page_tells_what_was_found_done_proved_and_is_left_to_do(rotated: Desk) -> None:
    page = Page(rotated.type("report").out)
    masked = rotated.old.access_key_id.masked
    for said in (
        masked,
        "root user, account 111122223333",
        "being replaced",
        "off since",
        "9 years",
        "family-archive",
        "~/.config/rclone/rclone.conf",
        "Put the new key in place",
        "by a person in the AWS console",
        "said by a person, not seen",
        "Prove every backup with the old key off",
        "identity",
        f"Delete {masked} from",
    ):
        assert said in page.text, said
    assert page.open == []
    assert {"html", "head", "title", "body", "main", "h1", "h2", "table", "caption", "th"} <= page.tags


def test_the_page_is_complete_by_itself_and_runs_nothing(rotated: Desk) -> None:
    text = rotated.type("report").out
    page = Page(text)
    assert not page.tags & {"script", "link", "img", "iframe", "a", "form", "object"}
    assert not page.attributes & {"src", "href", "style"}
    assert "default-src 'none'" in text
    assert "url(" not in text
    assert '<html lang="en">' in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_the_table_has_a_line_for_each_key_place_step_proof_and_thing_to_do(rotated: Desk) -> None:
    lines = rows(rotated.type("report", "--format", "csv").out)
    # AWS refuses the old key by now, which is told as a problem.
    assert {line["kind"] for line in lines} == {"key", "place", "rotation", "step", "proof", "to do", "problem"}
    proof = next(line for line in lines if line["kind"] == "proof")
    assert (proof["what"], proof["bucket"], proof["outcome"]) == ("rclone oma", "family-archive", "proved")
    assert proof["detail"].startswith("identity ✓, list ✓, read ✓, write ✓")
    assert all(line["kind"] and None not in line.values() for line in lines)


def test_the_json_has_what_scan_and_status_have_and_the_journal(rotated: Desk) -> None:
    document = json.loads(rotated.type("report", "--format", "json").out)
    assert rotated.type("report", "--json").document["rotations"] == document["rotations"]
    of_scan = {"keys", "unread", "problems", "blind_spots", "buckets", "search", "searched"}
    assert {"made", "computer", "asked_aws", "rotations", "told", *of_scan} == document.keys()
    (rotation,) = document["rotations"]
    assert rotation["key"] == rotated.old.access_key_id.value
    assert [one["step"] for one in rotation["journal"] if one["went"] == "well"] == [
        *("search", "check", "create", "prove", "switch", "prove-again", "turn-off", "prove-off")
    ]
    assert {one["went"] for one in rotation["journal"]} == {"well", "by-hand"}
    assert {(one["step"], one["bucket"]) for one in rotation["proofs"]} == {
        *(("prove-again", "family-archive"), ("prove-off", "family-archive"))
    }


def test_no_secret_is_in_a_report(rotated: Desk) -> None:
    kept = FileSecrets(rotated.state_dir / "secrets.json")
    keys = {rotated.old.access_key_id, *(one.access_key_id for one in rotated.account.listed_keys())}
    secrets = [pair.secret.reveal() for pair in map(kept.get, keys) if pair is not None]
    assert len(secrets) == 2, "old and new"
    for form in FORMS:
        text = rotated.type("report", "--format", form).out
        assert not any(secret in text for secret in secrets), form


def test_page_and_table_shorten_each_key_id_also_in_the_names_of_files(rotated: Desk) -> None:
    rootkey = rotated.computer.root_key_csv
    rootkey.rename(rootkey.with_name(f"{rotated.old.access_key_id}_accessKeys.csv"))
    for form in ("html", "csv"):
        text = rotated.type("report", "--format", form).out
        assert "_accessKeys.csv" in text
        assert not KEY_ID_IN_TEXT.search(text), form


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_hostile_names_are_shown_and_do_nothing(desk: Desk) -> None:
    content = desk.computer.root_key_csv.read_text()
    for name in HOSTILE:
        (desk.computer.root_key_csv.parent / name).write_text(content)
    text = desk.type("report", "--offline").out
    page = Page(text)
    assert not page.tags & {"script", "b", "img"}
    assert "onerror" not in page.attributes
    assert "~/Downloads/<script>alert(1)<b>.csv" in page.text
    assert "~/Downloads/&lt;img src=x onerror=1>.csv" in page.text
    assert "a�gnp.csv" in page.text
    assert "\u202e" not in text
    assert "\x1b" not in text
    table = desk.type("report", "--offline", "--format", "csv").out
    assert len(rows(table)) == table.count("\n") - 1, "no name begins a line of its own"
    assert "\x1b" not in table


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "formula",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", " =1", f"{FULL_WIDTH}1"),
        *("a;=1+1", "a; =1+1", 'a;"=1+1"', "a,=1+1", "a|=1+1", "a;;-1", f"a;{FULL_WIDTH}1"),
    ],
)
def test_no_cell_is_a_formula_whatever_a_spreadsheet_takes_for_its_edge(
    desk: Desk, formula: str, delimiter: str
) -> None:
    config = desk.computer.rclone_config
    config.write_text(config.read_text().replace("family-archive", formula.strip() or formula))
    table = desk.type("report", "--offline", "--format", "csv").out
    assert formula[-1] in "".join(line["bucket"] for line in rows(table))
    cells = [cell for line in csv.reader(io.StringIO(table, newline=""), delimiter=delimiter) for cell in line]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", FULL_WIDTH))]


def test_a_report_of_a_computer_without_keys_says_so(desk: Desk, tmp_path: Path) -> None:
    desk.home = tmp_path / "empty"
    desk.home.mkdir()
    answer = desk.type("report")
    assert answer.code == 0
    assert "No access key was found." in Page(answer.out).text
    assert "No key was replaced" in Page(answer.out).text


def test_a_report_without_network_says_what_is_not_known(desk: Desk) -> None:
    desk.account.stop()
    answer = desk.type("report")
    assert answer.code == 0
    text = Page(answer.out).text
    assert "What Keyturn could not see" in text
    assert "unknown" in text
    offline = Page(desk.type("report", "--offline").out).text
    assert "AWS was not asked" in offline


@pytest.mark.parametrize(
    ("name", "begins"), [("r.html", "<!DOCTYPE"), ("r.csv", "\ufeffkind,"), ("r.json", "{"), ("r", "<!")]
)
def test_the_files_name_chooses_the_form(desk: Desk, tmp_path: Path, name: str, begins: str) -> None:
    answer = desk.type("report", "--offline", "--output", str(tmp_path / name))
    assert answer.code == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    assert str(tmp_path / name) in answer.out
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_under_json_the_file_is_named_in_the_document(desk: Desk, tmp_path: Path) -> None:
    answer = desk.type("report", "--offline", "--json", "--output", str(tmp_path / "r.html"))
    assert answer.document["path"] == str(tmp_path / "r.html")
    assert (tmp_path / "r.html").read_text().startswith("<!DOCTYPE")


def test_a_file_that_is_there_is_replaced_only_when_that_was_said(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("precious")
    answer = desk.type("report", "--offline", "--output", str(path))
    assert answer.code == 2
    assert path.read_text() == "precious"
    assert desk.type("report", "--offline", "--output", str(path), "--yes").code == 0
    assert path.read_text(encoding="utf-8-sig").startswith("kind,")


@pytest.mark.parametrize("where", ["", "no-such-folder/r.html"])
def test_a_place_that_cannot_be_written_is_told(desk: Desk, tmp_path: Path, where: str) -> None:
    answer = desk.type("report", "--offline", "--yes", "--json", "--output", str(tmp_path / where))
    assert answer.code == 1
    assert answer.document["problem"]["code"] == "report.unwritable"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes among files")
def test_what_is_no_file_is_never_replaced(desk: Desk, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    refused = desk.type("report", "--offline", "--output", str(pipe))
    assert refused.code == 2
    answer = desk.type("report", "--offline", "--yes", "--json", "--output", str(pipe))
    assert (answer.code, answer.document["problem"]["code"]) == (1, "report.unwritable")
    assert pipe.is_fifo()


def test_two_forms_for_one_output_are_refused(desk: Desk) -> None:
    answer = desk.type("report", "--json", "--format", "csv")
    assert answer.code == 2
    assert answer.document["problem"]["code"] == "usage.report"


def test_a_step_that_failed_and_one_that_was_cut_off_are_told_as_that(rotated: Desk) -> None:
    journal = Journal(rotated.state_dir)
    name = journal.rotations()[0].name
    for mark, facts in ((Mark.INTENT, {}), (Mark.FAILED, {"code": "aws.denied"}), (Mark.INTENT, {})):
        journal.write(name, rotated.clock.now(), "undo", mark, facts)
    journal.close()
    (rotation,) = json.loads(rotated.type("report", "--format", "json").out)["rotations"]
    told = [(one["went"], one["detail"]) for one in rotation["journal"] if one["step"] == "undo"]
    assert told == [("badly", "aws.denied"), ("open", "")]
    text = Page(rotated.type("report").out).text
    assert "did not work out, aws.denied" in text
    assert "how it ended is not known" in text


def test_a_report_imports_nothing_heavy_where_aws_is_not_asked(desk: Desk) -> None:
    _out, code, modules = probe("report", "--offline", *desk.options)
    assert code == 0
    assert not modules & HEAVY


def test_of_a_key_that_is_off_the_journal_still_tells_whose_it_was(rotated: Desk) -> None:
    (rotated.state_dir / "seen-keys.json").unlink()
    text = Page(rotated.type("report").out).text
    assert "root user, account 111122223333" in text
    assert "9 years" not in text, "how old it is, nobody tells any more"
