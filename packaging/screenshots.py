"""Pictures of every page, on practice data: `packaging/dev.py screenshots` runs this with the Python of `.venv`.

One rotation is led through the real window, drawn without a screen. Each page is pictured in light and dark, at 100 and
200 %, into `build/screenshots`; the few that the README shows go, with fewer colours, into `resources/screenshots`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from environment import ROOT
from keyturn.desktop.application import make_application
from keyturn.desktop.assistant import AssistantPages
from keyturn.desktop.flow import Flow
from keyturn.desktop.look import DARK, LIGHT, wear
from keyturn.desktop.main_page import ProblemPage
from keyturn.desktop.main_window import Doors, MainWindow
from keyturn.desktop.map_nodes import BucketGoal, PlaceGoal
from keyturn.desktop.progressing import Fortune
from keyturn.desktop.rehearsal import RehearsalStrip, rehearsal_ground
from keyturn.desktop.runner import Runner
from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus, Principal
from keyturn.rotation.advice import Advice
from keyturn.rotation.finding.whole_account import AccountKey
from keyturn.rotation.location import Location
from keyturn_practice.ground import Ground
from keyturn_practice.sample_buckets import OFFICE, PHOTOS
from keyturn_practice.timeline import MovedClock
from window_user import WindowUser, wear_light

ALL, FEW = ROOT / "build" / "screenshots", ROOT / "resources" / "screenshots"
SCALES = (1, 2)
SCHEMES = {"light": LIGHT, "dark": DARK}
# What the README shows: the first in both schemes, the others in the light one.
OVERVIEW = "overview"
SHOWN = (OVERVIEW, "plan", "progress", "watch", "off")
_DAY = 86_400  # seconds
# The same days and the same key IDs each time, so that a picture changes only where the window did.
_BEGIN, _LOT = datetime(2026, 3, 2, 9, tzinfo=UTC), 7
_COLOURS = 32  # of a picture in the README; letters keep their smooth edges


class Photographer(WindowUser):
    """Pictures what they see.

    Args:
        every, few: the folders of all pictures, and of those of the README.
    """

    def __init__(self, application: QApplication, window: MainWindow, scale: int, every: Path, few: Path) -> None:
        super().__init__(application, window)
        self._scale, self._all, self._few = scale, every, few

    def picture(self, name: str) -> None:
        """Picture the window in each scheme."""
        for scheme, colours in SCHEMES.items():
            wear(self.application, colours)
            self.draw()
            image = self.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
            save(image, self._all / f"{name}-{scheme}-{self._scale}00.png")
            if name in SHOWN and self._scale == max(SCALES) and (scheme == "light" or name == OVERVIEW):
                save(with_few_colours(image), self._few / f"{name}-{scheme}.png")
        wear(self.application, LIGHT)


def main() -> None:
    """Take all pictures, each scale in a process of its own."""
    if len(sys.argv) > 1:
        take(int(sys.argv[1]), *map(Path, sys.argv[2:]))
        return
    for scale in SCALES:
        same = {"LANGUAGE": "en", "TZ": "UTC"}
        environment = os.environ | same | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale)}
        command = [sys.executable, __file__, str(scale), str(ALL), str(FEW)]
        subprocess.run(command, env=environment, check=True)
    print(f"{len(list(ALL.glob('*.png')))} pictures are in {ALL}, and those of the README in {FEW}.")


def take(scale: int, every: Path, few: Path) -> None:
    """Lead one rotation through the window."""
    for folder in (every, few):
        folder.mkdir(parents=True, exist_ok=True)
    application = make_application()
    wear_light(application)
    clock = MovedClock(_BEGIN)
    with rehearsal_ground(clock, Random(_LOT)) as ground:  # noqa: S311  (made-up keys, the same in each picture)

        def opened(location: Location, strip: QWidget | None = None) -> Photographer:
            window = MainWindow(Runner(location, clock), _DOORS, strip)
            window.show()
            window.look()
            return Photographer(application, window, scale, every, few)

        for name, location, strip in (
            ("practice", ground.location, RehearsalStrip(ground, clock)),
            ("nothing-found", replace(ground.location, home=ground.ground.folder / "programs"), None),
        ):
            photographer = opened(location, strip)
            photographer.settle()
            photographer.picture(name)
            photographer.leave()
        photographer = opened(ground.location)
        photographer.picture("looking")
        photographer.settle()
        before_the_rotation(photographer)
        rotation(photographer, ground.ground, clock)
        photographer.leave()


def before_the_rotation(photographer: Photographer) -> None:
    """The main window and the pages in front of it."""
    window = photographer.window
    photographer.picture(OVERVIEW)
    photographer.press("Check now")
    photographer.picture("proved")
    for number, name in ((1, "list"), (2, "history-empty"), (0, OVERVIEW)):
        window.view.tabs.setCurrentIndex(number)
        if number:
            photographer.picture(name)
    for button, name in (("I got the mail", "mail"), ("Settings", "settings")):
        photographer.press(button)
        photographer.picture(name)
        photographer.press("Back")
    assert window.overview is not None  # noqa: S101
    window.open_key(window.overview.survey.keys[0].key.access_key_id)
    photographer.picture("key")
    photographer.press("Back")
    for kind, name in ((PlaceGoal, "place"), (BucketGoal, "bucket")):
        goals = (card.node.goal for card in window.view.map.cards)
        window.things.open(next(goal for goal in goals if isinstance(goal, kind)))
        photographer.settle()
        photographer.picture(name)
        photographer.press("Back")
    for name in ("help", "about", "fresh"):
        window.menus.action(name).trigger()
        photographer.settle()
        photographer.picture(name)
        photographer.press("Back")
    account(photographer)
    window.view.rest_wanted.emit()
    photographer.picture("rest")
    photographer.press("Back")
    told = "The connection ended before AWS answered. Nothing was changed, and your backups go on. Try again later."
    window.open_page(ProblemPage(AppError("AWS cannot be reached", told, code="network.ended")))
    photographer.picture("problem")
    photographer.press("Back")


def account(photographer: Photographer) -> None:
    """Every key of the account, and the page of one that is not on this computer."""
    window = photographer.window
    photographer.press("Every key of this account…")
    photographer.picture("account-who")
    photographer.press("Look at every key")
    photographer.picture("account")
    # Made up, since another user's key would give the keys of the pictures that follow other IDs.
    owner = Principal.from_arn("arn:aws:iam::111122223333:user/old-laptop")
    key = AccessKey(AccessKeyId("AKIAQ7ZV3MELSEWHEREX"), owner, KeyStatus.ACTIVE, datetime(2023, 9, 14, tzinfo=UTC))
    window.menu_pages.open_account_key(AccountKey(key, Advice.RETIRE, {"team": "photos"}, None))
    photographer.settle()
    photographer.picture("account-key")
    photographer.press("Back")
    photographer.press("Back")


def rotation(photographer: Photographer, ground: Ground, clock: MovedClock) -> None:
    """One rotation from the key that was found to the deleted one."""
    press, picture = photographer.press, photographer.picture
    old = ground.old.access_key_id
    press("Replace it safely…")
    picture("found")
    press("Choose the way out")
    picture("choose")
    press("Show the plan")
    picture("buckets")
    for bucket in (OFFICE, PHOTOS):
        press(bucket)
    press("Go on with these buckets")
    picture("plan")
    press("Create new key and update four programs", wait=False)
    # Where all of them are proved at once, the page that follows is pictured instead of none.
    photographer.wait_for(
        lambda: _is_half_proved(photographer.assistant.flow) or photographer.assistant.flow.job is None
    )
    picture("progress")
    photographer.settle()
    picture("proof")
    press("Continue")
    picture("by-hand")
    for item in photographer.assistant.flow.by_hand:
        press(f"I did this: {item.title}")
    picture("watch")
    press("Finish later")
    picture("overview-while-watching")
    photographer.window.view.tabs.setCurrentIndex(2)
    picture("history")
    overview = photographer.window.overview
    assert overview is not None  # noqa: S101
    photographer.window.open_undo(overview.rotations[0][0].name)
    photographer.settle()
    picture("back")
    press("Close it as it stands…")
    picture("end")
    press("Back")
    press("Finish later")
    photographer.window.view.tabs.setCurrentIndex(0)
    clock.advance(4 * _DAY)
    photographer.window.look()
    photographer.settle()
    picture("overview-on-the-day")
    press("Turn it off…")
    picture("question")
    press("No, nothing else uses it")
    photographer.say_yes_to_all_unseen()
    picture("turn-off")
    ground.account.root_turn_off(old)
    press("Open the practice console")
    picture("off")
    clock.advance(8 * _DAY)
    press("Back to overview")
    picture("overview-while-off")
    press("Delete it…")
    picture("delete")
    ground.account.root_delete(old)
    photographer.type_into(f"Last four characters of {old.masked}", old.last4)
    press(f"I deleted {old.masked}")
    picture("deleted")
    press("Back to overview")
    picture("overview-at-the-end")


def _is_half_proved(flow: Flow) -> bool:
    fortunes = [flow.progress.fortune_of(one.identity) for one in flow.programs]
    return 0 < fortunes.count(Fortune.PROVED) < len(fortunes)


def _never(*_nothing: object) -> None:
    raise RuntimeError("no other window is opened here")


_DOORS = Doors(lambda runner, errand: AssistantPages(runner, errand, browse=lambda address: None), _never, _never)


def with_few_colours(image: QImage) -> QImage:
    """The same picture with its most frequent colours alone, and so a fraction of its size."""
    pixels = memoryview(image.constBits()).cast("I")
    table = [colour for colour, _count in Counter(pixels.tolist()).most_common(_COLOURS)]
    return image.convertToFormat(QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.ThresholdDither)


def save(image: QImage, path: Path) -> None:
    """Write a picture as small as PNG allows."""
    if not image.save(str(path), quality=0):
        raise OSError(f"{path} could not be written")


if __name__ == "__main__":
    main()
