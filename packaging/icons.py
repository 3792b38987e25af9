"""The program's icon in the forms that macOS and Windows want, from the one drawing in `resources/icons/`."""

from __future__ import annotations

import os
from pathlib import Path

SIDE = 1024  # points; the largest that macOS shows


def write(drawing: Path, folder: Path) -> None:
    """Write `keyturn.icns` and `keyturn.ico` into `folder`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication([])
    picture = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(str(drawing)).render(painter)
    painter.end()
    folder.mkdir(parents=True, exist_ok=True)
    picture.save(str(folder / "keyturn.png"))
    del application
    with Image.open(folder / "keyturn.png") as image:
        image.save(folder / "keyturn.icns")
        image.save(folder / "keyturn.ico", sizes=[(side, side) for side in (16, 20, 24, 32, 48, 256)])
