"""HTML that cannot be broken out of: every text is escaped where it comes in, and only this module makes markup."""

from __future__ import annotations

import html

from keyturn.rotation.reporting.report import fit_to_print


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def tag(name: str, *children: str, **attributes: str) -> Markup:
    """An element. Children that are not `Markup` are text: they are made fit to print, and escaped.

    Args:
        attributes: a trailing underscore is left out (`class_`), others become hyphens (`aria_label`).
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(fit_to_print(value))}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{written}>{together(*children)}</{name}>")


def together(*children: str) -> Markup:
    """Several elements and texts, one after the other."""
    return Markup("".join(one if isinstance(one, Markup) else html.escape(fit_to_print(one)) for one in children))
