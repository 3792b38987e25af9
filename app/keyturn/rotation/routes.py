"""Which ways out fit a key, and which of them is the recommended one."""

from __future__ import annotations

from collections.abc import Sequence

from keyturn.model.errors import UsageError
from keyturn.model.keys import PrincipalKind
from keyturn.model.places import PlaceKind
from keyturn.model.text import _
from keyturn.rotation.steps import Route
from keyturn.rotation.survey import FoundKey

# Whose keys these routes are for; the others are for everybody's.
_OWNERS = {Route.NEW_ROOT_KEY: PrincipalKind.ROOT, Route.SAME_USER: PrincipalKind.USER}


def routes_for(found: FoundKey) -> tuple[Route, ...]:
    """The routes to choose from, the recommended one first.

    A key that a program here uses cannot just be retired, and one that none uses has nobody to give a new key to.
    """
    if not _is_used_here(found):
        return (Route.RETIRE,)
    if found.at_store:
        return (Route.GIVEN_PAIR,)
    left_out = {Route.RETIRE, Route.GIVEN_PAIR}
    fitting = [route for route in Route if route not in left_out and _fits(found, route)]
    recommended = _recommended(found)
    return (recommended, *(route for route in fitting if route is not recommended))


def chosen_route(found: FoundKey, asked: Route | None, also: Sequence[str] = (), *, given: bool = False) -> Route:
    """The route that was asked for, or the recommended one.

    Args:
        also: programs of which a person says that they use the key.
        given: the person gives a key that they made.

    Raises:
        UsageError: where the route that was asked for does not fit the key.
    """
    if asked is Route.GIVEN_PAIR or (asked is None and (found.at_store or given)):
        return Route.GIVEN_PAIR
    if asked is not None and (found.at_store or given):
        reason = (
            _("{key} is the key of an S3-compatible store, which has no users that Keyturn could make.")
            if found.at_store
            else _("--pair gives a key that you made, so no other is made.")
        )
        raise UsageError(
            _("The route {route} does not fit this key").format(route=asked.value),
            _("{reason} Nothing was changed. Leave --route out.").format(
                reason=reason.format(key=found.key.access_key_id.masked)
            ),
            code="usage.route",
        )
    if asked is None:
        return _recommended(found, also)
    if asked is Route.RETIRE and also:
        raise UsageError(
            _("A key that is in use cannot just be retired"),
            _("--also says that {names} uses it. Nothing was changed. Choose another route.").format(
                names=", ".join(also)
            ),
            code="usage.route",
        )
    if not _fits(found, asked):
        raise UsageError(
            _("The route {route} does not fit this key").format(route=asked.value),
            _("{key} belongs to {owner}. Nothing was changed. See `keyturn plan -h` for the routes.").format(
                key=found.key.access_key_id.masked, owner="" if found.key.owner is None else found.key.owner.arn
            ),
            code="usage.route",
        )
    return asked


def _recommended(found: FoundKey, also: Sequence[str] = ()) -> Route:
    if not also and not _is_used_here(found):
        return Route.RETIRE
    return Route.SAME_USER if _kind(found) is PrincipalKind.USER else Route.SCOPED_USER


def _fits(found: FoundKey, route: Route) -> bool:
    return _kind(found) in {_OWNERS.get(route), None} if route in _OWNERS else True


def _kind(found: FoundKey) -> PrincipalKind | None:
    return None if found.key.owner is None else found.key.owner.kind


def _is_used_here(found: FoundKey) -> bool:
    return any(place.kind is PlaceKind.DESTINATION for place in found.places)
