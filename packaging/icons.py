"""The program's icon in the forms that macOS and Windows want, from the one drawing in `resources/icons/`."""

from __future__ import annotations

import os
from pathlib import Path

SIDE = 1024  # points; the largest that macOS shows


def write(drawing: Path, folder: Path) -> None:
    """Write `keyturn.icns` and `keyturn.ico` into `folder`."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    draw(drawing, folder / "keyturn.png", SIDE)
    with Image.open(folder / "keyturn.png") as image:
        image.save(folder / "keyturn.icns")
        image.save(folder / "keyturn.ico", sizes=[(side, side) for side in (16, 20, 24, 32, 48, 256)])


def draw(drawing: Path, picture: Path, side: int) -> None:
    """Write the drawing as a PNG with `side` points on each side."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(drawing)).render(painter)
    painter.end()
    if not image.save(str(picture)):
        raise OSError(f"{picture} could not be written")
