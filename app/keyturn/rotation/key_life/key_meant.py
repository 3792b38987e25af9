"""The key that a person means: by its ID, by its last characters, or as it is shown."""

from __future__ import annotations

from keyturn.model.errors import UsageError
from keyturn.model.keys import as_typed
from keyturn.model.text import _
from keyturn.rotation.finding.survey import FoundKey, Survey


def key_meant(survey: Survey, text: str) -> FoundKey:
    """The key that `text` may mean.

    Raises:
        UsageError: where no key, or more than one, is meant.
    """
    meant = survey.find(text)
    if len(meant) == 1:
        return meant[0]
    here = ", ".join(found.key.access_key_id.masked for found in (meant or survey.keys))
    if meant:
        raise UsageError(
            _("More than one key ends with “{text}”").format(text=text),
            _("Give more of it, or all of it: {keys}. Nothing was changed.").format(keys=here),
            code="usage.key",
        )
    raise UsageError(
        _("No such key on this computer: {text}").format(text=as_typed(text)),
        _("Keys that are here: {keys}. Nothing was changed. `keyturn scan` shows them.").format(keys=here or _("none")),
        code="usage.key",
    )
