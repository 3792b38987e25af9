"""The command `hold`: ask the computers that replace an old key, which this one uses too, to leave it on."""

from __future__ import annotations

from typing import Any

from keyturn.model.errors import UsageError
from keyturn.model.keys import KeyPair
from keyturn.model.places import Place
from keyturn.model.text import _
from keyturn.rotation.carrying_out.standing import GateClosed
from keyturn.rotation.context import Context
from keyturn.rotation.key_life.key_meant import key_meant
from keyturn.rotation.shared_key import holding
from keyturn.rotation.shared_key.claim_tags import item_for
from keyturn.rotation.shared_key.holding import HeldBack
from keyturn.rotation.shared_key.replaced_elsewhere import sentences_on
from keyturn.terminal import problem_documents, questions, reading, survey_documents
from keyturn.terminal.command_session import Session
from keyturn.terminal.exits import Exit
from keyturn.terminal.output import Output
from keyturn.terminal.screen import Tone, bullet, line


def hold(session: Session, output: Output) -> Exit:
    """Ask to wait, or with `--release` say that this computer needs the key no more."""
    arguments = session.arguments
    if not arguments.yes:
        questions.require_a_person()
    with session.alone():
        with output.notes.busy(reading.looking_sentence()):
            context = session.context()
            pair, destinations = _meant(context, arguments.key)
            wanted = holding.held_back(context, pair)
        key = pair.access_key_id.masked
        computers = ", ".join(dict.fromkeys(one.computer for one in wanted.elsewhere))
        question = _("Say to {computers} that this computer needs {key} no more?")
        if not arguments.release:
            question = _("Ask {computers} to leave {key} on until this computer has a key of its own?")
        if wanted.users and not arguments.yes:
            output.page.write(*(line(one) for one in sentences_on(pair.access_key_id, wanted.elsewhere)))
            if not questions.agrees(output, question.format(computers=computers, key=key)):
                output.document(_document(context, wanted))
                output.page.write(line(_("Nobody was told anything.")))
                return Exit.WAITING
        session.began = True
        try:
            if arguments.release:
                told = holding.release(context, pair, destinations, wanted)
            else:
                told = holding.hold(context, pair, wanted)
        except GateClosed as closed:
            output.document({**_document(context, wanted), "problem": problem_documents.of_problem(closed)})
            output.show(line(closed.message, Tone.ATTENTION))
            return Exit.WAITING
    output.document(_document(context, told))
    _show(context, output, told, computers, released=arguments.release)
    return Exit.DONE


def _meant(context: Context, text: str) -> tuple[KeyPair, tuple[Place, ...]]:
    """The pair, and the places where programs read it."""
    survey = reading.surveyed(context)
    if not survey.find(text):
        held = holding.held_pair(context, text)
        if held is not None:
            return held, ()
    found = key_meant(survey, text)
    if found.at_store:
        raise UsageError(
            _("{key} is the key of an S3-compatible store").format(key=found.key.access_key_id.masked),
            _("Its users have no tags, so no computer can be asked there. Nothing was changed."),
            code="usage.key",
        )
    return holding.pair_at_work(found), found.destinations


def _document(context: Context, told: HeldBack) -> dict[str, Any]:
    waits = any(one.waits_for_us for one in told.elsewhere)
    return {
        "access_key_id": told.key.value,
        "computer": context.computer.name,
        "id": holding.this_computers_id(context),
        "waits": waits,
        "replaced_elsewhere": survey_documents.of_rotations_elsewhere(told.elsewhere),
        "problem": None,
    }


def _show(context: Context, output: Output, told: HeldBack, computers: str, *, released: bool) -> None:
    key, item = told.key, item_for(holding.this_computers_id(context))
    if released:
        text = _("{computers} will not wait for this computer any more before it turns {key} off.")
        output.show(line(text.format(computers=computers, key=key.masked), Tone.GOOD))
        return
    text = _("{computers} is asked to leave {key} on. It sees that when it looks next, before it turns the key off.")
    output.show(
        line(text.format(computers=computers, key=key.masked), Tone.GOOD),
        bullet(
            _("`keyturn rotate {last4}` gives this computer a key of its own, and says so there by itself.").format(
                last4=key.last4
            )
        ),
        bullet(
            _("`keyturn hold {last4} --release` says that this computer needs {key} no more.").format(
                last4=key.last4, key=key.masked
            )
        ),
        bullet(
            _("If this computer is gone by then, `keyturn done {item}` on the other one ends the waiting.").format(
                item=item
            )
        ),
    )
