"""Operations on policies: those inside a user, and managed ones attached to users.

Facts: facts/aws.md A6 (limits: 2,048 characters for all inline policies of a user, 6,144 for a managed one).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from keyturn_practice.iam_operations import Form, Operation, Result, check_name, page, required, user_named
from keyturn_practice.iam_users import sent_tags, tag_list
from keyturn_practice.identities import Document, Identities, ManagedPolicy, RequestSigner, User
from keyturn_practice.policy_documents import INLINE_LIMIT, MANAGED_LIMIT, read_policy, size_of
from keyturn_practice.refusals import Refusal

_ATTACHED_LIMIT = 10
_EVERYTHING = '{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{}","Resource":"*"}}]}}'
# AWS's own policies that people attach by hand; the account has no copy of them.
_FROM_AWS = {"AdministratorAccess": _EVERYTHING.format("*"), "AmazonS3FullAccess": _EVERYTHING.format("s3:*")}


def _put_policy(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    user, name, text = user_named(identities, form), required(form, "PolicyName"), required(form, "PolicyDocument")
    check_name(name, 128, "policyName")
    read_policy(text)
    others = sum(size_of(known) for known_name, known in user.inline.items() if known_name != name)
    if others + size_of(text) > INLINE_LIMIT:
        message = f"Maximum policy size of {INLINE_LIMIT} bytes exceeded for user {user.name}"
        raise Refusal(409, "LimitExceeded", message)
    user.inline[name] = text
    _now_in_force(identities, user)
    return None


def _inline(user: User, form: Form) -> tuple[str, str]:
    name = required(form, "PolicyName")
    if name not in user.inline:
        raise Refusal(404, "NoSuchEntity", f"The user policy with name {name} cannot be found.")
    return name, user.inline[name]


def _get_policy_of_user(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    user = user_named(identities, form)
    name, text = _inline(user, form)
    return {"UserName": user.name, "PolicyName": name, "PolicyDocument": quote(text, safe="")}


def _delete_policy_of_user(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    user = user_named(identities, form)
    del user.inline[_inline(user, form)[0]]
    _now_in_force(identities, user)
    return None


def _list_policies_of_user(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    return page(form, "PolicyNames", sorted(user_named(identities, form).inline))


def _managed_text(identities: Identities, arn: str) -> str:
    if arn in identities.policies:
        return identities.policies[arn].text
    name = arn.removeprefix(f"arn:{identities.partition}:iam::aws:policy/")
    if name in _FROM_AWS:
        return _FROM_AWS[name]
    raise Refusal(404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")


def _now_in_force(identities: Identities, user: User) -> None:
    texts = [*user.inline.values(), *(_managed_text(identities, arn) for arn in user.attached)]
    documents: tuple[Document, ...] = tuple(read_policy(text) for text in texts)
    identities.policies_changed(user, documents)


def _attach(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    user, arn = user_named(identities, form), required(form, "PolicyArn")
    _managed_text(identities, arn)
    if arn not in user.attached:
        if len(user.attached) >= _ATTACHED_LIMIT:
            raise Refusal(409, "LimitExceeded", f"Cannot exceed quota for PoliciesPerUser: {_ATTACHED_LIMIT}")
        user.attached.append(arn)
        _now_in_force(identities, user)
    return None


def _detach(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    user, arn = user_named(identities, form), required(form, "PolicyArn")
    if arn not in user.attached:
        raise Refusal(404, "NoSuchEntity", f"Policy {arn} was not found.")
    user.attached.remove(arn)
    _now_in_force(identities, user)
    return None


def _list_attached(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    attached = [
        {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in user_named(identities, form).attached
    ]
    return page(form, "AttachedPolicies", attached)


def _users_of(identities: Identities, arn: str) -> list[User]:
    return [user for user in identities.users.values() if arn in user.attached]


def _described(identities: Identities, policy: ManagedPolicy) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyId": "ANPAPRACTICEPRACTICE1",
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": "v1",
        "AttachmentCount": len(_users_of(identities, policy.arn)),
        "IsAttachable": True,
        "CreateDate": policy.created,
        "UpdateDate": policy.created,
    }


def _create_policy(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    name, text, path = required(form, "PolicyName"), required(form, "PolicyDocument"), form.get("Path", "/")
    check_name(name, 128, "policyName")
    read_policy(text)
    if size_of(text) > MANAGED_LIMIT:
        raise Refusal(409, "LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED_LIMIT}")
    arn = f"arn:{identities.partition}:iam::{identities.account_id}:policy{path}{name}"
    if arn in identities.policies:
        raise Refusal(
            409, "EntityAlreadyExists", f"A policy called {name} already exists. Duplicate names are not allowed."
        )
    policy = ManagedPolicy(name, path, arn, text, identities.clock.now(), sent_tags(form, "TagsPerPolicy"))
    identities.policies[arn] = policy
    return {"Policy": _described(identities, policy)}


def _own(identities: Identities, form: Form) -> ManagedPolicy:
    arn = required(form, "PolicyArn")
    if arn not in identities.policies:
        raise Refusal(404, "NoSuchEntity", f"Policy {arn} was not found.")
    return identities.policies[arn]


def _own_or_from_aws(identities: Identities, form: Form) -> ManagedPolicy:
    """One of the account's own, or one of those of AWS's that everybody may read."""
    arn = required(form, "PolicyArn")
    if arn in identities.policies or f":iam::aws:policy/{arn.rpartition('/')[2]}" not in arn:
        return _own(identities, form)
    text = _managed_text(identities, arn)
    return ManagedPolicy(arn.rpartition("/")[2], "/", arn, text, identities.clock.now())


def _get_policy(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    policy = _own_or_from_aws(identities, form)
    return {"Policy": {**_described(identities, policy), "Tags": tag_list(policy.tags) or None}}


def _get_version(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    policy = _own_or_from_aws(identities, form)
    version = {"Document": quote(policy.text, safe=""), "VersionId": "v1", "IsDefaultVersion": True}
    return {"PolicyVersion": {**version, "CreateDate": policy.created}}


def _list_versions(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    policy = _own(identities, form)
    version = {"VersionId": "v1", "IsDefaultVersion": True, "CreateDate": policy.created}
    return page(form, "Versions", [version])


def _list_policies(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    prefix = form.get("PathPrefix", "/")
    found = [policy for policy in identities.policies.values() if policy.path.startswith(prefix)]
    return page(form, "Policies", [_described(identities, policy) for policy in found])


def _delete_policy(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    policy = _own(identities, form)
    if _users_of(identities, policy.arn):
        raise Refusal(409, "DeleteConflict", "Cannot delete a policy attached to entities.")
    del identities.policies[policy.arn]
    return None


def _entities(identities: Identities, caller: RequestSigner, form: Form) -> Result:
    users = [
        {"UserName": user.name, "UserId": user.user_id} for user in _users_of(identities, required(form, "PolicyArn"))
    ]
    return {"PolicyGroups": [], "PolicyUsers": users, "PolicyRoles": [], "IsTruncated": False}


POLICY_OPERATIONS: Mapping[str, Operation] = {
    "AttachUserPolicy": _attach,
    "CreatePolicy": _create_policy,
    "DeletePolicy": _delete_policy,
    "DeleteUserPolicy": _delete_policy_of_user,
    "DetachUserPolicy": _detach,
    "GetPolicy": _get_policy,
    "GetPolicyVersion": _get_version,
    "GetUserPolicy": _get_policy_of_user,
    "ListAttachedUserPolicies": _list_attached,
    "ListEntitiesForPolicy": _entities,
    "ListPolicies": _list_policies,
    "ListPolicyVersions": _list_versions,
    "ListUserPolicies": _list_policies_of_user,
    "PutUserPolicy": _put_policy,
}
