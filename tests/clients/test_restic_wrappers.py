"""Backrest, resticprofile, autorestic, crestic and runrestic: which key serves which repository."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.clients.interface import OwnCheck
from keyturn.clients.programs.backrest import Backrest
from keyturn.clients.registry import client_named
from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import RunningProgram
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.needs import Addition
from keyturn.model.places import Findings, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))


def find(name: str, home: Path, environment: Mapping[str, str] | None = None) -> Findings:
    return client_named(name).find(Computer(Platform.LINUX, home, environment or {}, is_this_one=False))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def own_check(name: str, home: Path, target: Target | None = None, locator: str | None = None) -> OwnCheck | None:
    """The check on a computer that has a program called restic."""
    write(home / "programs" / "restic", "#!/bin/sh\n").chmod(0o755)
    computer = Computer(Platform.LINUX, home, {"PATH": str(home / "programs")}, is_this_one=True)
    place = next(place for place in find(name, home).places if locator in (None, place.locator))
    return client_named(name).check(computer, place, target)


def variables(pair: KeyPair) -> list[str]:
    return [f"AWS_ACCESS_KEY_ID={pair.access_key_id}", f"AWS_SECRET_ACCESS_KEY={pair.secret.reveal()}"]


# ── Backrest ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_repository_of_backrest_is_a_place(tmp_path: Path) -> None:
    repos = [
        {"id": "a", "uri": "s3:https://s3.eu-west-1.amazonaws.com/photos/a", "env": variables(ONE)},
        {"id": "b", "uri": "/mnt/disk", "env": ["AWS_ACCESS_KEY_ID=${AWS_ID}", "AWS_SECRET_ACCESS_KEY=${AWS_SECRET}"]},
        {"id": "c", "uri": "s3:s3.amazonaws.com/attic", "env": [*variables(ONE), *variables(TWO)]},
        {"id": "d", "uri": "rest:https://x/"},
    ]
    write(tmp_path / ".config/backrest/config.json", json.dumps({"repos": repos}))

    first, last = find("backrest", tmp_path).places

    assert (first.pair, first.name, first.targets, first.region) == (ONE, "a", (Target("photos", "a"),), "eu-west-1")
    assert (last.pair, last.targets) == (TWO, (Target("attic"),))


def test_backrests_check_is_restics_and_shows_no_secret(tmp_path: Path) -> None:
    repo = {"id": "a", "uri": "s3:s3.amazonaws.com/photos", "password": "made-up", "env": variables(ONE)}
    write(tmp_path / ".config/backrest/config.json", json.dumps({"repos": [repo]}))

    check = own_check("backrest", tmp_path, Target("photos"))

    assert check is not None
    assert check.arguments[1:] == ("cat", "config", "--no-lock", "--no-cache")
    assert {one.variable for one in check.private_files} == {"AWS_SHARED_CREDENTIALS_FILE", "RESTIC_PASSWORD_FILE"}
    shown = f"{check!r} {check.arguments} {dict(check.environment)}"
    assert ONE.secret.reveal() not in shown
    assert "made-up" not in shown
    assert own_check("backrest", tmp_path, Target("another")) is None


def test_backrest_has_to_be_stopped_before(tmp_path: Path) -> None:
    program = RunningProgram(1, "backrest", ("backrest",), {"HOME": str(tmp_path)}, datetime(2026, 3, 1, tzinfo=UTC))
    config = tmp_path / ".config" / "backrest" / "config.json"

    assert "Stop Backrest" in (Backrest().must_be_stopped(program) or "")
    assert Backrest().config_files(Computer.at(tmp_path, "linux"), program) == (config,)


# ── resticprofile ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_profiles_that_inherit_a_key_add_their_repositories(tmp_path: Path) -> None:
    write(
        tmp_path / ".config/resticprofile/profiles.toml",
        'version = "1"\n[global]\nrestic-binary = "restic"\n'
        '[default]\nrepository = "s3:s3.amazonaws.com/photos"\npassword-file = "key"\n'
        f'[default.env]\nAWS_ACCESS_KEY_ID = "{ONE.access_key_id}"\nAWS_SECRET_ACCESS_KEY = "{ONE.secret.reveal()}"\n'
        '[attic]\ninherit = "default"\nrepository = "s3:s3.amazonaws.com/attic/x"\n'
        '[deep]\ninherit = "attic"\nrepository = "s3:s3.amazonaws.com/deep"\n'
        '[own]\ninherit = "default"\nrepository = "s3:s3.amazonaws.com/own"\n'
        f'[own.env]\naws_access_key_id = "{TWO.access_key_id}"\naws_secret_access_key = "{TWO.secret.reveal()}"\n'
        '[ring]\ninherit = "gnir"\n[gnir]\ninherit = "ring"\n',
    )

    shared, own = find("resticprofile", tmp_path).places

    assert (shared.pair, shared.targets) == (ONE, (Target("photos"), Target("attic", "x"), Target("deep")))
    assert (own.pair, own.targets) == (TWO, (Target("own"),))
    check = own_check("resticprofile", tmp_path, Target("attic", "x"), "default")
    assert check is not None
    assert check.environment["RESTIC_PASSWORD_FILE"] == str(tmp_path / ".config/resticprofile/key")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("profiles.toml", "[default.env]\nAWS_ACCESS_KEY_ID = {{ .Env.KEY }}\n# old: AKIAONE0000000000001\n"),
        ("profiles.yaml", "{{ define `x` }}\ndefault:\n  env:\n    AWS_ACCESS_KEY_ID: AKIAONE0000000000001\n"),
        ("profiles.hcl", 'default { env { AWS_ACCESS_KEY_ID = "AKIAONE0000000000001" } }\n'),
    ],
)
def test_templates_and_hcl_are_mentioned_and_left_to_a_person(name: str, text: str, tmp_path: Path) -> None:
    write(tmp_path / ".config/resticprofile" / name, text)

    findings = find("resticprofile", tmp_path)

    assert [(place.kind, place.editable, place.note != "") for place in findings.places] == [
        (PlaceKind.MENTION, False, True)
    ]
    assert len(findings.problems) == (0 if name.endswith("hcl") else 1)


def test_a_secret_that_a_template_fills_in_is_a_mention(tmp_path: Path) -> None:
    write(
        tmp_path / ".config/resticprofile/profiles.yaml",
        f"default:\n  env:\n    AWS_ACCESS_KEY_ID: {ONE.access_key_id}\n"
        "    AWS_SECRET_ACCESS_KEY: '{{ .Env.S }}'\n",
    )

    (place,) = find("resticprofile", tmp_path).places

    assert (place.kind, place.secret) == (PlaceKind.MENTION, None)


# ── autorestic ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_a_back_end_on_s3_names_a_bucket(tmp_path: Path) -> None:
    write(
        tmp_path / ".autorestic.yml",
        "version: 2\nbackends:\n"
        "  far:\n    type: s3\n    path: s3.amazonaws.com/photos/x\n    env:\n"
        f"      aws_access_key_id: {ONE.access_key_id}\n"
        f"      aws_secret_access_key: {ONE.secret.reveal()}\n"
        f"  odd:\n    type: rest\n    path: https://nas/attic\n    env:\n      AWS_ACCESS_KEY_ID: {TWO.access_key_id}\n"
        f"      AWS_SECRET_ACCESS_KEY: {TWO.secret.reveal()}\n",
    )

    far, odd = find("autorestic", tmp_path).places

    assert (far.pair, far.targets) == (ONE, (Target("photos", "x"),))
    assert (odd.pair, odd.targets) == (TWO, ())


@pytest.mark.parametrize(
    "said",
    [
        "global:\n  all:\n    option: [s3.storage-class=DEEP_ARCHIVE]\n",
        "locations:\n  home:\n    from: /home\n    to: far\n    options:\n      backup:\n        -o:\n"
        "          - s3.storage-class=deep_archive\n",
    ],
)
def test_what_autorestic_hands_to_restic_counts_for_the_back_end(said: str, tmp_path: Path) -> None:
    write(
        tmp_path / ".autorestic.yml",
        "version: 2\nbackends:\n  far:\n    type: s3\n    path: s3.amazonaws.com/photos/x\n    env:\n"
        f"      AWS_ACCESS_KEY_ID: {ONE.access_key_id}\n      AWS_SECRET_ACCESS_KEY: {ONE.secret.reveal()}\n"
        "    options:\n      all:\n        option: s3.enable-restore=1\n" + said,
    )

    (far,) = find("autorestic", tmp_path).places

    assert far.manner.storage_class == "DEEP_ARCHIVE"
    assert Addition.RESTORE in far.additions


# ── crestic ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_variables_of_global_serve_all_presets_of_crestic(tmp_path: Path) -> None:
    write(
        tmp_path / ".config/crestic/config.cfg",
        f"[global.environ]\nAWS_ACCESS_KEY_ID: {ONE.access_key_id}\nAWS_SECRET_ACCESS_KEY: {ONE.secret.reveal()}\n"
        "[photos]\nrepo: s3:s3.amazonaws.com/photos\nexclude-caches\n[attic@]\nrepo: s3:s3.amazonaws.com/attic\n"
        f"[@far.environ]\nAWS_ACCESS_KEY_ID={TWO.access_key_id}\nAWS_SECRET_ACCESS_KEY={TWO.secret.reveal()}\n",
    )

    everywhere, far = find("crestic", tmp_path).places

    assert (everywhere.pair, everywhere.targets) == (ONE, (Target("photos"), Target("attic")))
    assert (far.pair, far.targets) == (TWO, (Target("attic"),))


def test_references_of_crestic_are_mentions(tmp_path: Path) -> None:
    write(
        tmp_path / ".config/crestic/config.cfg",
        f"[keys]\nsecret = x\n[a.environ]\nAWS_ACCESS_KEY_ID={ONE.access_key_id}\n"
        "AWS_SECRET_ACCESS_KEY=${keys:secret}\n"
        "[b.environ]\nAWS_ACCESS_KEY_ID=$KEY\nAWS_SECRET_ACCESS_KEY=x\n",
    )

    (place,) = find("crestic", tmp_path).places

    assert (place.kind, place.editable) == (PlaceKind.MENTION, False)


def test_presets_that_combine_more_often_than_anybody_can_follow_have_no_known_bucket(tmp_path: Path) -> None:
    pair = f"AWS_ACCESS_KEY_ID={ONE.access_key_id}\nAWS_SECRET_ACCESS_KEY={ONE.secret.reveal()}\n"
    text = "".join(f"[a{n}@]\nrepo=s3:h/b{n}\n" for n in range(200))
    text += "".join(f"[@b{n}.environ]\n{pair}" for n in range(200))
    write(tmp_path / ".config/crestic/config.cfg", text)

    places = find("crestic", tmp_path).places

    assert len(places) == 200
    assert not any(place.targets for place in places)


def test_what_configparser_refuses_crestic_refuses(tmp_path: Path) -> None:
    line = f"AWS_ACCESS_KEY_ID={ONE.access_key_id}\n"
    write(tmp_path / ".config/crestic/conf.d/a.cfg", f"[a.environ]\n{line}{line}")

    findings = find("crestic", tmp_path)

    assert [problem.code for problem in findings.problems] == ["file.unparsable"]
    assert [place.kind for place in findings.places] == [PlaceKind.MENTION]


# ── runrestic ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_runrestics_one_key_serves_all_repositories_of_its_file(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "runrestic"
    keys = f'AWS_ACCESS_KEY_ID = "{ONE.access_key_id}"\nAWS_SECRET_ACCESS_KEY = "{ONE.secret.reveal()}"\n'
    write(
        folder / "a.toml",
        f'repositories = ["s3:s3.amazonaws.com/a", "/mnt", "s3:s3.amazonaws.com/b/c"]\n[environment]\n{keys}',
    )
    write(folder / "notes.txt", f"[environment]\n{keys}")

    (place,) = find("runrestic", tmp_path).places

    assert (place.pair, place.targets) == (ONE, (Target("a"), Target("b", "c")))
    assert own_check("runrestic", tmp_path) is None
