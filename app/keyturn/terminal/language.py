"""In which language Keyturn speaks."""

from __future__ import annotations

from keyturn.computer.catalogues import CATALOGUES, DOMAIN, languages
from keyturn.model.errors import UsageError
from keyturn.model.text import _, use_catalogue


def speak(language: str | None, usual: str | None = None) -> None:
    """Speak `language`; without one, the usual language or that of the system, where Keyturn knows it, else English.

    Args:
        usual: what the settings say.

    Raises:
        UsageError: where Keyturn was asked for a language that it does not know.
    """
    if language is None and not CATALOGUES.is_dir():
        return  # there is none yet, and looking for the system's language takes its time
    import gettext

    if language is None:
        wanted = None if usual is None else [usual.replace("-", "_")]
        use_catalogue(gettext.translation(DOMAIN, str(CATALOGUES), wanted, fallback=True))
        return
    if language.replace("-", "_").partition("_")[0] == "en":
        use_catalogue(gettext.NullTranslations())
        return
    try:
        use_catalogue(gettext.translation(DOMAIN, str(CATALOGUES), languages=[language.replace("-", "_")]))
    except OSError:
        known = ", ".join(("en", *languages()))
        raise UsageError(
            _("Keyturn does not speak “{language}” yet").format(language=language),
            _("Nothing was changed. It knows: {known}.").format(known=known),
            code="usage.language",
        ) from None
