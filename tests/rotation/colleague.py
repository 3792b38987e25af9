"""Somebody else of the account, who makes changes in place of the rotation's own keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from keyturn.model.keys import KeyPair
from keyturn.model.other_buckets import OtherBuckets
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Context
from keyturn.rotation.finding.survey import take_survey
from keyturn.rotation.planning.plan import Options, Plan
from keyturn.rotation.planning.planning import make_plan
from keyturn.rotation.signers.signer_choice import opened_signer
from keyturn.rotation.signers.who import Who
from keyturn.rotation.steps import Result, Route

from .conftest import Office


def policy(*actions: str, resource: str = "*") -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}]})


def no_code(device: str) -> str:
    raise AssertionError(f"asked for a code of {device}")


@dataclass
class Colleague:
    """Somebody of the account who may manage its users' keys, with a profile on this computer."""

    office: Office
    pair: KeyPair

    def start(self, who: str = "profile:admin", code: Callable[[str], str] = no_code) -> Context:
        made = self.office.start()
        return replace(made, signer=opened_signer(made, Who.parsed(who), code))

    def plan(self, context: Context, route: Route) -> Plan:
        survey = take_survey(context)
        (found,) = survey.find(self.office.old.access_key_id.value)
        options = Options(route, watch_days=0, off_days=0, other_buckets=OtherBuckets.LEAVE_OUT)
        return make_plan(context, survey, found, options)

    def rotate(self, route: Route, who: str = "profile:admin") -> Result:
        context = self.start(who)
        return rotation_service.rotate(context, self.plan(context, route))


def profile(name: str, pair: KeyPair) -> str:
    key, secret = pair.access_key_id.value, pair.secret.reveal()
    return f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"


def with_colleague(office: Office) -> Colleague:
    """The programs use the key of a user that may only reach S3; the colleague may do everything."""
    office.account.create_user("robot", policies={"s3": policy("s3:*")})
    office.old = office.account.create_user_key("robot", age_days=200)
    office.write_programs()
    office.account.create_user("admin", policies={"all": policy("*")})
    pair = office.account.create_user_key("admin", age_days=30)
    office.write(".aws/credentials", profile("admin", pair))
    return Colleague(office, pair)


def changes(office: Office, *actions: str) -> set[str]:
    """Who asked for these at AWS."""
    return {str(one.key) for one in office.account.records if one.action in actions and one.result == "ok"}
