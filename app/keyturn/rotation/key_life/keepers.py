"""Making this computer's keeper, letting it look after users, and removing it.

Each request is remembered before it is sent, so that a keeper that was half made is finished, or removed, by the next
command. Its key is treated as a rotation's: asked for once, kept before it is used, and where the answer was lost found
by listing and removed, if it is ours for sure (see `creating` and `ownership`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from keyturn.aws import access_keys, identity, scoped_user
from keyturn.aws.keeper_user import KEEPER_NAME, KEEPER_TAG, keeper_policy, put_keeper_policy
from keyturn.aws.scoped_user import IamUser
from keyturn.aws.user_powers import powers_of_user
from keyturn.model.errors import AppError, AwsError, AwsFault, StoreError, UsageError
from keyturn.model.keys import AccessKeyId
from keyturn.model.needs import PolicyDocument
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.key_life.keeper_keys import (
    KeeperLeft,
    is_lost,
    kept_or_removed,
    left_over,
    new_keeper_key,
    remember_keeper,
)
from keyturn.rotation.record import Rotation
from keyturn.rotation.signers.signer import Signer
from keyturn.rotation.signers.somebody import Somebody
from keyturn.rotation.steps import Route
from keyturn.state import keeper as memory
from keyturn.state.keeper import Keeper

_HOST_LENGTH = 30
_RANDOM_LENGTH = 8


def explained(keeper: Keeper | None, whereabouts: str, *, renews_itself: bool = False) -> tuple[str, ...]:
    """What a keeper may, where it lives, how it is removed; and first, what anyone who has its key can do.

    Args:
        keeper: None for one that is still to be made.
        whereabouts: where its secret is kept.
        renews_itself: it may change its own key.
    """
    itself = _(
        "It may make, list, turn off and on and delete their access keys, see when these were used last, read and "
        "tag the users, and read the event history; it may do nothing else, and can change neither itself nor its "
        "rights."
    )
    if renews_itself or (keeper is not None and keeper.renews_itself):
        itself = _(
            "It may make, list, turn off and on and delete their access keys and its own, see when these were used "
            "last, read and tag the users, and read the event history; it may do nothing else, and cannot change its "
            "rights. Anyone who has its key can put another one in its place, too."
        )
    adopted = "" if keeper is None else ", ".join(one.rpartition("/")[2] for one in keeper.adopted)
    users = _("the users that Keyturn makes")
    if adopted:
        users = _("the users that Keyturn makes, and {names}").format(names=adopted)
    return (
        _("Anyone who has the keeper's key can make a key for each of these users: {users}.").format(users=users),
        itself,
        _("Its secret lives {whereabouts}, and nowhere else.").format(whereabouts=whereabouts),
        _("`keyturn keeper remove --as WHO` deletes it, and so does deleting its user in the AWS console."),
    )


def offer(context: Context, rotation: Rotation) -> str | None:
    """A sentence that offers a keeper, as long as the old key may make one; None where it is not the time for it.

    The new key of a scoped user may not even ask IAM about itself, so later another identity would be needed.
    """
    decision = rotation.decision
    if decision.route is not Route.SCOPED_USER or rotation.new_key is None or rotation.is_over:
        return None
    try:
        if rotation.off_at is not None or _remembered(context) is not None:
            return None
    except StoreError:
        return None  # which is told by itself
    text = _(
        "As long as {old} is on, it can make a keeper, which renews {new} later without the console: `keyturn keeper "
        "make --as key:{last4}`. It says first what that means."
    )
    return text.format(old=decision.key.masked, new=rotation.new_key.masked, last4=decision.key.last4)


def expect_maker(signer: Signer) -> Somebody:
    """Return the identity that makes or changes the keeper.

    Raises:
        UsageError: where none was named, or the keeper itself.
    """
    if not isinstance(signer, Somebody) or signer.is_keeper:
        raise UsageError(
            _("Who changes the keeper?"),
            _(
                "The keeper cannot change itself. Name an identity that may manage users, such as --as profile:NAME or "
                "--as key:ID. Nothing was changed."
            ),
            code="keeper.who",
        )
    return signer


def policy_of(keeper: Keeper) -> PolicyDocument:
    """All that this keeper may."""
    itself = keeper.keeper_id if keeper.renews_itself else ""
    return keeper_policy(keeper.partition, keeper.account, keeper.adopted, itself)


def make(context: Context, maker: Somebody, *, renews_itself: bool = False) -> Keeper:
    """Make the keeper, or finish one that was half made. Where a step fails, what was made is removed again.

    Args:
        renews_itself: it may change its own key; one that was begun stays as it was begun.

    Raises:
        UsageError: where there is one already.
        KeeperLeft: where something is left at AWS.
        AppError: why it was not made; nothing of it is left then.
    """
    folder = context.folder
    begun = memory.load(folder)
    if begun is not None and begun.is_usable and not begun.unsent:
        raise UsageError(
            _("This computer has a keeper already"),
            _("It is {user}. `keyturn keeper show` says what it may. Nothing was changed.").format(user=begun.arn),
            code="keeper.there",
        )
    context.secrets.check()
    if not context.secrets.outlives_the_program:
        raise UsageError(
            _("A keeper's secret cannot be kept in memory"),
            _("It would be lost when this program ends. Leave out --secrets memory. Nothing was changed."),
            code="keeper.memory",
        )
    if begun is not None and begun.removing:
        remove(context, maker)
        begun = None
    keeper = begun or _begun(context, maker, renews_itself=renews_itself)
    expect_same_account(keeper, maker)
    try:
        return _made(context, maker, keeper)
    except KeeperLeft:
        raise
    except AppError as error:
        if error.waits or (begun is not None and begun.is_usable):
            raise
        _take_back(context, maker, error)
        raise


def adopt(context: Context, maker: Somebody, names: Sequence[str], *, even_if_powerful: bool = False) -> Keeper:
    """Let the keeper look after these users as well, no matter who made them.

    Raises:
        UsageError: where there is no keeper, no such user, or one that could make more of itself.
        AppError: where the keeper's rights could not be changed; they may then be changed by the same command.
    """
    keeper = whole_keeper(context)
    expect_same_account(keeper, maker)
    found = [_adoptable(context, maker, name, even_if_powerful=even_if_powerful) for name in names]
    arns = tuple(dict.fromkeys([*keeper.adopted, *(user.arn for user in found)]))
    policy = policy_of(replace(keeper, adopted=arns))
    if policy.is_managed:
        put_keeper_policy(context.aws, maker.pair, keeper.user_name, policy)  # says that it is too long
    return _with_rights(context, maker, replace(keeper, adopted=arns))


def remove(context: Context, maker: Somebody) -> None:
    """Delete the keeper's key and user, wipe its secret, and forget it. One that is gone at AWS is only forgotten.

    Raises:
        UsageError: where there is none.
        KeeperLeft: where some of it is deleted, or may be, and some is left: somebody gave its user more than Keyturn
            did, or AWS refused the rest.
        AppError: why nothing was deleted; the keeper is then as it was.
    """
    keeper = _remembered(context)
    if keeper is None:
        raise _none_here()
    expect_same_account(keeper, maker)
    if not keeper.user_id:
        # IAM never said that it made the user, and if it did so a moment ago it may not know of it yet.
        context.aws.remember_new(keeper.user_name)
    user = keepers_user(context, maker, keeper)
    keys = [] if user is None else _keys_of(context, maker, keeper, user)
    remember_keeper(context, replace(keeper, removing=True))
    if user is not None:
        _delete(context, maker, keeper, user, keys)
    for key in {*keys, *([] if keeper.key is None else [keeper.key])}:
        context.secrets.forget(key)
    memory.save(context.folder, None)


def _keys_of(context: Context, maker: Somebody, keeper: Keeper, user: IamUser) -> list[AccessKeyId]:
    """The keys of its user that are this keeper's for sure."""
    return [
        one.access_key_id
        for one in access_keys.list_keys(context.aws, maker.pair, user.name)
        if one.access_key_id == keeper.key
        or context.secrets.get(one.access_key_id) is not None
        or is_lost(context, maker, keeper, one)
    ]


def _delete(context: Context, maker: Somebody, keeper: Keeper, user: IamUser, keys: Sequence[AccessKeyId]) -> None:
    first = True
    try:
        for key in keys:
            access_keys.delete_key(context.aws, maker.pair, key, user_name=user.name)
            first = False
        scoped_user.delete_user(context.aws, maker.pair, user, KEEPER_NAME)
    except AwsError as error:
        if first and error.refused:
            # AWS deleted nothing, so the keeper goes on as before.
            remember_keeper(context, keeper)
            raise
        if error.waits:
            raise
        why = str(error)
        if error.fault is AwsFault.CONFLICT:
            why = _("Somebody gave its user more than Keyturn did, such as another key.")
        raise left_over(keeper, why) from None


def _made(context: Context, maker: Somebody, keeper: Keeper) -> Keeper:
    user = keepers_user(context, maker, keeper)
    if user is None:
        tags = {
            KEEPER_TAG: keeper.keeper_id,
            scoped_user.COMPUTER_TAG: scoped_user.tag_value_from(context.computer.name),
        }
        user = scoped_user.create_user(
            context.aws, maker.pair, keeper.user_name, tags, lambda found: _is_ours(keeper, found)
        )
    keeper = remember_keeper(context, replace(keeper, user_id=user.user_id))
    keeper = _with_rights(context, maker, keeper)
    if keeper.key is not None:
        return keeper
    pair = kept_or_removed(context, maker, keeper) if keeper.requests else None
    if pair is None:
        keeper, pair = new_keeper_key(context, maker, keeper)
    identity.whose(context.aws, pair)  # AWS accepts it, as it was kept
    return remember_keeper(context, replace(keeper, key=pair.access_key_id, made=context.clock.now()))


def _with_rights(context: Context, maker: Somebody, keeper: Keeper) -> Keeper:
    keeper = remember_keeper(context, replace(keeper, unsent=True))
    put_keeper_policy(context.aws, maker.pair, keeper.user_name, policy_of(keeper))
    return remember_keeper(context, replace(keeper, unsent=False))


def _adoptable(context: Context, maker: Somebody, name: str, *, even_if_powerful: bool) -> IamUser:
    flaw = scoped_user.flaw_of_user_name(name)
    if flaw is not None:
        raise UsageError(
            _("“{name}” cannot be the name of an IAM user").format(name=name),
            _("{flaw} Nothing was changed.").format(flaw=flaw),
            code="keeper.no-user",
        )
    user = scoped_user.find_user(context.aws, maker.pair, name)
    if user is None:
        raise UsageError(
            _("There is no IAM user named {name}").format(name=name),
            _("Account {account} has none. Nothing was changed.").format(account=maker.principal.account),
            code="keeper.no-user",
        )
    if even_if_powerful:
        return user
    way = _("If that is meant, add --even-if-powerful. Nothing was changed.")
    try:
        powers = powers_of_user(context.aws, maker.pair, name)
    except AwsError as error:
        if error.fault is not AwsFault.DENIED:
            raise
        raise UsageError(
            _("What {name} may do is not known").format(name=name),
            _("AWS does not let {who} read its policies. {way}").format(who=maker.name, way=way),
            code="keeper.powers-unknown",
        ) from None
    if powers:
        some = ", ".join(powers[:3])
        raise UsageError(
            _("{name} may change IAM or become somebody else").format(name=name),
            _(
                "It is allowed {actions} and more of the kind. Anyone who has the keeper's key could make a key for "
                "it, and with that do all of it. {way}"
            ).format(actions=some, way=way),
            code="keeper.powerful",
        )
    return user


def keepers_user(context: Context, maker: Somebody, keeper: Keeper) -> IamUser | None:
    """The keeper's user; None where it is not there. One of its name that is another's counts for nothing."""
    found = scoped_user.find_user(context.aws, maker.pair, keeper.user_name)
    return found if found is not None and _is_ours(keeper, found) else None


def _is_ours(keeper: Keeper, user: IamUser) -> bool:
    if keeper.user_id:
        return user.user_id == keeper.user_id
    return user.is_keyturns and user.tags.get(KEEPER_TAG) == keeper.keeper_id


def _begun(context: Context, maker: Somebody, *, renews_itself: bool) -> Keeper:
    host = scoped_user.user_name_from(context.computer.name)[:_HOST_LENGTH]
    drawn = uuid4().hex
    name = f"{KEEPER_NAME}-{host}-{drawn[:_RANDOM_LENGTH]}"
    scoped_user.find_user(context.aws, maker.pair, name)  # who may not even look makes nothing
    account = maker.principal.account
    return remember_keeper(
        context, Keeper(name, maker.principal.partition, account, drawn, renews_itself=renews_itself)
    )


def _take_back(context: Context, maker: Somebody, error: AppError) -> None:
    """Remove what was made of a keeper that could not be finished.

    Raises:
        KeeperLeft: where that failed, too.
    """
    keeper = _remembered(context)
    if keeper is None:
        return
    if isinstance(error, AwsError) and error.refused == "CreateUser":
        memory.save(context.folder, None)  # AWS made nothing
        return
    try:
        remove(context, maker)
    except AppError:
        raise left_over(keeper, error.message) from None


def expect_same_account(keeper: Keeper, maker: Somebody) -> None:
    """See that the one who changes the keeper is of its account.

    Raises:
        UsageError: where they are not.
    """
    if (maker.principal.account, maker.principal.partition) != (keeper.account, keeper.partition):
        raise UsageError(
            _("{name} belongs to another AWS account").format(name=maker.name),
            _("It is of account {account}, and the keeper is of account {own}. Nothing was changed.").format(
                account=maker.principal.account, own=keeper.account
            ),
            code="signer.account",
        )


def whole_keeper(context: Context) -> Keeper:
    """This computer's keeper, wholly made.

    Raises:
        UsageError: where there is none.
        StateError: where what is remembered of it cannot be read.
    """
    keeper = _remembered(context)
    if keeper is None or not keeper.is_usable:
        raise _none_here()
    return keeper


def _none_here() -> UsageError:
    return UsageError(
        _("This computer has no keeper"),
        _("`keyturn keeper make --as WHO` makes one. Nothing was changed."),
        code="keeper.none",
    )


def _remembered(context: Context) -> Keeper | None:
    return memory.load(context.folder)
