"""What IAM tells about the whole account: summary, credential report, and what a policy would allow.

Facts: facts/aws.md A3 (report: root's row, 15 minutes, 4 hours) and A5 (simulator).
"""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from itertools import zip_longest

from keyturn_practice.evaluator import AccessQuestion, PolicyVerdict, decide, decide_at_resource, together
from keyturn_practice.iam_operations import Form, Operation, Result, members, required
from keyturn_practice.identities import Document, Identities, Key, RequestSigner, Status, User
from keyturn_practice.policy_documents import read_policy
from keyturn_practice.refusals import Refusal
from keyturn_practice.xml_answers import Entries, moment_text

# A request within this time gets the old report again.
REPORT_LIFETIME = timedelta(hours=4)
_KEY_COLUMNS = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
_COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"access_key_{number}_{column}" for number in (1, 2) for column in _KEY_COLUMNS),
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
)
# Where every region answers for the whole account, the report names none.
_WITHOUT_REGION = {"s3"}


def _summary(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    numbers: dict[str, object] = {
        "AccessKeysPerUserQuota": 2,
        "AccountAccessKeysPresent": int(bool(identities.keys_of(None))),
        "AccountMFAEnabled": 1,
        "Policies": len(identities.policies),
        "UserPolicySizeQuota": 2048,
        "Users": len(identities.users),
        "UsersQuota": 5000,
    }
    return {"SummaryMap": Entries(numbers)}


def _generate(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    now = identities.clock.now()
    if identities.report is not None and now - identities.report[0] < REPORT_LIFETIME:
        return {"State": "COMPLETE"}
    identities.report = (now, _report(identities))
    return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}


def _get(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    if identities.report is None:
        raise Refusal(410, "ReportNotPresent", "No report exists. Use GenerateCredentialReport to create a report.")
    made, text = identities.report
    if identities.clock.now() - made >= REPORT_LIFETIME:
        raise Refusal(410, "ReportExpired", "The report has expired. Use GenerateCredentialReport to create a new one.")
    return {"Content": b64encode(text.encode()).decode(), "ReportFormat": "text/csv", "GeneratedTime": made}


def _report(identities: Identities) -> str:
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(_COLUMNS)
    rows.writerow(_row(identities, None))
    for user in identities.users.values():
        rows.writerow(_row(identities, user))
    return written.getvalue()


def _row(identities: Identities, user: User | None) -> list[str]:
    keys = identities.keys_of(user)
    if user is None:
        oldest = min((key.created for key in keys), default=identities.clock.now())
        start = ["<root_account>", identities.root_arn, moment_text(oldest), "not_supported"]
        start += ["no_information", "not_supported", "not_supported", "true"]
    else:
        start = [user.name, user.arn, moment_text(user.created), "false", "N/A", "N/A", "N/A", "false"]
    slots = [cell for key, _ in zip_longest(keys, range(2)) for cell in _slot(identities, key)]
    return [*start, *slots, "false", "N/A", "false", "N/A"]


def _slot(identities: Identities, key: Key | None) -> list[str]:
    if key is None:
        return ["false", *["N/A"] * 4]
    active = "true" if key.status is Status.ACTIVE else "false"
    use = key.uses.last(identities.clock.now(), identities.lag.last_use)
    if use is None:
        return [active, moment_text(key.rotated), "N/A", "N/A", "N/A"]
    region = "N/A" if use.service in _WITHOUT_REGION else use.region
    return [active, moment_text(key.rotated), moment_text(use.at), region, use.service]


_ORDER = (PolicyVerdict.EXPLICIT_DENY, PolicyVerdict.IMPLICIT_DENY, PolicyVerdict.ALLOWED)


def _simulate_custom(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    documents = tuple(read_policy(text) for text in members(form, "PolicyInputList"))
    return _simulated(identities, documents, form, form.get("CallerArn", ""))


def _simulate_principal(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    arn = required(form, "PolicySourceArn")
    user = next((user for user in identities.users.values() if user.arn == arn), None)
    if user is None:
        raise Refusal(404, "NoSuchEntity", f"The user with name {arn.rpartition('/')[2]} cannot be found.")
    more = tuple(read_policy(text) for text in members(form, "PolicyInputList"))
    return _simulated(identities, (*identities.documents_of(user, "iam"), *more), form, form.get("CallerArn", arn))


def _simulated(identities: Identities, documents: tuple[Document, ...], form: Form, arn: str) -> Result:
    """One result per action, the strictest over all resources, and one per resource below it (aws.md A5).

    A resource's own policy counts only where it is given; KMS keys' policies and the organisation's never do.
    """
    resources = members(form, "ResourceArns") or ["*"]
    context = _context(form)
    text = form.get("ResourcePolicy")
    if text and not arn:
        raise Refusal(400, "InvalidInput", "CallerArn is required when a resource policy is simulated.")
    at_resource = read_policy(text, at_resource=True) if text else None

    def decided(action: str, resource: str) -> PolicyVerdict:
        question = AccessQuestion(action, resource, context, arn, identities.account_id)
        decision = decide(documents, question)
        return decision if at_resource is None else together(decision, decide_at_resource(at_resource, question))

    results = []
    for action in members(form, "ActionNames"):
        single = {resource: decided(action, resource) for resource in resources}
        results.append(
            {
                "EvalActionName": action,
                "EvalResourceName": resources[0],
                "EvalDecision": min(single.values(), key=_ORDER.index),
                "MatchedStatements": [],
                "MissingContextValues": [],
                "ResourceSpecificResults": [
                    {
                        "EvalResourceName": resource,
                        "EvalResourceDecision": decision,
                        "MatchedStatements": [],
                        "MissingContextValues": [],
                    }
                    for resource, decision in single.items()
                ],
            }
        )
    return {"EvaluationResults": results, "IsTruncated": False}


def _context(form: Form) -> Mapping[str, tuple[str, ...]]:
    context: dict[str, tuple[str, ...]] = {}
    number = 1
    while (name := form.get(f"ContextEntries.member.{number}.ContextKeyName")) is not None:
        context[name.lower()] = tuple(members(form, f"ContextEntries.member.{number}.ContextKeyValues"))
        number += 1
    return context


REPORT_OPERATIONS: Mapping[str, Operation] = {
    "GenerateCredentialReport": _generate,
    "GetAccountSummary": _summary,
    "GetCredentialReport": _get,
    "SimulateCustomPolicy": _simulate_custom,
    "SimulatePrincipalPolicy": _simulate_principal,
}
