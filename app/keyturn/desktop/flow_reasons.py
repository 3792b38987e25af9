"""Why a piece of work may not be done now, for the button that does it; without a screen, and from the flow alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyturn.desktop.assistant_work import WindowJob, Work
from keyturn.model.text import _
from keyturn.rotation.steps import Step

if TYPE_CHECKING:
    # The flow asks this module.
    from keyturn.desktop.flow import Flow

_AT_AWS = frozenset({Work.TURN_OFF, Work.TURN_ON, Work.DELETE})


def reason_against(flow: Flow, job: WindowJob) -> str:
    """Why this may not be done now; empty where it may."""
    if flow.job is not None:
        return _("Something is being done now.")
    if _is_elsewhere(flow) and not flow.who.said and job.work in _AT_AWS:
        # Its signer does everything.
        return _(
            "The key is not on this computer: choose who makes the change, or do this in a terminal, as `keyturn "
            "status` shows it."
        )
    match job.work:
        case Work.BEGIN:
            return _against_beginning(flow)
        case Work.UNDO:
            return _against_undoing(flow)
        case Work.TURN_OFF:
            return _against_turning_off(flow)
        case Work.ADD if not job.also:
            return _("Tick what uses the key first.")
        case Work.DELETE:
            return _against_deleting(flow, job.confirm)
        case Work.END:
            return _until_confirmed(flow, job.confirm)
    return ""


def _is_elsewhere(flow: Flow) -> bool:
    return flow.standing is not None and flow.standing.rotation.decision.elsewhere


def _against_beginning(flow: Flow) -> str:
    if flow.plan is None or flow.has_new_texts:
        return _("The plan has to be made first.")
    return flow.plan.closed[0].reason if flow.plan.closed else ""


def _against_undoing(flow: Flow) -> str:
    if flow.standing is None:
        return _("Nothing was done yet.")
    if flow.standing.rotation.is_done(Step.DELETE):
        return _("The old key is deleted, and nothing brings it back.")
    if flow.standing.rotation.is_done(Step.UNDO):
        return _("It was undone already.")
    return ""


def _against_turning_off(flow: Flow) -> str:
    if flow.by_hand:
        return flow.by_hand[0].title
    waits = [] if flow.standing is None else [one for one in flow.standing.result.awaiting if not one.tickable]
    if waits:
        return waits[0].title
    if flow.nobody_else is None:
        return _("Answer the question first: Keyturn cannot see other computers.")
    if not flow.nobody_else:
        return _("Something else uses the key still. Give it a key of its own first.")
    return ""


def _against_deleting(flow: Flow, typed: str) -> str:
    waits = [] if flow.standing is None else [one for one in flow.standing.result.awaiting if not one.steps]
    return waits[0].title if waits else _until_confirmed(flow, typed)


def _until_confirmed(flow: Flow, typed: str) -> str:
    if flow.key is not None and flow.key.is_confirmed_by(typed):
        return ""
    return _("Type the last four characters of {key} first.").format(key=flow.masked)
