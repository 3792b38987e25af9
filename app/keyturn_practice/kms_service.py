"""The KMS of the practice account: what the name of a key stands for.

Nobody makes keys here. Each name that a bucket or a program's configuration uses stands for a key of the account, the
same name for the same key, as if it had been made beforehand; only what `missing` names is not there.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from keyturn_practice.evaluator import AccessQuestion, PolicyVerdict, decide
from keyturn_practice.identities import Identities, RequestSigner
from keyturn_practice.json_requests import json_parameters
from keyturn_practice.messages import Request, Response
from keyturn_practice.patterns import Context
from keyturn_practice.refusals import Refusal, denied

# What `x-amz-target` begins with (AWS's reference of KMS, its JSON protocol).
_TARGET = "TrentService."


@dataclass(slots=True)
class KmsService:
    """The KMS of one practice account.

    Attributes:
        missing: names of keys and aliases that the account does not have.
    """

    identities: Identities
    missing: set[str] = field(default_factory=set)

    def answer(self, request: Request, caller: RequestSigner, context: Context, region: str) -> Response:
        """Carry out an operation, or raise the Refusal."""
        operation = operation_of(request)
        if operation != "DescribeKey":
            raise Refusal(400, "UnknownOperationException", "The practice account's KMS only describes keys.")
        described = self._described(str(json_parameters(request).get("KeyId", "")), region)
        if caller.user is not None:
            question = AccessQuestion(
                "kms:DescribeKey", described["Arn"], context, caller.arn, self.identities.account_id
            )
            decision = decide(self.identities.documents_of(caller.user, "kms"), question)
            if decision is not PolicyVerdict.ALLOWED:
                explicitly = decision is PolicyVerdict.EXPLICIT_DENY
                refusal = denied(caller.arn, "kms:DescribeKey", described["Arn"], explicitly=explicitly)
                raise Refusal(400, "AccessDeniedException", refusal.message)
        body = json.dumps({"KeyMetadata": described}).encode()
        return Response(200, (("Content-Type", "application/x-amz-json-1.1"),), body)

    def arn_of(self, name: str, region: str) -> str | None:
        """The key's whole name, as S3 tells it; None for AWS's own keys, which need no right of the user's."""
        if name.startswith("arn:") and ":key/" in name:
            return name
        described = self._described(name, region)
        return None if described["KeyManager"] == "AWS" else str(described["Arn"])

    def _described(self, name: str, region: str) -> dict[str, Any]:
        local = name.rpartition(":")[2].removeprefix("key/")
        if not local or name in self.missing or local in self.missing:
            raise Refusal(400, "NotFoundException", f"Key '{name}' does not exist")
        is_alias = local.startswith("alias/")
        key_id = str(uuid.uuid5(uuid.NAMESPACE_URL, local)) if is_alias else local
        where = f"arn:{self.identities.partition}:kms:{region}:{self.identities.account_id}"
        of_aws = local.startswith("alias/aws/")
        return {"KeyId": key_id, "Arn": f"{where}:key/{key_id}", "KeyManager": "AWS" if of_aws else "CUSTOMER"}


def operation_of(request: Request) -> str:
    """The operation that a request to KMS asks for; empty where it names none."""
    target = request.header("x-amz-target") or ""
    return target.removeprefix(_TARGET) if target.startswith(_TARGET) else ""
