"""The page of `verify`: which backups reach their bucket now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from keyturn.clients.served import NO_KEY
from keyturn.model.places import Problem
from keyturn.model.text import _, plural
from keyturn.rotation import labels
from keyturn.rotation.carrying_out.own_checks import Check
from keyturn.rotation.carrying_out.proving import DestinationProof
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, bullet, line

_MARKS = {True: ("✓", Tone.GOOD), False: ("✗", Tone.BAD), None: ("?", Tone.ATTENTION)}


def verify_page(proofs: Sequence[DestinationProof], problems: Sequence[Problem], home: Path) -> list[Line]:
    """Each destination with what was tried, and a sentence for all of them."""
    page = [_headline(proofs, problems)]
    for one in proofs:
        # Where nothing failed because nothing could be tried, nothing is proved.
        mark, tone = _MARKS[False if one.first_failure else (one.ok or None)]
        bucket = one.bucket or _("no bucket named")
        title = (Piece(f"{one.client} {one.name}"), Piece(" → "), Piece(bucket, Tone.COMMAND))
        page += [BLANK, Line((Piece(f"{mark} ", tone), *title, Piece(f"  {one.access_key_id.masked}", Tone.QUIET)))]
        page.append(line(labels.short_path(one.path, home), Tone.QUIET, indent=2))
        page += _checks(one.checks)
    if problems:
        page += [BLANK, line(_("Please note"), Tone.HEADING)]
        page += [bullet(str(problem)) for problem in problems]
    return page


def failures(proofs: Sequence[DestinationProof], problems: Sequence[Problem]) -> int:
    """How many backups do not reach their bucket; a profile to which Keyturn gives no key is one, too."""
    return sum(one.first_failure is not None for one in proofs) + sum(one.code == NO_KEY for one in problems)


def _headline(proofs: Sequence[DestinationProof], problems: Sequence[Problem]) -> Line:
    failed = failures(proofs, problems)
    if not proofs and not failed:
        return line(
            _(
                "No backup with an access key was found on this computer, so there was nothing to prove. `keyturn "
                "scan` says where Keyturn looked."
            )
        )
    if failed:
        text = plural("{count} backup does not reach its bucket.", "{count} backups do not reach their bucket.", failed)
        return line(text.format(count=labels.count_word(failed).capitalize()), Tone.BAD)
    if any(check.ok is None for one in proofs for check in one.checks) or any(one.bucket is None for one in proofs):
        return line(_("Nothing failed, but not everything could be proved."), Tone.ATTENTION)
    return line(_("Every backup reaches its bucket."), Tone.GOOD)


def _checks(checks: Sequence[Check]) -> list[Line]:
    passed = [check.check for check in checks if check.ok]
    lines = [line(_("proved: {checks}").format(checks=", ".join(passed)), indent=2)] if passed else []
    for check in checks:
        if check.ok is not True:
            mark, tone = _MARKS[check.ok]
            lines.append(Line((Piece(f"{mark} ", tone), Piece(f"{check.check}: {check.detail}")), indent=2, hanging=2))
    return lines
