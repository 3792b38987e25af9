"""What becomes of the buckets of a key's owner that nothing names."""

from __future__ import annotations

from enum import StrEnum


class OtherBuckets(StrEnum):
    """The answer for all of them at once."""

    ASK = "ask"
    INCLUDE = "include"
    LEAVE_OUT = "leave-out"
