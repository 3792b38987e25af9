"""Keys in files that Keyturn does not edit: the plan is open, a person changes them, and it is seen when that took."""

from __future__ import annotations

from base64 import b64encode

from keyturn.rotation import rotation_service
from keyturn.rotation.steps import Result, Route

from .conftest import Office


def script(office: Office) -> str:
    return (
        f"s3 = client(aws_access_key_id='{office.old.access_key_id}', "
        f"aws_secret_access_key='{office.old.secret.reveal()}', bucket='office-backup')\n"
    )


def the_file(result: Result) -> str:
    (item,) = (one for one in result.awaiting if one.item == "guided-file")
    return "\n".join([item.title, *item.steps, *item.notes])


def test_a_script_in_a_language_of_its_own_is_opened_by_a_person(office: Office) -> None:
    office.forget_programs()
    path = office.write("bin/backup.py", script(office))
    plan = office.plan(Route.SCOPED_USER)
    assert not plan.closed
    assert plan.decision is not None
    assert plan.decision.buckets == ("office-backup",)
    (item,) = (one for one in plan.by_hand if one.item == "guided-file")
    assert f"Open {path} (line 1, " in " ".join(item.steps)


def test_it_is_seen_whether_the_old_key_stands_in_the_file_still(office: Office) -> None:
    path = office.write("bin/backup.py", script(office))
    result = office.rotate(Route.SCOPED_USER)
    assert "the old key still stands in backup.py" in the_file(result)
    assert result.new_access_key_id is not None

    path.write_text(script(office).replace(office.old.access_key_id.value, result.new_access_key_id.value))
    assert "not seen in it any more" in the_file(rotation_service.carry_on(office.start(), None))


def test_a_remark_with_the_old_id_is_no_dead_end(office: Office) -> None:
    path = office.write("bin/backup.py", script(office))
    office.rotate(Route.SCOPED_USER)
    assert "guided-file" in [one.item for one in rotation_service.tick(office.start(), None, "guided-file").awaiting]

    path.write_text(f"# was {office.old.access_key_id}\n")
    ticked = rotation_service.tick(office.start(), None, "guided-file")

    assert "guided-file" not in [one.item for one in ticked.awaiting]


def test_a_pair_behind_an_anchor_is_changed_by_hand_and_the_containers_made_anew(office: Office) -> None:
    pair = f"AWS_ACCESS_KEY_ID: {office.old.access_key_id}\n  AWS_SECRET_ACCESS_KEY: {office.old.secret.reveal()}"
    service = "  a:\n    environment:\n      <<: *aws\n      S3_BUCKET: office-backup\n"
    office.write("stack/compose.yaml", f"x-aws: &aws\n  {pair}\nservices:\n{service}")
    plan = office.plan(Route.SCOPED_USER)
    assert not plan.closed
    (item,) = (one for one in plan.by_hand if one.item == "guided-file")
    assert "docker compose up -d" in " ".join(item.steps)


def test_who_opens_a_manifest_is_told_that_its_values_stand_in_base64(office: Office) -> None:
    office.forget_programs()
    values = (b64encode(one.encode()).decode() for one in (office.old.access_key_id.value, office.old.secret.reveal()))
    text = "kind: Secret\ndata:\n  AWS_ACCESS_KEY_ID: {}\n  AWS_SECRET_ACCESS_KEY: {}\n"
    office.write("k8s/secret.yaml", text.format(*values))
    (item,) = (one for one in office.plan(Route.SCOPED_USER).by_hand if one.item == "guided-file")
    assert "printf %s NEW | base64" in " ".join(item.steps)
