"""Which Keyturn this is, what it is made of, and under which licences."""

from __future__ import annotations

import platform
from importlib import metadata

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QWidget

import keyturn
from keyturn.desktop.copying import put_on_clipboard
from keyturn.desktop.fact_card import FactCard
from keyturn.desktop.main_page import MainPage
from keyturn.desktop.place_words import Fact
from keyturn.desktop.widgets import Button, Quiet, Subheading
from keyturn.model.text import _

# What `pyproject.toml` names; a test keeps the two alike.
LIBRARIES = (
    *("PySide6-Essentials", "boto3", "keyring", "SecretStorage", "psutil", "PyNaCl", "rich", "ruamel.yaml"),
    *("appdirs", "filelock", "icalendar", "urllib3"),
)


class AboutPage(MainPage):
    """The page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("About Keyturn"), parent)
        version = _("Version {version}").format(version=keyturn.__version__)
        self.say_under_heading(version)
        copy = Button(_("Copy for a fault report"))
        system = f"{platform.system()} {platform.release()}, {platform.machine()}"
        parts = f"Python {platform.python_version()}, Qt {qVersion()}"
        copy.clicked.connect(lambda: put_on_clipboard(f"Keyturn {keyturn.__version__}, {system}, {parts}"))
        self.orders.add(copy)
        card = FactCard()
        card.add(_("Keyturn"), Fact(version, _("Its own licence is not stated yet.")))
        card.add(_("Runs with"), Fact(parts, system))
        self.column.addWidget(card)
        self.column.addWidget(Subheading(_("What it is made of")))
        made_of = FactCard()
        for name in LIBRARIES:
            known = _licence_of(name)
            if known is not None:
                made_of.add(name, Fact(*known))
        self.column.addWidget(made_of)
        qt = _("Qt is used under the LGPL 3: its libraries are files of their own, and may be replaced.")
        self.column.addWidget(Quiet(qt))
        self.column.addWidget(
            Quiet(_("Where Keyturn was installed as one package, each licence's text lies beside it."))
        )
        self.column.addStretch(1)


def _licence_of(name: str) -> tuple[str, str] | None:
    """The version of a library and the licence that it states; None where it is not installed on this system."""
    try:
        fields = metadata.metadata(name).json
    except metadata.PackageNotFoundError:
        return None
    # Core metadata: `License-Expression` since 2.4; before that `License`, or classifiers.
    classifiers = [one for one in fields.get("classifier", ()) if one.startswith("License ::")]
    named = ", ".join(one.rpartition(" :: ")[2] for one in classifiers)
    plain = str(fields.get("license", "")).partition("\n")[0]
    stated = str(fields.get("license_expression", "")) or named or plain
    return _("Version {version}").format(version=fields["version"]), stated or _("licence not stated")
