"""Which ways out fit a key, and which of them is the recommended one."""

from __future__ import annotations

from collections.abc import Sequence

from keyturn.model.errors import UsageError
from keyturn.model.keys import PrincipalKind
from keyturn.model.places import PlaceKind
from keyturn.model.text import _
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.planning.way_to_keys import has_console
from keyturn.rotation.steps import Route

# Whose keys these routes are for; the others are for everybody's.
_OWNERS = {Route.NEW_ROOT_KEY: PrincipalKind.ROOT, Route.SAME_USER: PrincipalKind.USER}


def routes_for(found: FoundKey, also: Sequence[str] = ()) -> tuple[Route, ...]:
    """The routes to choose from, the recommended one first.

    A key that something uses cannot just be retired, and one that nothing uses has nobody to give a new key to.

    Args:
        also: what a person says uses it, as `Options.also`.
    """
    if not also and not _is_used_here(found):
        return (Route.RETIRE,)
    if found.at_store:
        return (Route.GIVEN_PAIR,)
    left_out = {Route.RETIRE, Route.GIVEN_PAIR}
    fitting = [route for route in Route if route not in left_out and _fits(found, route)]
    recommended = _recommended(found, also)
    return (recommended, *(route for route in fitting if route is not recommended))


def chosen_route(found: FoundKey, options: Options) -> Route:
    """The route that was asked for, or the recommended one.

    Raises:
        UsageError: where the route that was asked for does not fit the key, or what else was asked for.
    """
    route = options.route or _fitting(found, options)
    if route is not Route.GIVEN_PAIR and (found.at_store or options.pair is not None):
        raise _does_not_fit(route, _why_given(found))
    if (options.append_only or options.prefix_only) and route is not Route.SCOPED_USER:
        raise UsageError(
            _("--append-only and --prefix-only are for a new user"),
            _("The route {route} makes none, so there is no policy to narrow. Nothing was changed.").format(
                route=route.value
            ),
            code="usage.route",
        )
    if route is Route.RETIRE and options.also:
        raise UsageError(
            _("A key that is in use cannot just be retired"),
            _("--also says that {names} uses it. Nothing was changed. Choose another route.").format(
                names=", ".join(options.also)
            ),
            code="usage.route",
        )
    if not _fits(found, route):
        reason = _("{key} belongs to {owner}. See `keyturn plan -h` for the routes.")
        owner = "" if found.key.owner is None else found.key.owner.arn
        raise _does_not_fit(route, reason.format(key=found.key.access_key_id.masked, owner=owner))
    return route


def _fitting(found: FoundKey, options: Options) -> Route:
    if found.at_store or options.pair is not None:
        return Route.GIVEN_PAIR
    if options.append_only or options.prefix_only:
        return Route.SCOPED_USER
    return _recommended(found, options.also)


def _why_given(found: FoundKey) -> str:
    if found.at_store:
        text = _("{key} is the key of an S3-compatible store, which has no users that Keyturn could make.")
        return text.format(key=found.key.access_key_id.masked)
    return _("--pair gives a key that you made, so no other is made.")


def _does_not_fit(route: Route, reason: str) -> UsageError:
    return UsageError(
        _("The route {route} does not fit this key").format(route=route.value),
        _("{reason} Nothing was changed.").format(reason=reason),
        code="usage.route",
    )


def _recommended(found: FoundKey, also: Sequence[str] = ()) -> Route:
    if not also and not _is_used_here(found):
        return Route.RETIRE
    if _kind(found) is PrincipalKind.USER:
        return Route.SAME_USER
    # Where the root user has no console, only another root key ends the old one.
    return Route.SCOPED_USER if has_console(found.key.owner) else Route.NEW_ROOT_KEY


def _fits(found: FoundKey, route: Route) -> bool:
    return _kind(found) in {_OWNERS.get(route), None} if route in _OWNERS else True


def _kind(found: FoundKey) -> PrincipalKind | None:
    return None if found.key.owner is None else found.key.owner.kind


def _is_used_here(found: FoundKey) -> bool:
    return any(place.kind is PlaceKind.DESTINATION for place in found.places)
