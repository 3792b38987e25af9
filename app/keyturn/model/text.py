"""Sentences for people, in their language.

Every sentence that a person may read is an English message wrapped in `_` where it is written, so that the window and
the terminal share one catalogue. Placeholders are filled after translation: `_("{count} keys").format(count=2)`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyturn.model.known_secrets import without_secrets

if TYPE_CHECKING:
    import gettext

# Controls but tab and line feed, and the signs that turn the direction of writing.
_OBEYED = {
    **dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "�"),
    **dict.fromkeys((0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "�"),
}
_COULD_BEGIN_MARKUP = re.compile(r"[<&](?=\S)")

_catalogue: gettext.NullTranslations | None = None  # None: the sentences as they are written, in English


def use_catalogue(catalogue: gettext.NullTranslations) -> None:
    """Translate from now on with `catalogue`; the face that starts the program calls this once."""
    global _catalogue
    _catalogue = catalogue


def _(message: str) -> str:
    """Return `message` in the language of the person."""
    return message if _catalogue is None else _catalogue.gettext(message)


def printable(text: str) -> str:
    """The text without control characters, and without those that turn the direction of writing.

    Names come from files and from AWS, and a terminal, a browser or a spreadsheet obeys such characters.
    """
    return "".join(character if character.isprintable() else "�" for character in text)


def shown(text: str) -> str:
    """The text as it may be shown or printed: without a known secret, and without such characters."""
    return printable(without_secrets(text))


def in_widget(text: str) -> str:
    """The text as the window shows it: as `shown`, but its lines, and places where it may be broken, stay."""
    return without_secrets(text).translate(_OBEYED)


def capitalized(text: str) -> str:
    """The text as a line or a sentence begins with it: its first letter is a capital one, and the others stay."""
    return text[:1].upper() + text[1:]


def unmarked(text: str) -> str:
    """The text as `in_widget`, with an invisible sign wherever it could begin markup or an entity.

    Tool tips, trays and notifications guess whether a text is markup, and the name of a remote may hold a picture on a
    server. It is seen as it stands, and nobody takes it for markup.
    """
    return _COULD_BEGIN_MARKUP.sub("\\g<0>\u2060", in_widget(text))


def language() -> str:
    """The language that sentences are in, such as `en` or `pt-BR`."""
    known = {} if _catalogue is None else _catalogue.info()
    return known.get("language", "en").replace("_", "-")


def plural(one: str, many: str, count: int) -> str:
    """Return the form of the sentence that fits `count` (still with its placeholders)."""
    if _catalogue is None:
        return one if count == 1 else many
    return _catalogue.ngettext(one, many, count)
