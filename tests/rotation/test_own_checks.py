"""When a program's own check is run, and when never; and that a question is put once, however many places put it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from keyturn.clients.registry import client_named
from keyturn.computer.computer import Computer, Platform
from keyturn.model.places import Place, Target
from keyturn.rotation.carrying_out.own_checks import OwnCheckRequest, own_check, own_checks
from keyturn.rotation.context import Context

SECRET = "madeUP/+" * 5


def remotes(home: Path, *names: str, secret: str = SECRET) -> str:
    """The text of a configuration of rclone with so many remotes of one key."""
    return "".join(
        f"[{name}]\ntype = s3\naccess_key_id = AKIAMADEUPFORCHECKS5\nsecret_access_key = {secret}\n" for name in names
    )


@pytest.fixture
def here(tmp_path: Path) -> Computer:
    """This computer, with a stand-in for rclone that writes down how often it is started and fails for one bucket."""
    program = tmp_path / "programs" / "rclone"
    program.parent.mkdir(mode=0o755)
    program.write_text(f'#!/bin/sh\necho "$2" >>{tmp_path}/started\ncase "$2" in *:broken*) exit 1;; esac\n')
    program.chmod(0o755)
    return Computer(Platform.LINUX, tmp_path, {"PATH": str(program.parent)}, is_this_one=True)


def asks(computer: Computer, slept: list[float] | None = None) -> Context:
    """What an own check looks at: the computer, a clock, and an AWS where a key is new if time passes at all."""
    aws = SimpleNamespace(settings=SimpleNamespace(proxies={}), is_new=lambda _key: slept is not None)
    clock = SimpleNamespace(sleep=([] if slept is None else slept).append)
    return cast(Context, SimpleNamespace(computer=computer, aws=aws, clock=clock, endpoint_url=None))


def found(computer: Computer) -> dict[str, Place]:
    return {place.name: place for place in client_named("rclone").find(computer).places}


def test_no_program_is_asked_with_the_configuration_of_another_computer(tmp_path: Path) -> None:
    (tmp_path / ".rclone.conf").write_text(remotes(tmp_path, "r"))
    elsewhere = Computer.at(tmp_path, "linux")
    (place,) = client_named("rclone").find(elsewhere).places

    assert own_check(cast(Context, SimpleNamespace(computer=elsewhere)), place, Target("photos")) == []


def test_places_that_put_the_same_question_share_one_answer(here: Computer) -> None:
    (here.home / ".rclone.conf").write_text(remotes(here.home, "one", "two", "three"))
    places = found(here)
    asked = [OwnCheckRequest(places[name], Target(bucket)) for bucket in ("b-1", "broken") for name in sorted(places)]

    answers = list(own_checks(asks(here), asked))

    assert [[check.ok for check in checks] for checks in answers] == [[True]] * 3 + [[False]] * 3
    assert len((here.home / "started").read_text().splitlines()) == 2


def test_another_secret_is_another_question(here: Computer) -> None:
    other = remotes(here.home, "two", secret=SECRET[::-1])
    (here.home / ".rclone.conf").write_text(remotes(here.home, "one") + other)
    asked = [OwnCheckRequest(place, Target("b-1")) for place in found(here).values()]

    assert [[check.ok for check in checks] for checks in own_checks(asks(here), asked)] == [[True], [True]]
    assert len((here.home / "started").read_text().splitlines()) == 2


def test_a_new_key_that_is_refused_is_tried_again_and_an_old_one_is_not(here: Computer) -> None:
    (here.home / ".rclone.conf").write_text(remotes(here.home, "one"))
    (place,) = found(here).values()
    slept: list[float] = []
    old, new = (OwnCheckRequest(place, Target("broken"), key) for key in (None, place.access_key_id))

    list(own_checks(asks(here, slept), [old]))
    assert slept == []

    ((check,),) = own_checks(asks(here, slept), [new])
    assert check.ok is False and sum(slept) == 30
