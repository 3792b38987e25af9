"""AWS's partitions: worlds apart, each with accounts, keys and a console of its own (facts/aws.md A1).

A key is known in its own partition only, and looks like a dead one in all others. Which there are is botocore's
knowledge, so that one that AWS adds comes with the next botocore.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from keyturn.aws.isolation import service_models

STANDARD = "aws"
_HOME_OF_STANDARD = "us-east-1"
# They are networks of their own, which nobody reaches from the internet.
_SET_APART = "aws-iso"
# Where people sign in (facts/aws.md A8). One that is not here has a console that we do not know.
_CONSOLES = {
    "aws": "https://console.aws.amazon.com",
    "aws-cn": "https://console.amazonaws.cn",
    "aws-eusc": "https://console.amazonaws-eusc.eu",
    "aws-us-gov": "https://console.amazonaws-us-gov.com",
}


def home_region(partition: str | None) -> str:
    """Return the region where IAM and STS of a partition answer; that of the standard one for an unknown partition."""
    if partition in {None, STANDARD}:
        return _HOME_OF_STANDARD
    return _home_regions().get(str(partition), _HOME_OF_STANDARD)


def partitions_besides_standard(regions: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the partitions in which a key may be known that the standard one does not know.

    Args:
        regions: where the key's programs look for buckets. Only they lead to a partition that is set apart.
    """
    others = [name for name in _home_regions() if name != STANDARD]
    return tuple(one for one in others if not one.startswith(_SET_APART) or regions & _regions()[one])


def console_of(partition: str) -> str | None:
    """Return the address of a partition's console; None where it is not known."""
    return _CONSOLES.get(partition)


@cache
def _known() -> Mapping[str, Mapping[str, Any]]:
    return {one["partition"]: one for one in service_models().load_data("endpoints")["partitions"]}


@cache
def _regions() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(one["regions"]) for name, one in _known().items()}


@cache
def _home_regions() -> Mapping[str, str]:
    """Where IAM is asked from; in a partition where it is not global, any region does."""
    found = {}
    for name, one in _known().items():
        iam = one["services"].get("iam", {})
        whole = iam.get("endpoints", {}).get(iam.get("partitionEndpoint"), {})
        found[name] = whole.get("credentialScope", {}).get("region") or min(one["regions"])
    return found
