"""Which view shows which page of the assistant."""

from __future__ import annotations

from keyturn.desktop.assistant_work import Page
from keyturn.desktop.pages.assistant_page import PageView
from keyturn.desktop.pages.choosing_page import ChoosePage, FoundPage, LookingPage
from keyturn.desktop.pages.closing_page import EndPage
from keyturn.desktop.pages.deciding_page import DecidePage
from keyturn.desktop.pages.ending import DeletedPage, DeletePage, OffPage, UndonePage
from keyturn.desktop.pages.lost_secret import SecretPage
from keyturn.desktop.pages.pairing import PairPage
from keyturn.desktop.pages.planning_page import PlanPage
from keyturn.desktop.pages.putting_back import BackPage
from keyturn.desktop.pages.running_page import ProgressPage, ProofPage
from keyturn.desktop.pages.stopped import StoppedPage
from keyturn.desktop.pages.turning_off_page import TurnOffPage
from keyturn.desktop.pages.waiting_page import ByHandPage, WatchPage
from keyturn.desktop.pages.ways_out_page import WaysOutPage

VIEWS: dict[Page, type[PageView]] = {
    Page.LOOKING: LookingPage,
    Page.FOUND: FoundPage,
    Page.CHOOSE: ChoosePage,
    Page.PAIR: PairPage,
    Page.PLAN: PlanPage,
    Page.PROGRESS: ProgressPage,
    Page.PROOF: ProofPage,
    Page.BY_HAND: ByHandPage,
    Page.WATCH: WatchPage,
    Page.TURN_OFF: TurnOffPage,
    Page.OFF: OffPage,
    Page.DELETE: DeletePage,
    Page.DELETED: DeletedPage,
    Page.UNDONE: UndonePage,
    Page.STOPPED: StoppedPage,
    Page.DECIDE: DecidePage,
    Page.LOST: SecretPage,
    Page.WAYS_OUT: WaysOutPage,
    Page.BACK: BackPage,
    Page.END: EndPage,
}
