"""What the new key can do and what it cannot, in a card beside the plan."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from keyturn.desktop.font_sizes import em
from keyturn.desktop.look import ColorTone
from keyturn.desktop.pages.parts import FixedText, Fold, bullets
from keyturn.desktop.plan_view import PlanFacts
from keyturn.desktop.reflowing import ReflowingRow
from keyturn.desktop.widgets import Card, Strong
from keyturn.model.text import _
from keyturn.rotation.steps import Route

_SIDE_BY_SIDE = 44  # line heights


class RightsCard(Card):
    """The rights, and, folded, the policy that says them to AWS."""

    def __init__(self, plan: PlanFacts) -> None:
        super().__init__()
        if plan.can:
            self.column.addWidget(Strong(_can(plan)))
            powerful = plan.route is Route.NEW_ROOT_KEY
            shape, tone = ("exclamation", ColorTone.ATTENTION) if powerful else ("check", ColorTone.GOOD)
            self.column.addWidget(bullets(plan.can, shape, tone))
        if plan.cannot:
            if plan.can:
                self.column.addSpacing(em(self, 0.4))
                self.column.addWidget(Strong(_("What it cannot do")))
            self.column.addWidget(bullets(plan.cannot, "cross", ColorTone.NEUTRAL))
        if plan.policy:
            self.column.addWidget(Fold(_("Its policy, as AWS reads it"), lambda: FixedText(plan.policy, _("Policy"))))
        self.column.addStretch(1)


def _can(plan: PlanFacts) -> str:
    if plan.user_name is None:
        return _("What the new key can do")
    return _("What the new key of user {name} can do").format(name=plan.user_name)


class BesideEachOther(QWidget):
    """A line of moments and a card: side by side where there is room, else the card below the line."""

    def __init__(self, line: QWidget, card: QWidget) -> None:
        super().__init__()
        self._row = ReflowingRow(self, _SIDE_BY_SIDE)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(em(self, 1.5))
        self._row.addWidget(line, 3, Qt.AlignmentFlag.AlignTop)
        self._row.addWidget(card, 2, Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the card below the line where the page is narrow."""
        super().resizeEvent(event)
        self._row.reflow()
