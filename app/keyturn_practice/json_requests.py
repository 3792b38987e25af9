"""Requests of AWS's services that speak JSON: KMS and CloudTrail."""

from __future__ import annotations

import json
from typing import Any

from keyturn_practice.messages import Request
from keyturn_practice.refusals import Refusal


def json_parameters(request: Request) -> dict[str, Any]:
    """The parameters of a request.

    Raises:
        Refusal: where it is no JSON.
    """
    try:
        found = json.loads(request.body)
    except ValueError:
        raise Refusal(400, "SerializationException", "The request is no JSON.") from None
    return found if isinstance(found, dict) else {}
