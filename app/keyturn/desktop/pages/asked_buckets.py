"""What the person is asked about buckets that nothing on the computer names: each by itself, none by default."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QWidget

from keyturn.desktop.pages.fields import Choice, Field, Tick
from keyturn.desktop.pages.row_list import RowList
from keyturn.desktop.plan_view import OpenBucket
from keyturn.desktop.widgets import Card, Quiet, Strong
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.text import _
from keyturn.rotation.planning.plan import Options
from keyturn.state.bucket_answers import BucketAnswer


class OpenBuckets(RowList):
    """A card for each bucket, with three answers of which none is chosen.

    Args:
        options: the choices so far; what was answered already is marked.
        changed: is told the choices with each answer.
    """

    def __init__(self, buckets: Sequence[OpenBucket], options: Options, changed: Callable[[Options], None]) -> None:
        self._options = options
        self._changed = changed
        self._said = answers_in(options, [one.name for one in buckets])
        super().__init__([partial(self._card, one) for one in buckets])

    def _card(self, bucket: OpenBucket) -> QWidget:
        card = Card()
        card.column.addWidget(Strong(bucket.name))
        card.column.addWidget(Quiet(bucket.description))
        group = QButtonGroup(card)
        for answer, text in _answers().items():
            button = Choice(text)
            button.setAccessibleName(f"{bucket.name}: {text}")
            button.setChecked(self._said.get(bucket.name) is answer)
            button.toggled.connect(partial(self._answer, bucket.name, answer))
            group.addButton(button)
            card.column.addWidget(button)
        return card

    def _answer(self, bucket: str, answer: BucketAnswer, on: bool) -> None:
        if on:
            self._said[bucket] = answer
            self._options = with_answers(self._options, self._said)
            self._changed(self._options)


class UnlistedBuckets(Card):
    """What to do where AWS lists no buckets: name others that are used, and say that one looked.

    Args:
        changed: is told the choices with each change.
    """

    def __init__(self, options: Options, changed: Callable[[Options], None]) -> None:
        super().__init__()
        self._options = options
        self._changed = changed
        label = _("Other buckets that something uses with this key, with commas between them")
        self.column.addWidget(Strong(label))
        self._typed = Field(", ".join(options.buckets))
        self._typed.setAccessibleName(label)
        self._typed.textChanged.connect(lambda text: self._tell())
        self.column.addWidget(self._typed)
        self._looked = Tick(_("I looked in the AWS console: nothing uses any other bucket with this key"))
        self._looked.setChecked(options.other_buckets is OtherBuckets.LEAVE_OUT)
        self._looked.toggled.connect(lambda on: self._tell())
        self.column.addWidget(self._looked)

    def _tell(self) -> None:
        names = tuple(part.strip() for part in self._typed.text().split(",") if part.strip())
        answer = OtherBuckets.LEAVE_OUT if self._looked.isChecked() else None
        self._changed(replace(self._options, buckets=names, other_buckets=answer))


def answers_in(options: Options, buckets: Sequence[str]) -> dict[str, BucketAnswer]:
    """Return what these choices say of the buckets."""
    said = dict.fromkeys(options.buckets, BucketAnswer.USED)
    said |= dict.fromkeys(options.unsure_buckets, BucketAnswer.NOT_KNOWN)
    said |= dict.fromkeys(options.left_out_buckets, BucketAnswer.LEFT_OUT)
    return {bucket: said[bucket] for bucket in buckets if bucket in said}


def with_answers(options: Options, said: Mapping[str, BucketAnswer]) -> Options:
    """Return the choices with these answers, and with those on other buckets as they were."""

    def of(answer: BucketAnswer, before: Sequence[str]) -> tuple[str, ...]:
        others = [bucket for bucket in before if bucket not in said]
        return (*others, *(bucket for bucket, given in said.items() if given is answer))

    return replace(
        options,
        buckets=of(BucketAnswer.USED, options.buckets),
        unsure_buckets=of(BucketAnswer.NOT_KNOWN, options.unsure_buckets),
        left_out_buckets=of(BucketAnswer.LEFT_OUT, options.left_out_buckets),
    )


def _answers() -> Mapping[BucketAnswer, str]:
    return {
        BucketAnswer.USED: _("Something uses it with this key"),
        BucketAnswer.LEFT_OUT: _("Nothing uses it with this key: leave it out"),
        BucketAnswer.NOT_KNOWN: _("I don't know: the new key lists, reads and writes there, and deletes nothing"),
    }
