"""What was decided for a rotation before it began: written once, read again after every interruption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from keyturn.model.keys import AccessKeyId, Principal
from keyturn.model.needs import PolicyDocument
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.rotation.steps import Route


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that a program reads, with the buckets it reaches.

    Attributes:
        place: without its secret.
        targets: from its configuration, or from `--bucket`.
    """

    place: Place
    targets: tuple[Target, ...]

    @property
    def title(self) -> str:
        """What a person calls it."""
        return f"{self.place.client} {self.place.name}"


@dataclass(frozen=True, slots=True)
class Decision:
    """One key's rotation as it was planned and confirmed.

    Attributes:
        known_keys: the access keys that the new key's owner had before; any other one is new.
        regions: the region of each bucket.
        user_name: the IAM user to make, on the route `scoped-user`.
        policy: its inline policy.
        by_hand: mentions that a person has to look at, by item name.
        watch_days, off_days: how long to watch before turning off, and to wait before deleting.
    """

    rotation: str
    key: AccessKeyId
    owner: Principal
    route: Route
    destinations: tuple[Destination, ...]
    mentions: tuple[Place, ...]
    known_keys: tuple[AccessKeyId, ...]
    regions: Mapping[str, str | None]
    user_name: str | None
    policy: PolicyDocument | None
    watch_days: float
    off_days: float

    @property
    def new_owner(self) -> str | None:
        """The user name under which IAM keeps the new key; None where it is the signer's own."""
        return self.user_name

    @property
    def buckets(self) -> tuple[str, ...]:
        """Every bucket that some destination uses."""
        return tuple(sorted({target.bucket for one in self.destinations for target in one.targets}))

    def as_json(self) -> dict[str, Any]:
        """For the journal; without secrets."""
        return {
            "rotation": self.rotation,
            "key": self.key.value,
            "owner": self.owner.arn,
            "route": self.route.value,
            "destinations": [
                {**_place_as_json(one.place), "targets": [[t.bucket, t.prefix] for t in one.targets]}
                for one in self.destinations
            ],
            "mentions": [_place_as_json(place) for place in self.mentions],
            "known_keys": [key.value for key in self.known_keys],
            "regions": dict(self.regions),
            "user_name": self.user_name,
            "policy": None if self.policy is None else self.policy.as_json(),
            "watch_days": self.watch_days,
            "off_days": self.off_days,
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Decision:
        """Read what `as_json` wrote."""
        return cls(
            rotation=written["rotation"],
            key=AccessKeyId(written["key"]),
            owner=Principal.from_arn(written["owner"]),
            route=Route(written["route"]),
            destinations=tuple(_destination_from_json(one) for one in written["destinations"]),
            mentions=tuple(_place_from_json(one) for one in written["mentions"]),
            known_keys=tuple(AccessKeyId(key) for key in written["known_keys"]),
            regions=written["regions"],
            user_name=written["user_name"],
            policy=None if written["policy"] is None else PolicyDocument.from_json(written["policy"]),
            watch_days=written["watch_days"],
            off_days=written["off_days"],
        )


def without_secret(place: Place) -> Place:
    """The same place, fit to be kept."""
    return replace(place, secret=None)


def _place_as_json(place: Place) -> dict[str, Any]:
    return {
        "client": place.client,
        "name": place.name,
        "path": str(place.path),
        "locator": place.locator,
        "kind": place.kind.value,
        "access_key_id": place.access_key_id.value,
        "region": place.region,
        "endpoint": place.endpoint,
        "plain_http": place.plain_http,
        "note": place.note,
    }


def _place_from_json(written: Mapping[str, Any]) -> Place:
    return Place(
        client=written["client"],
        name=written["name"],
        path=Path(written["path"]),
        locator=written["locator"],
        kind=PlaceKind(written["kind"]),
        access_key_id=AccessKeyId(written["access_key_id"]),
        editable=written["kind"] == PlaceKind.DESTINATION.value,
        region=written["region"],
        endpoint=written["endpoint"],
        plain_http=written["plain_http"],
        note=written["note"],
    )


def _destination_from_json(written: Mapping[str, Any]) -> Destination:
    targets = tuple(Target(bucket, prefix) for bucket, prefix in written["targets"])
    return Destination(replace(_place_from_json(written), targets=targets), targets)
