"""What the person told Keyturn and nobody saw: shown as that, and taken back where it was given."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.desktop.flow import Flow
from keyturn.desktop.pages.assistant_page import PageView
from keyturn.desktop.widgets import Card, LinkButton, Subheading, Text
from keyturn.model.text import _
from keyturn.rotation.steps import Awaited, Step


def said(flow: Flow) -> tuple[Awaited, ...]:
    """What the person said, for a page's signature."""
    return () if flow.standing is None else flow.standing.result.said


def add_told(page: PageView, flow: Flow) -> None:
    """Put it at the end of the page; nothing where nothing was said."""
    if flow.standing is None or not said(flow):
        return
    can_be_taken_back = flow.standing.rotation.step in {Step.WATCH, Step.TURN_OFF}
    page.add(Subheading(_("What you told Keyturn, and it has not seen")))
    card = Card()
    for one in said(flow):
        card.column.addLayout(_row(page, one, can_be_taken_back=can_be_taken_back))
    page.add(card)


def _row(page: PageView, one: Awaited, *, can_be_taken_back: bool) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(Text(_("You told Keyturn that this is done: {what}").format(what=one.title)), 1)
    if can_be_taken_back:
        button = LinkButton(_("Take it back"))
        button.setAccessibleName(_("Take it back: {what}").format(what=one.title))
        button.clicked.connect(lambda: page.act.do(WindowJob(Work.TAKE_BACK, item=one.item)))
        row.addWidget(button)
    return row
