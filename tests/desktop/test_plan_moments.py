"""A plan as moments: what is done when, by whom, and no moment without work."""

from __future__ import annotations

from datetime import UTC, datetime

from keyturn.desktop.plan_moments import Doer, moments_of
from keyturn.desktop.plan_view import PlanFacts
from keyturn.desktop.rotation_view import Program
from keyturn.rotation.planning.by_hand import DELETE, TURN_OFF
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.steps import Awaited, Route

_MONDAY = datetime(2026, 11, 30, 12, tzinfo=UTC)
_OFF = Awaited(TURN_OFF, "Turn off AKIA…2EPF in the AWS console", ())
_DELETE = Awaited(DELETE, "Delete AKIA…2EPF in the AWS console", ())


def _plan(*by_hand: Awaited, route: Route = Route.SCOPED_USER, programs: tuple[str, ...] = ("rclone",)) -> PlanFacts:
    return PlanFacts(
        route=route,
        user_name="backup-home",
        programs=tuple(Program(f"{n}", name, name, "oma", "~/x", ()) for n, name in enumerate(programs)),
        programs_by_hand=(),
        changes=(),
        calls=(),
        by_hand=by_hand,
        can=(),
        cannot=(),
        notes=(),
        policy="",
        closed=(),
        command="",
        buckets=("attic", "cellar") if route is Route.SCOPED_USER else (),
    )


def test_each_moment_has_its_day_and_who_acts() -> None:
    arq = Awaited("guided-arq", "Change the key in Arq", ())
    now, today, off, gone = moments_of(_plan(arq, _OFF, _DELETE), Options(), _MONDAY)
    assert (now.title, now.doer, now.names) == ("Now", Doer.KEYTURN, ("attic", "cellar"))
    assert now.lines[0] == "Makes a key that can reach only these 2 buckets:"
    assert (today.doer, today.lines) == (Doer.YOU, ("Change the key in Arq",))
    assert (off.title, off.when, off.lines) == ("In 3 days", "Thursday, 3 December", (_OFF.title,))
    assert (gone.title, gone.when, gone.lines) == ("In 10 days", "Thursday, 10 December", (_DELETE.title,))


def test_a_day_without_work_is_left_out_and_other_days_move_the_dates() -> None:
    moments = moments_of(_plan(), Options(watch_days=0, off_days=1), _MONDAY)
    assert [one.title for one in moments] == ["Now", "Then, the same day", "In 1 day"]
    assert moments[1].lines == ("Turn the old key off: one button here",)


def test_places_of_one_program_are_counted() -> None:
    (now, *_later) = moments_of(_plan(programs=("AWS CLI", "AWS CLI", "rclone")), Options(), _MONDAY)
    assert now.lines[1] == "Puts it into 3 places: AWS CLI (2), rclone"


def test_who_retires_a_key_reads_of_no_new_one() -> None:
    (now, *_later) = moments_of(_plan(route=Route.RETIRE, programs=()), Options(), _MONDAY)
    assert now.lines == ("Checks that nothing here uses the key, and makes no new one",)
    assert now.names == ()
