"""What the person said of buckets, so that nobody is asked twice: for places that name none, and for all others.

Each home folder is remembered by itself. Names of buckets only, never a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from keyturn.model.text import _
from keyturn.state.stored import Sentences, Stored
from keyturn.state.written import Fields, Format, choice, listed, mapped, text, whole_object

FILE_NAME = "bucket-answers.json"


class BucketAnswer(StrEnum):
    """What the person said of a bucket that nothing on the computer names."""

    USED = "used"  # something uses it with this key
    NOT_KNOWN = "not-known"  # nobody knows, so a narrow key reaches it, and deletes nothing there
    LEFT_OUT = "left-out"  # nothing uses it with this key


@dataclass(frozen=True, slots=True)
class BucketAnswers:
    """All answers for one home.

    Attributes:
        of_places: the buckets that a place's program uses, by the place's identity.
        of_accounts: what was said of the other buckets of an account, by its number and the bucket's name.
    """

    of_places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of_accounts: Mapping[str, Mapping[str, BucketAnswer]] = field(default_factory=dict)

    def of_account(self, account: str) -> Mapping[str, BucketAnswer]:
        """What was said of the buckets of one account."""
        return self.of_accounts.get(account, {})

    def with_place(self, identity: str, buckets: tuple[str, ...]) -> BucketAnswers:
        """The same, and what a place's program uses as well."""
        known = self.of_places.get(identity, ())
        return replace(self, of_places={**self.of_places, identity: tuple(dict.fromkeys((*known, *buckets)))})

    def with_account(self, account: str, said: Mapping[str, BucketAnswer]) -> BucketAnswers:
        """The same, with the newest answers on an account's buckets."""
        return replace(self, of_accounts={**self.of_accounts, account: {**self.of_account(account), **said}})


def load(folder: Path, home: Path) -> BucketAnswers:
    """Read what was said for the home.

    Raises:
        StateError: where a newer Keyturn wrote it, or it is damaged.
    """
    return _homes(folder).get(str(home), BucketAnswers())


def save(folder: Path, home: Path, answers: BucketAnswers) -> None:
    """Write what was said for the home.

    Raises:
        StateError: as `load`.
        StateError: `state.unwritable`, where the disk does not let it.
    """
    STORED.save(folder, {**_homes(folder), str(home): answers})


def _homes(folder: Path) -> dict[str, BucketAnswers]:
    return STORED.load(folder) or {}


def _read(fields: Fields) -> dict[str, BucketAnswers]:
    return fields.get("homes", mapped(whole_object(_answers)))


def _written(homes: dict[str, BucketAnswers]) -> dict[str, Any]:
    return {"homes": {home: _answers_written(answers) for home, answers in homes.items()}}


def _answers(fields: Fields) -> BucketAnswers:
    return BucketAnswers(
        fields.get("places", mapped(listed(text))), fields.get("accounts", mapped(mapped(choice(BucketAnswer))))
    )


def _answers_written(answers: BucketAnswers) -> dict[str, Any]:
    return {
        "places": {identity: list(buckets) for identity, buckets in answers.of_places.items()},
        "accounts": {
            account: {bucket: answer.value for bucket, answer in said.items()}
            for account, said in answers.of_accounts.items()
        },
    }


def _sentences() -> Sentences:
    return Sentences(
        unreadable=_("What was said of buckets cannot be read"),
        mend=_("Move the file away: you are asked about the buckets again."),
        unwritable=_("What was said of buckets could not be remembered"),
        unwritten=_("Your backups are not touched, and you are asked about the buckets again."),
    )


STORED = Stored(FILE_NAME, Format(1, _read, _written), _sentences)
