"""IAM and STS: deciding whether the caller may, and carrying out."""

from __future__ import annotations

from dataclasses import dataclass

from keyturn_practice.evaluator import AccessQuestion, PolicyVerdict, decide
from keyturn_practice.iam_keys import KEY_OPERATIONS, STS_OPERATIONS
from keyturn_practice.iam_operations import Form, resource_of, resource_tag_context, tag_context
from keyturn_practice.iam_policies import POLICY_OPERATIONS
from keyturn_practice.iam_reports import REPORT_OPERATIONS
from keyturn_practice.iam_users import USER_OPERATIONS
from keyturn_practice.identities import Identities, RequestSigner
from keyturn_practice.messages import Response
from keyturn_practice.patterns import Context
from keyturn_practice.refusals import Refusal, denied
from keyturn_practice.roles import ROLE_OPERATIONS
from keyturn_practice.sessions import SESSION_OPERATIONS, expect_allowed
from keyturn_practice.xml_answers import query_answer

_OPERATIONS = {
    "iam": {**KEY_OPERATIONS, **USER_OPERATIONS, **POLICY_OPERATIONS, **REPORT_OPERATIONS},
    "sts": {**STS_OPERATIONS, **SESSION_OPERATIONS, **ROLE_OPERATIONS},
}
# These ask no policy, not even one that denies everything (facts/aws.md A1; STS API reference, GetSessionToken).
_ALWAYS_ALLOWED = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
# Who may take a role is said by the role as well, see `roles`.
_DECIDED_THERE = {"sts:AssumeRole"}


@dataclass(slots=True)
class QueryService:
    """IAM and STS of one practice account.

    Attributes:
        users_see_root_use: an IAM user may ask for the last use of a root key; unknown (facts/aws.md C3).
        organisation_denies: what the organisation's service control policies deny to everybody, root as well.
    """

    identities: Identities
    users_see_root_use: bool = False
    organisation_denies: frozenset[str] = frozenset()

    def answer(self, service: str, caller: RequestSigner, form: Form, context: Context, request_id: str) -> Response:
        """Carry out an operation, or raise the Refusal."""
        name = form.get("Action", "")
        operation = _OPERATIONS[service].get(name)
        if operation is None:
            message = f"Could not find operation {name} for version {form.get('Version', '')}"
            raise Refusal(400, "InvalidAction", message)
        self._authorize(f"{service}:{name}", caller, form, context)
        return query_answer(service, name, operation(self.identities, caller, form), request_id)

    def _authorize(self, action: str, caller: RequestSigner, form: Form, context: Context) -> None:
        expect_allowed(caller, action)
        if action in _ALWAYS_ALLOWED | _DECIDED_THERE:
            return
        service, _, name = action.partition(":")
        resource = resource_of(self.identities, caller, name, form)
        if action in self.organisation_denies:
            raise denied(caller.arn, action, resource, explicitly=True, policy_kind="service control")
        if caller.user is None:
            return
        documents = self.identities.documents_of(caller.user, service)
        context = {**context, **tag_context(form), **resource_tag_context(self.identities, form)}
        decision = decide(documents, AccessQuestion(action, resource, context, caller.arn, self.identities.account_id))
        of_root = name == "GetAccessKeyLastUsed" and resource == self.identities.root_arn
        if of_root and not self.users_see_root_use:
            decision = PolicyVerdict.IMPLICIT_DENY
        if decision is not PolicyVerdict.ALLOWED:
            explicitly = decision is PolicyVerdict.EXPLICIT_DENY
            raise denied(caller.arn, action, resource, explicitly=explicitly)
