"""What a configuration names as a bucket, and is none: said what it is, and which ways are left (S3 User Guide)."""

from __future__ import annotations

from collections.abc import Iterable

from keyturn.model.bucket_names import BucketKind, kind_of_bucket, what_it_is
from keyturn.model.text import _
from keyturn.rotation.planning.plan import Gate
from keyturn.rotation.steps import Route, Step


def told_apart(names: Iterable[str], route: Route, *, of_root: bool) -> tuple[list[str], list[Gate], list[str]]:
    """Return the names of buckets, and the gates and notes for all other names.

    Args:
        of_root: the old key is a root key.
    """
    buckets: list[str] = []
    gates: list[Gate] = []
    notes: list[str] = []
    for name in names:
        kind = kind_of_bucket(name)
        if kind is BucketKind.BUCKET:
            buckets.append(name)
        elif name.startswith("arn:") and "/" not in name:
            gates.append(_closed(kind, _without_name(name)))
        elif route is Route.SCOPED_USER:
            gates.append(_closed(kind, _without_rights(name, of_root=of_root)))
        else:
            text = _("{sentence} Keyturn does not look at its settings; the new key is proved there as in a bucket.")
            notes.append(text.format(sentence=what_it_is(name)))
    return buckets, gates, notes


def _without_name(name: str) -> str:
    text = _(
        "{sentence} Its name is cut off where Keyturn reads it, so nothing can be proved there. Put the alias that the "
        "AWS console shows in its place in the backup program (it ends in -s3alias), or leave this program out with "
        "--only."
    )
    return text.format(sentence=what_it_is(name))


def _without_rights(name: str, *, of_root: bool) -> str:
    if of_root:
        text = _(
            "{sentence} The rights there are of another kind, which Keyturn does not write for a new user. Make a key "
            "that has them and give it with --pair, choose --route new-root-key, which keeps all rights, or leave this "
            "program out with --only."
        )
    else:
        text = _(
            "{sentence} The rights there are of another kind, which Keyturn does not write for a new user. Choose "
            "--route same-user, which keeps the rights as they are, or leave this program out with --only."
        )
    return text.format(sentence=what_it_is(name))


def _closed(kind: BucketKind, reason: str) -> Gate:
    return Gate(Step.CHECK, reason, code=f"bucket.{kind.value}")
