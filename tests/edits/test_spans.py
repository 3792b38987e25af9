"""A change touches its span and nothing else, and a person can look at it without seeing a secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.edits.pictures import masked_diff
from keyturn.edits.spans import Change, Span, apply_changes
from keyturn.model.keys import Secret

OLD_ID, NEW_ID = b"AKIAIOSFODNN7EXAMPLE", b"AKIAI44QH8DHBEXAMPLE"
OLD_SECRET, NEW_SECRET = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", b"je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
PATH = Path("/home/anna/.aws/credentials")


def span_of(content: bytes, text: bytes) -> Span:
    start = content.index(text)
    return Span(start, start + len(text))


def pair_changed(content: bytes) -> list[Change]:
    return [Change(span_of(content, OLD_SECRET), NEW_SECRET), Change(span_of(content, OLD_ID), NEW_ID)]


CREDENTIALS = b"# mine\r\n[default]\r\naws_access_key_id = %b\r\naws_secret_access_key = %b\r\nregion = eu-west-1" % (
    OLD_ID,
    OLD_SECRET,
)


def test_changes_are_made_in_any_order_and_all_other_bytes_stay() -> None:
    assert apply_changes(CREDENTIALS, pair_changed(CREDENTIALS)) == CREDENTIALS.replace(OLD_ID, NEW_ID).replace(
        OLD_SECRET, NEW_SECRET
    )


@pytest.mark.parametrize(
    "changes",
    [
        [Change(Span(0, 4), b""), Change(Span(3, 5), b"")],
        [Change(Span(2, 2), b"a"), Change(Span(2, 2), b"b")],
        [Change(Span(5, 100), b"")],
    ],
    ids=["overlap", "same spot twice", "outside"],
)
def test_changes_that_contradict_each_other_are_refused(changes: list[Change]) -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply_changes(b"0123456789", changes)


@given(st.data())
def test_the_bytes_between_changes_are_never_touched(data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.binary(max_size=6), min_size=1, max_size=5))
    old = data.draw(st.lists(st.binary(min_size=1, max_size=6), min_size=len(kept) - 1, max_size=len(kept) - 1))
    new = data.draw(st.lists(st.binary(max_size=6), min_size=len(old), max_size=len(old)))
    content, changes = kept[0], []
    for value, replacement, between in zip(old, new, kept[1:], strict=True):
        changes.append(Change(Span(len(content), len(content) + len(value)), replacement))
        content += value + between
    wanted = kept[0] + b"".join(a + b for a, b in zip(new, kept[1:], strict=True))
    assert apply_changes(content, data.draw(st.permutations(changes))) == wanted


def test_a_replacement_does_not_show_in_the_repr() -> None:
    assert NEW_SECRET.decode() not in repr(Change(Span(0, 1), NEW_SECRET))


def test_the_diff_shows_what_changes_with_ids_shortened_and_secrets_hidden() -> None:
    assert masked_diff(PATH, CREDENTIALS, pair_changed(CREDENTIALS)).splitlines() == [
        "--- /home/anna/.aws/credentials",
        "+++ /home/anna/.aws/credentials",
        "@@ -1,5 +1,5 @@",
        " # mine",
        " [default]",
        "-aws_access_key_id = AKIA…MPLE",
        "-aws_secret_access_key = ••••",
        "+aws_access_key_id = AKIA…MPLE",
        "+aws_secret_access_key = ••••",
        " region = eu-west-1",
        "\\ No newline at end of file",
    ]


def test_nothing_to_change_is_no_diff() -> None:
    assert masked_diff(PATH, CREDENTIALS, []) == ""
    assert masked_diff(PATH, CREDENTIALS, [Change(span_of(CREDENTIALS, OLD_ID), OLD_ID)]) == ""


def test_changes_far_apart_make_hunks_with_their_own_line_numbers() -> None:
    content = b"".join(b"line %d\n" % number for number in range(1, 31))
    diff = masked_diff(PATH, content, [Change(span_of(content, b"5"), b"5\nx"), Change(span_of(content, b"28"), b"y")])
    assert [line for line in diff.splitlines() if line.startswith("@@")] == ["@@ -3,5 +3,6 @@", "@@ -26,5 +27,5 @@"]


@pytest.mark.parametrize(
    "line",
    [
        "password: hunter2 and more",
        "export RESTIC_PASSWORD='hunter2'",
        "set -gx RESTIC_PASSWORD hunter2",
        '  "apiToken" : "hunter2",',
        "gpg_passphrase = hunter2",
        "repository = rest:https://anna:hunter2@host/path",
        "account_key=hunter2",
        "pass = hunter2",
        "secret_access_key = hunter2",
        "# old secret hunter2",
        "curl --oauth-token hunter2",
        "curl -u anna:hunter2 https://host",
        "mysqldump -uroot -phunter2 shop",
        "sshpass -p hunter2 rsync a b",
    ],
)
def test_secrets_in_the_lines_around_are_hidden(line: str) -> None:
    content = f"{line}\naws_access_key_id = ".encode() + OLD_ID
    diff = masked_diff(PATH, content, [Change(span_of(content, OLD_ID), NEW_ID)])
    assert "hunter2" not in diff
    assert "••••" in diff


def test_a_known_secret_of_another_program_is_hidden_in_the_lines_around() -> None:
    Secret("madeUp/Neighbour1")
    content = b"# was madeUp%2FNeighbour1 and madeUp/Neighbour1\naws_access_key_id = " + OLD_ID
    diff = masked_diff(PATH, content, [Change(span_of(content, OLD_ID), NEW_ID)])
    assert " # was •••• and ••••\n" in diff


@pytest.mark.parametrize(
    "line",
    [
        "mkdir -p /srv/backup",
        "ssh -p 22 host",
        "env_auth = false",
        "region = eu-west-1",
        "remote = aws:photos-backup/home",
        "password_file = /etc/restic/pw",
    ],
)
def test_harmless_lines_around_stay_readable(line: str) -> None:
    content = f"{line}\naws_access_key_id = ".encode() + OLD_ID
    assert f" {line}\n" in masked_diff(PATH, content, [Change(span_of(content, OLD_ID), NEW_ID)])


def test_what_is_said_to_be_secret_is_hidden_however_short_and_whatever_it_looks_like() -> None:
    content = b"a = abc\nb = %b\nc = hunter2-x\nd = hunter2-x-and-more\n# hunter2-x-and-more" % OLD_ID
    hide = [span_of(content, text) for text in (b"abc", OLD_ID, b"hunter2-x", b"hunter2-x-and-more")]
    diff = masked_diff(PATH, content, [Change(span_of(content, OLD_ID), NEW_ID)], hide=hide)
    assert [line[1:] for line in diff.splitlines()[3:]] == ["a = ••••", "b = ••••", "b = ••••", "c = ••••", "d = ••••"]


def test_a_secret_that_is_a_part_of_another_does_not_leave_the_rest_of_it_to_be_seen() -> None:
    content = b"# hunter2-x-and-more.\nid = %b\n\n\n\nc = hunter2-x\nd = hunter2-x-and-more\n" % OLD_ID
    hide = [span_of(content, b"hunter2-x\n"), span_of(content, b"hunter2-x-and-more\n")]
    diff = masked_diff(
        PATH, content, [Change(span_of(content, OLD_ID), NEW_ID)], hide=[Span(s.start, s.end - 1) for s in hide]
    )
    assert " # ••••.\n" in diff


def test_changes_with_few_lines_between_them_are_shown_together() -> None:
    content = b"one\n2\n3\n4\n5\nsix\n"
    diff = masked_diff(PATH, content, [Change(span_of(content, b"one"), b"x"), Change(span_of(content, b"six"), b"y")])
    assert [line for line in diff.splitlines() if line.startswith("@@")] == ["@@ -1,6 +1,6 @@"]
    assert [line for line in diff.splitlines() if line[0] == " "] == [" 2", " 3", " 4", " 5"]


def test_a_terminal_cannot_be_played_with() -> None:
    content = b"# \x1b[2J\x07\n" + OLD_ID
    diff = masked_diff(Path("/home/\x1b[31m/x"), content, [Change(span_of(content, OLD_ID), NEW_ID)])
    assert "\x1b" not in diff
    assert "\x07" not in diff


secrets = st.text("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789/+", min_size=40, max_size=40)
ids = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=16).map("AKIA".__add__)
noise = st.lists(
    st.sampled_from(
        ["\n", "\n", "\r\n", " ", "=", '"', "'", "x", "# ", "key = ", "secret: ", "[a]\n", "é", "export A="]
    ),
    max_size=8,
).map("".join)


@given(st.data())
def test_no_secret_and_no_whole_id_is_ever_in_a_diff(data: st.DataObject) -> None:
    old, new, others = data.draw(secrets), data.draw(secrets), data.draw(st.lists(secrets, max_size=2))
    old_id, new_id, other_id = data.draw(ids), data.draw(ids), data.draw(ids)
    short = data.draw(st.sampled_from(["hunter2-hunter2", "p4ss w0rd!", "zwölf-Kühe-im-Gras"]))
    pieces = data.draw(
        st.permutations([f" {old} ", f" {old_id} ", f" {other_id} ", short, *(f" {other} " for other in others)])
    )
    text = "".join(piece + data.draw(noise) for piece in ["", *pieces])
    content = text.encode()
    changes = [
        Change(span_of(content, old.encode()), new.encode()),
        Change(span_of(content, old_id.encode()), new_id.encode()),
    ]
    # What is hidden is hidden wherever it recurs.
    recurring = content + b"\n# " + old.encode() + b" " + short.encode() + b" " + new.encode()
    diff = masked_diff(PATH, recurring, changes, hide=[span_of(content, short.encode())])
    for hidden in (old, new, short, *others, old_id, new_id, other_id):
        assert hidden not in diff
        assert len(hidden) < 40 or hidden[:20] not in diff
