"""What the window says names its buttons, and not the commands of the terminal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from keyturn.desktop import dates
from keyturn.desktop.flow import where_we_are
from keyturn.desktop.look import ColorTone
from keyturn.desktop.widgets import Quiet, Toned, Verbatim
from keyturn.desktop.window_words import in_window
from keyturn.rotation import labels
from keyturn.rotation.finding.situation import elsewhere

from .test_assistant import Person, person

__all__ = ["person"]  # the fixture


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("`keyturn continue` carries it on, `keyturn undo` puts it back.", "“Carry on” carries it on, “Put everything"),
        ("It is turned off first: `keyturn turn-off`.", "It is turned off first: “Turn it off…”."),
        ("Then `keyturn delete 20261121-a --confirm 7Q2P`.", "Then “Delete it…”."),
        ("To replace one: `keyturn rotate KEY --pair`.", "To replace one: “Replace it…”."),
        ("The keeper does it: `keyturn rotate 7Q2P --as WHO`.", "The keeper does it: “Who makes this change”."),
        ("`keyturn clients` lists the programs.", "`keyturn clients` lists the programs."),
        ("Leave it out with --only.", "Leave it out with “More choices”."),
        ("name it with --also and its bucket", "name it with “Something else uses it” and its bucket"),
        ("rotate again with --also qnap-hbs and", "rotate again with “Something else uses it” and"),
        ("or look at its disk with --home DIR; in a", "or look at its disk with “Look at another disk…”; in a"),
        ("“keyturn scan --search FOLDER” looks into it", "“Search a folder…” looks into it"),
        ("Search its folder: keyturn scan --search FOLDER", "Search its folder: “Search a folder…”"),
        ("name them after --search.", "name them after “Search a folder…”."),
        ("Choose another name with --user-name.", "Choose another name with “More choices”."),
        ("then rotate with --route new-root-key; or ask", "then rotate with “A new root key”; or ask"),
        ("Choose --route same-user, which keeps", "Choose “A new key for the same user”, which keeps"),
        ("no key any more: `keyturn keeper make --as WHO`.", "no key any more: “Make the keeper…”."),
        ("`keyturn keeper remove --as WHO` deletes it", "`keyturn keeper remove --as WHO` deletes it"),
        ("`keyturn hold 7Q2P` asks it to wait", "“Ask to leave it on” asks it to wait"),
        ("`keyturn hold 7Q2P --release` says so", "“This computer needs it no more” says so"),
        ("keyturn undo is a command.", "keyturn undo is a command."),
    ],
)
def test_a_command_becomes_the_button_that_does_the_same(said: str, shown: str) -> None:
    assert in_window(said).startswith(shown)


def test_every_sentence_in_the_window_does_so_and_a_command_to_copy_does_not(qtbot: QtBot) -> None:
    sentence, command = Quiet("`keyturn undo` puts it back."), Verbatim("keyturn undo 20261121-a")
    for one in (sentence, command):
        qtbot.addWidget(one)
    assert sentence.text() == "“Put everything back…” puts it back."
    assert command.accessibleName() == "keyturn undo 20261121-a"
    sentence.setText("Run `keyturn continue`.")
    assert "Carry on" in sentence.text()


def test_one_page_tells_all_its_dates_in_one_way(person: Person) -> None:
    person.to_the_proof()
    person.press("Continue")
    standing = person.assistant.flow.standing
    assert standing is not None and standing.rotation.switched_at is not None
    person.open(standing.rotation.name)
    shown = person.read()
    assert dates.lately(standing.rotation.started) in where_we_are(standing)
    assert dates.lately(standing.rotation.switched_at) in shown
    assert labels.near_day(standing.rotation.switched_at + timedelta(days=3)) in shown
    assert str(standing.rotation.switched_at.year) + "-" not in shown


def test_a_mail_about_a_key_that_is_elsewhere_is_answered_with_what_can_be_pressed(qtbot: QtBot) -> None:
    question, endings = elsewhere()
    answer = Toned()
    qtbot.addWidget(answer)
    answer.show_text(f"{question} {'; '.join(endings)}", ColorTone.NEUTRAL)
    assert "“Look at another disk…”" in answer.text() and "--" not in answer.text()
