"""What else uses the key: several web pages are told apart by their names."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from keyturn.desktop.pages.used_elsewhere import UsedElsewhere
from keyturn.desktop.plan_view import command_options
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.steps import Route


def test_each_web_page_that_is_named_is_awaited_by_itself(qtbot: QtBot) -> None:
    told: list[tuple[str, ...]] = []
    card = UsedElsewhere((), told.append)
    qtbot.addWidget(card)
    card.show()
    assert not card.pages.isVisible()
    card._boxes["web-page"].setChecked(True)
    assert card.pages.isVisible()
    assert told[-1:] == [("web-page",)], "one without a name is enough"
    card.pages.setText("Shop,  GitHub   Actions , ,!")
    assert told[-1:] == [("web-page:Shop", "web-page:GitHub Actions")]

    again = UsedElsewhere(told[-1], told.append)
    qtbot.addWidget(again)
    assert again.ticked == ("web-page:Shop", "web-page:GitHub Actions")
    card._boxes["web-page"].setChecked(False)
    assert told[-1:] == [()]


def test_the_command_that_does_the_same_names_each_of_them() -> None:
    said = command_options(Options(also=("web-page:Shop", "arq-7")), Route.SCOPED_USER)
    assert said == ("--route", "scoped-user", "--also", "web-page:Shop", "--also", "arq-7")
