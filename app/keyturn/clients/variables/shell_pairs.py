"""Keys in variables and options: environment files, scripts, units and timetables (facts/clients.md 3 and 5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from keyturn.clients.credential_names import Half, Partners, is_known_pair, key_name
from keyturn.clients.endpoints import speaks_plain_http
from keyturn.clients.findings import key_id, named_key_id
from keyturn.clients.interface import CredentialSpans, ValueSpot
from keyturn.clients.session_tokens import token_beside
from keyturn.clients.variables.inner_keys import inner_keys, is_of_made_up_remote
from keyturn.edits.commands import Argument, ShellCommand, behind
from keyturn.edits.encodings import Encoding
from keyturn.edits.shell import Assignment, Quoting
from keyturn.edits.spans import Span
from keyturn.edits.trees import Writing
from keyturn.model.keys import KEY_ID_IN_TEXT, AccessKeyId, KeyPair, Secret
from keyturn.model.late_patterns import pattern
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Consumer, Place, PlaceKind, Target
from keyturn.model.text import _

# `$NAME` and `${NAME}`, in quotes or not, and nothing else.
_VARIABLE = pattern(r'"?\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|(?P<bare>[A-Za-z_]\w*))"?')
# `${NAME:-VALUE}`, in quotes or not: the value where nobody sets the variable before (POSIX.1-2017, 2.6.2).
_DEFAULT = pattern(rb'"?\$\{(?P<name>[A-Za-z_]\w*):?[-=](?P<default>[A-Za-z0-9/+]+)\}"?')
_NAMED = pattern(rb"([A-Z_][A-Z0-9_]*)=")
_VARIABLES_NAME = pattern(r"[A-Z_][A-Z0-9_]*")
# A secret as AWS makes them, which has no name to be known by.
SECRET_OF_AWS = pattern(r"(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9/+]{40}")


@dataclass(frozen=True, slots=True)
class ShellPair:
    """A key in variables or options.

    Attributes:
        locator: the variable; from its second assignment in the file on with a number.
        secret: the assignment of the secret that belongs to it, or None where that cannot be told from this file.
        note: why there is no secret, or why the pair cannot be replaced, in a sentence; empty where it can.
    """

    locator: str
    access_key_id: AccessKeyId
    assignment: Assignment
    secret: Assignment | None
    note: str

    @property
    def is_replaceable(self) -> bool:
        """Whether both halves are there, each with a spot of its own."""
        return self.secret is not None and not self.secret.fixed and not self.assignment.fixed


def pairs_in(found: Sequence[Assignment], commands: Sequence[ShellCommand] = ()) -> list[ShellPair]:
    """Return the keys among the assignments of one file, and among the options of its commands.

    The first ID under a name belongs to the first secret under the name that goes with it, the second to the second.
    Where their numbers differ, which secret belongs to which ID depends on how the script runs; then none is given.
    """
    given = (one for command in commands for one in options_of(command))
    every = _followed([*found, *given, *inner_keys(found, commands)])
    by_name: dict[str, list[Assignment]] = {}
    spans: set[tuple[str, Span]] = set()
    for one in every:
        if (one.name, one.value_span) not in spans:
            spans.add((one.name, one.value_span))
            by_name.setdefault(one.name, []).append(one)
    pairs: dict[Span, ShellPair] = {}
    alone: set[Span] = set()  # with no name beside them that would go with theirs
    partners = Partners(by_name)
    for name, ids in by_name.items():
        other = partners.of(name)
        together = is_known_pair(name, other)
        if not any(_key_id_in(name, one.value, together=together) is not None for one in ids):
            continue
        secrets = by_name.get(other, []) if other is not None else []
        if len(ids) != len(secrets):
            ids, secrets = _literal(ids), _literal(secrets)
        matched = len(ids) == len(secrets)
        for number, (one, secret) in enumerate(zip_longest(ids, secrets if matched else ()), start=1):
            identifier = _key_id_in(name, one.value, together=together)
            known = pairs.get(one.value_span)
            if identifier is not None and (known is None or known.secret is None):
                why = _why_no_secret(secrets, matched)
                pairs[one.value_span] = _pair(
                    name if number == 1 else f"{name} ({number})", identifier, one, secret, why
                )
                alone |= set() if secrets else {one.value_span}
    return _completed(pairs, alone, every)


def _key_id_in(name: str, value: str | None, *, together: bool) -> AccessKeyId | None:
    """The ID, which may have any shape where the name says so, or does together with the secret's."""
    return named_key_id(value) if together else variable_key_id(name, value, of_store=True)


def _pair(locator: str, identifier: AccessKeyId, one: Assignment, secret: Assignment | None, why: str) -> ShellPair:
    if secret is None or not secret.value or secret.is_reference or one.is_reference:
        return ShellPair(locator, identifier, one, None, why)
    return ShellPair(locator, identifier, one, secret, _fixed() if one.fixed or secret.fixed else "")


def _completed(
    pairs: Mapping[Span, ShellPair], alone: Collection[Span], found: Sequence[Assignment]
) -> list[ShellPair]:
    """The pairs; an ID whose name has no partner gets what is shaped like a secret, comes next and is nobody's."""
    taken = {pair.secret.value_span for pair in pairs.values() if pair.secret is not None}
    following = _secrets_that_follow([one for one in found if one.value_span not in taken])
    return [
        _pair(pair.locator, pair.access_key_id, pair.assignment, following[span], pair.note)
        if pair.secret is None and span in alone and span in following
        else pair
        for span, pair in pairs.items()
    ]


def options_of(command: ShellCommand) -> Iterator[Assignment]:
    """Yield what a command is given under the name of half a key: `--name value`, `--name=value`, `NAME=value`."""
    for word, after in zip_longest(command.words, command.words[1:]):
        name, equals, _value = word.decoded.partition("=")
        known = key_name(name)
        if known is None or is_of_made_up_remote(name):
            continue
        if equals and (name.startswith("-") or known.means_s3 or _VARIABLES_NAME.fullmatch(name)):
            value: Argument | None = behind(word, len(name.encode()) + 1)
        else:
            value = after if not equals and (name.startswith("-") or known.means_s3) else None
        # `export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY`: what follows is the next name, and no value.
        if value is None or (_VARIABLES_NAME.fullmatch(value.decoded) and key_name(value.decoded) is not None):
            continue
        if (given := _given(name, value)) is not None:
            yield given


def variables_given(command: ShellCommand) -> Iterator[Assignment]:
    """Yield what a command is given as `NAME=value`, such as `docker run -e NAME=value`."""
    for word in command.words:
        named = _NAMED.match(word.text)
        if named is not None and (given := _given(named[1].decode(), behind(word, named.end()))) is not None:
            yield given


def _given(name: str, value: Argument) -> Assignment | None:
    place = value.spot(0, len(value.text))
    # With a blank in it, it is a text for a shell, whose own words are read one by one.
    if place is None or not value.text or value.text.startswith(b"-") or len(value.text.split()) != 1:
        return None
    span, quoting = place
    try:
        text = value.text.decode() if value.known else None
    except UnicodeDecodeError:
        text = None
    return Assignment(name, text, span, False, value.line, not value.known, quoting, value.written)


def _followed(found: Sequence[Assignment]) -> list[Assignment]:
    """The assignments, with what another one of the same text says in the place of a `$NAME` that names it.

    Where it may be set before the text runs (`${NAME:-VALUE}`), what the text says itself.
    """
    literal: dict[str, list[Assignment]] = {}
    for one in _literal(found):
        literal.setdefault(one.name, []).append(one)
    followed = []
    for one in found:
        named = _VARIABLE.fullmatch(one.written.decode(errors="replace")) if one.is_reference else None
        sources = [] if named is None else literal.get(named["braced"] or named["bare"], [])
        # Which of two counts depends on how the script runs.
        if len(sources) == 1:
            followed.append(replace(sources[0], name=one.name, exported=one.exported))
        else:
            followed.append(_with_default(one, literal))
    return followed


def _with_default(one: Assignment, literal: Mapping[str, Sequence[Assignment]]) -> Assignment:
    """The assignment with the value that stands in it for a variable that the text does not set otherwise."""
    default = _DEFAULT.fullmatch(one.written) if one.is_reference else None
    is_as_written = one.value_span.end - one.value_span.start == len(one.written)
    if default is None or default["name"].decode() in literal or not is_as_written:
        return one
    start, end = (one.value_span.start + at for at in default.span("default"))
    value = default["default"].decode()
    return replace(one, value=value, value_span=Span(start, end), is_reference=False, quoting=Quoting.BARE, written=b"")


def _secrets_that_follow(found: Sequence[Assignment]) -> Mapping[Span, Assignment]:
    """What is shaped like a secret of AWS's and comes next after each ID, before another ID: no name says more then."""
    following: dict[Span, Assignment] = {}
    latest: Assignment | None = None
    for one in sorted(found, key=lambda one: one.value_span, reverse=True):
        if one.value is None or one.is_reference:
            continue
        if SECRET_OF_AWS.fullmatch(one.value):
            latest = one
        elif KEY_ID_IN_TEXT.fullmatch(one.value):
            if latest is not None:
                following[one.value_span] = latest
            latest = None
    return following


def variable_key_id(name: str, value: str | None, *, of_store: bool = False) -> AccessKeyId | None:
    """Return the key ID in a variable: anything shaped like one of Amazon's, and other shapes under a name of S3's.

    Args:
        of_store: it may be a store's, and so have any shape under such a name.
    """
    if value is None:
        return None
    if KEY_ID_IN_TEXT.fullmatch(value) is None:
        known = key_name(name)
        if known is None or known.half is not Half.ID or not known.means_s3:
            return None
    return named_key_id(value) if of_store else key_id(value)


def session_token(found: Iterable[Assignment]) -> str | None:
    """Return what a session token among the variables is called; None where there is none.

    One that is set from something else, as after taking a role, belongs to a key that is set so, too.
    """
    names = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
    return next((one.name for one in found if one.name in names and one.value and not one.is_reference), None)


def last_value(found: Sequence[Assignment], *names: str) -> str | None:
    """Return what the last assignment to one of `names` says, the earlier name first; None for a reference."""
    for name in names:
        values = [assignment.value for assignment in found if assignment.name == name]
        if values and values[-1]:
            return values[-1]
    return None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file says for a key in its variables: see `Place`.

    Attributes:
        token: what a session token is called there; None where there is none.
        consumers: the commands that take the key.
        note: what a person should know of it, in a sentence; may be empty.
    """

    token: str | None
    region: str | None
    endpoint: str | None
    targets: tuple[Target, ...] = ()
    additions: frozenset[Addition] = frozenset()
    manner: Manner = AS_USUAL
    consumers: tuple[Consumer, ...] = ()
    note: str = ""


def place_of(client: str, path: Path, pair: ShellPair, facts: FileFacts, within: str = "") -> Place:
    """Return the place of a key in variables; a mention where its secret cannot be told from the file.

    Args:
        within: what the variables belong to, such as a service in a compose file.
    """
    secret = None if pair.secret is None or not pair.secret.value else Secret(pair.secret.value)
    token = token_beside(pair.access_key_id, facts.token)
    notes = [pair.note]
    notes += [token.note, facts.note]
    return Place(
        client=client,
        name=f"{path.name}: {within}" if within else path.name,
        path=path,
        locator=locator_of(pair, within),
        kind=PlaceKind.DESTINATION if secret is not None else PlaceKind.MENTION,
        access_key_id=pair.access_key_id,
        secret=secret,
        editable=pair.is_replaceable and token.lets_edit,
        targets=facts.targets,
        region=facts.region,
        endpoint=facts.endpoint,
        additions=facts.additions,
        manner=facts.manner,
        consumers=facts.consumers,
        plain_http=speaks_plain_http(facts.endpoint),
        session=token.session,
        spoiled=token.spoiled,
        note=" ".join(note for note in notes if note),
        line=pair.assignment.line,
    )


def locator_of(pair: ShellPair, within: str = "") -> str:
    """Return where in the file the pair stands; `within` as for `place_of`."""
    return f"{within}: {pair.locator}" if within else pair.locator


def spots_of_pairs(
    path: Path, pairs: Iterable[tuple[str, ShellPair]], form: Writing | Encoding | None = None
) -> dict[str, CredentialSpans]:
    """Return each complete one of these pairs by its locator.

    Args:
        form: how a new value is written there; None where it is a matter of each value's own quotes.
    """
    return {
        locator: CredentialSpans(
            _spot(path, pair.assignment, form),
            _spot(path, pair.secret, form),
            KeyPair(pair.access_key_id, Secret(pair.secret.value)),
        )
        for locator, pair in pairs
        if pair.is_replaceable and pair.secret is not None and pair.secret.value
    }


def _spot(path: Path, one: Assignment, form: Writing | Encoding | None) -> ValueSpot:
    return ValueSpot(path, one.value_span, one.quoting if form is None else form)


def _literal(found: Iterable[Assignment]) -> list[Assignment]:
    return [assignment for assignment in found if assignment.value and not assignment.is_reference]


def _fixed() -> str:
    return _("It is written in a form that Keyturn does not change, such as a YAML anchor or a block.")


def _why_no_secret(secrets: Sequence[Assignment], matched: bool) -> str:
    if matched or not secrets:
        return _("The secret key does not stand beside it in this file.")
    return _("It cannot be told from the file which secret key belongs to it.")
