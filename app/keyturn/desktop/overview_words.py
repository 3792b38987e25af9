"""What the main view says of an overview beside its situation: the button's text, and the line at the bottom."""

from __future__ import annotations

from keyturn.desktop.overview import Overview
from keyturn.desktop.picture import order_for
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.finding.situation import Mood, no_answer
from keyturn.rotation.steps import Step


def proof_sentence(overview: Overview) -> str:
    """What was looked at or proved, with a place for `when`."""
    if not overview.proofs or not overview.all_are_proved:
        return _("Looked {when}")
    if overview.failed:
        return _("Checked {when}")
    if all(proof.ok and proof.bucket is not None for proof in overview.proofs):
        return _("Every backup proved {when}")
    places = {proof.place for proof in overview.proofs}
    unnamed = {proof.place for proof in overview.proofs if proof.bucket is None}
    open_still = {proof.place for proof in overview.proofs if not proof.ok or proof.bucket is None}
    # Filled in twice: `when` is told anew each minute.
    text = _("Checked {{when}}: {count} of {all} proved, none failed")
    if open_still == unnamed:
        text = plural(
            "Checked {{when}}: {count} of {all} proved, {rest} names no bucket",
            "Checked {{when}}: {count} of {all} proved, {rest} name no bucket",
            len(unnamed),
        )
    return text.format(count=len(places - open_still), all=len(places), rest=len(unnamed))


def search_sentence(overview: Overview) -> str:
    """What the search of a folder gave, with what was looked at; empty where none was asked for."""
    searched = overview.survey.searched
    if searched is None:
        return ""
    folders = ", ".join(labels.short_path(folder, overview.home) for folder in searched.folders)
    files = plural("{count} file", "{count} files", searched.files).format(count=f"{searched.files:,}")
    where = dict.fromkeys(labels.short_path(one.path, overview.home) for one in searched.findings.places)
    if where:
        text = _("Searched {files} in {folders}: a key stands in {where} as well.")
    else:
        text = _(
            "Searched {files} in {folders}: no key stands there in a file that could be read, beyond what is shown."
        )
    early = "" if searched.finished else _("The search was ended early.")
    return " ".join(part for part in (text.format(files=files, folders=folders, where=", ".join(where)), early) if part)


def order_of(overview: Overview) -> str:
    """What the header's button says; empty where nothing is called for."""
    if overview.under_way:
        rotation, result = overview.under_way[0]
        if overview.waiting is not None and overview.situation.mood is Mood.FINE:
            return ""  # a day without work has no button that does nothing
        items = {one.item for one in result.awaiting}
        if rotation.step is Step.WATCH and items <= {Step.TURN_OFF.value}:
            return _("Turn it off…")
        if rotation.step is Step.DELETE and items <= {Step.DELETE.value}:
            return _("Delete it…")
        return _("Continue…")
    if overview.situation.mood is Mood.UNKNOWN and no_answer(overview.survey) is not None:
        return try_again()
    if overview.situation.mood is not Mood.NEEDS_YOU:
        return ""
    return order_for(overview.present.keys[0].advice)


def try_again() -> str:
    """What the header's button says where a look did not work out."""
    return _("Try again")
