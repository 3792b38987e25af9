"""Making a plan: every question is asked before anything is created, so that nothing foreseeable stops it half-way."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from keyturn.aws import scoped_user, spreading
from keyturn.aws.buckets import BucketFacts
from keyturn.clients.endpoints import is_aws
from keyturn.clients.registry import client_named
from keyturn.clients.replacement import FileEdit, plan_edits
from keyturn.clients.running import overwriters
from keyturn.clients.walking import listed
from keyturn.edits.files import obstacle
from keyturn.model.errors import AppError, AwsError, AwsFault, ClientError, FileError, StoreError, UsageError
from keyturn.model.keys import AccessKeyId
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.other_buckets import OtherBuckets
from keyturn.model.places import Place, PlaceKind, Problem, Target
from keyturn.model.text import _
from keyturn.rotation import by_hand, consent, turning_off, words
from keyturn.rotation.beyond_the_home import beyond_the_home
from keyturn.rotation.consumer_gates import incomplete
from keyturn.rotation.decision import ByHand, Decision, Destination, OtherComputer, without_secret
from keyturn.rotation.guided_items import program_title
from keyturn.rotation.guided_programs import is_by_hand, programs_by_hand
from keyturn.rotation.kept_answers import kept_answers
from keyturn.rotation.key_gates import file_gates, key_gates
from keyturn.rotation.known_buckets import Reach
from keyturn.rotation.open_buckets import Settled, settle
from keyturn.rotation.other_computers import find_other_computers
from keyturn.rotation.own_checks import own_check
from keyturn.rotation.owner_gates import ending_gates, may_make_no_key, quarantine_gates, with_siblings
from keyturn.rotation.plan import Gate, Options, Plan, calls_of, powers
from keyturn.rotation.planned_rights import PlannedRights
from keyturn.rotation.proving import store_target
from keyturn.rotation.reach import reach_of
from keyturn.rotation.routes import chosen_route
from keyturn.rotation.signers.signer import Subject
from keyturn.rotation.steps import Route, Step
from keyturn.rotation.surroundings import Surroundings
from keyturn.rotation.survey import FoundKey, Survey
from keyturn.rotation.text_edits import as_text, text_edits
from keyturn.rotation.unread_places import counted, is_among, is_left_out, left_to_the_person, where_it_may_stand
from keyturn.rotation.whole_search import what_was_searched


def make_plan(surroundings: Surroundings, survey: Survey, found: FoundKey, options: Options) -> Plan:
    """Return all that a rotation of `found` would do, and what stands in its way.

    Raises:
        UsageError: where the route does not fit the key, or the signer does not.
        AwsError: where AWS could not be asked what the plan has to know.
    """
    route = chosen_route(found, options)
    if found.key.owner is not None or found.at_store:  # else a gate says why nobody knows whose key it is
        surroundings.signer.expect_fits(found.key.access_key_id, found.key.owner)
    found = with_siblings(surroundings, found, route)
    if found.at_store and found.pair is None:
        found = replace(found, pair=next((one.pair for one in found.places if one.pair is not None), None))
    return _Planning(surroundings, survey, found, options, route).plan()


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which of the key's places this rotation edits, and which it leaves to a person."""

    destinations: tuple[Place, ...]
    guided: tuple[Place, ...]
    mentions: tuple[Place, ...]
    offered_as_text: tuple[Path, ...]


class _Planning:
    def __init__(
        self, surroundings: Surroundings, survey: Survey, found: FoundKey, options: Options, route: Route
    ) -> None:
        self._surroundings = surroundings
        self._survey = survey
        self._found = found
        self._options = options
        self._route = route
        self._gates: list[Gate] = []
        self._notes: list[str] = []

    def plan(self) -> Plan:
        scope = self._scope()
        self._gates += key_gates(self._found, self._route, scope.destinations)
        self._gates += ending_gates(self._found, self._route)
        quarantined, note = quarantine_gates(self._surroundings, self._found, self._route)
        self._gates += quarantined
        self._notes += [note] if note else []
        unread = where_it_may_stand(self._found, self._survey.problems)
        left_out = [one for one in unread if is_left_out(one, self._options.only, self._options.leave_out)]
        self._gates += file_gates(self._found, [one for one in unread if one not in left_out])
        by_hand_programs = programs_by_hand(scope.guided, self._survey.problems, self._options, self._route)
        destinations = self._with_targets(scope, by_hand_programs)
        computers = self._other_computers((*destinations, *by_hand_programs))
        settled = self._settled(destinations, by_hand_programs, computers)
        edits = self._edits([one.place for one in destinations])
        self._look_at_the_keychain()
        self._look_at_the_given_pair()
        owner = self._found.key.owner
        decision = None
        if (owner is not None or self._found.at_store) and self._found.pair is not None:
            users: tuple[Destination | ByHand, ...] = (*destinations, *by_hand_programs)
            buckets = [target.bucket for one in users for target in one.targets]
            rights = None
            facts: Mapping[str, BucketFacts] = {}
            if owner is not None:
                rights = PlannedRights(self._surroundings, self._found.pair, owner, self._route, self._options)
                facts = rights.facts([*buckets, *(one.bucket for one in settled.others)])
            self._look_at_regions(destinations, facts)
            decision = Decision(
                rotation="",
                key=self._found.key.access_key_id,
                owner=owner,
                route=self._route,
                destinations=tuple(replace(one, place=without_secret(one.place)) for one in destinations),
                by_hand=tuple(by_hand_programs),
                computers=computers,
                mentions=(
                    *(without_secret(place) for place in scope.mentions),
                    *left_to_the_person(left_out, self._found.key.access_key_id, scope.mentions),
                ),
                known_keys=self._known_keys(),
                regions={bucket: one.region for bucket, one in facts.items()},
                user_name=self._user_name(),
                policy=None
                if rights is None
                else rights.policy(destinations, by_hand_programs, settled.others, settled.left_out, facts),
                watch_days=self._options.watch_days,
                off_days=self._options.off_days,
                user_name_given=self._options.user_name is not None,
                given=None if self._options.pair is None else self._options.pair.access_key_id,
                others=settled.others,
                left_out=settled.left_out,
            )
            if turning_off.is_one_way(decision, turning_off.default_way(decision, self._surroundings.signer)):
                self._notes.append(consent.one_way(decision.owner))
            self._look_at_the_store(decision)
            if rights is not None:
                rights.refused(decision, facts)
                self._gates += rights.gates
                self._notes += rights.notes
        self._gates += self._later_gates()
        if unread:
            self._notes.append(counted(self._found, unread, left_out))
        self._notes.append(what_was_searched(self._survey.searched, self._found.key.access_key_id))
        can, cannot = ((), ()) if decision is None else powers(decision)
        return Plan(
            key=self._found.key.access_key_id,
            route=self._route,
            decision=decision,
            old=self._found.pair,
            calls=() if decision is None else calls_of(decision, self._surroundings.signer),
            edits=edits,
            by_hand=() if decision is None else by_hand.foreseen(self._surroundings, decision),
            gates=tuple(self._gates),
            can=can,
            cannot=cannot,
            notes=tuple(self._notes),
            given=self._options.pair,
            open_buckets=settled.open,
            answers=settled.answers,
            signer=self._surroundings.signer.name,
            unread=tuple((one, one in left_out) for one in unread),
            searched=self._survey.searched,
            offered_as_text=self._edits_as_text(scope.offered_as_text),
        )

    def _close(
        self,
        reason: str,
        *,
        step: Step = Step.CHECK,
        waits: bool = False,
        code: str = "gate",
        offers: tuple[str, ...] = (),
    ) -> None:
        self._gates.append(Gate(step, reason, waits, code, offers))

    def _close_for(self, error: AppError) -> None:
        # A file that another program holds is free once that is done with it.
        self._close(f"{error.title}. {error.message}", code=error.code, waits=error.code == "file.busy")

    def _scope(self) -> _Scope:
        wanted = set(self._options.only)
        unread = where_it_may_stand(self._found, self._survey.problems)
        known = {place.client for place in self._found.places}.union(*(one.clients for one in unread))
        self._expect_known_files(self._options.leave_out, unread)
        if wanted - known:
            raise UsageError(
                _("No such program holds this key"),
                _("--only names {unknown}, and this key stands in: {known}. Nothing was changed.").format(
                    unknown=", ".join(sorted(wanted - known)), known=", ".join(sorted(known))
                ),
                code="usage.only",
            )
        destinations: list[Place] = []
        guided: list[Place] = []
        mentions: list[Place] = []
        spoiled: list[Place] = []
        for place in self._found.places:
            if place.kind is PlaceKind.LEFTOVER:
                continue
            left_out = bool(wanted) and place.client not in wanted
            left_out = left_out or is_among(place.path, self._options.leave_out)
            at_aws = is_aws(place, self._surroundings.endpoint_url)
            ours = place.kind is PlaceKind.DESTINATION and at_aws is not self._found.at_store
            if ours and place.spoiled:
                spoiled.append(place)
            elif not ours or left_out:
                mentions.append(place)
            else:
                (guided if is_by_hand(place) else destinations).append(place)
        # What a program's own editor changes is not edited as text besides.
        own = {os.path.realpath(place.path) for place in destinations}
        others = [place for place in (*mentions, *guided) if os.path.realpath(place.path) not in own]
        texts = text_edits(others, self._found.pair, self._options.edit_text)
        edited = {place.path for place in texts.places}
        mentions, guided = ([one for one in places if one.path not in edited] for places in (mentions, guided))
        # A person sets these right first, whoever edits the rest of their file.
        mentions += spoiled
        return _Scope((*destinations, *texts.places), tuple(guided), tuple(mentions), texts.offered)

    def _expect_known_files(self, paths: Sequence[Path], unread: Sequence[Problem]) -> None:
        known = [place.path for place in self._found.places] + [one.path for one in unread if one.path is not None]
        strange = [path for path in paths if not is_among(path, known)]
        if strange:
            raise UsageError(
                _("{path} is no file that this rotation would touch").format(path=strange[0]),
                _(
                    "It was read, and {key} does not stand in it; or no program is known to read it. Nothing was "
                    "changed. `keyturn scan` lists where the key stands, and what could not be read."
                ).format(key=self._found.key.access_key_id.masked),
                code="usage.leave-out",
            )

    def _with_targets(self, scope: _Scope, by_hand_programs: Sequence[ByHand]) -> list[Destination]:
        places = scope.destinations
        if not self._route.makes_a_key:
            return []
        unused = not places and not any(one.known or one.targets for one in by_hand_programs)
        spoiled = [place for place in scope.mentions if place.spoiled]
        if unused and spoiled:
            for place in spoiled:
                text = _("{program} {name} cannot back up now, so there is nothing to prove there. {note}")
                said = text.format(program=words.program(place.client), name=place.name, note=place.note)
                self._close(said, code="place.spoiled")
        elif unused and scope.mentions:
            self._close(
                _only_mentioned(self._found.key.access_key_id, scope),
                step=Step.CREATE,
                waits=True,
                code="key.only-mentioned",
                offers=tuple(str(path) for path in scope.offered_as_text),
            )
        elif unused:
            self._close(
                _(
                    "No program that Keyturn can see here uses {key}, so a new key would have no place to go. If one "
                    "uses it elsewhere, name it with --also and its bucket with --bucket; if nothing uses the key at "
                    "all, choose the route retire."
                ).format(key=self._found.key.access_key_id.masked),
                code="key.unused",
            )
        elif scope.offered_as_text:
            text = _("Keyturn can put the new key into {paths} as text, if you name it with --edit-text PATH.")
            self._notes.append(text.format(paths=listed(list(scope.offered_as_text))))
        given = tuple(Target(bucket) for bucket in self._options.buckets)
        destinations = [
            Destination(place, targets, Path(os.path.realpath(place.path)), _manners(place, targets))
            for place in places
            for targets in [_targets(place, given)]
        ]
        self._look_for_what_is_incomplete([one for one in destinations if one.targets])
        reaching = any(one.targets for one in destinations) or any(one.targets for one in by_hand_programs)
        # What reads a text file is not known, nor are its buckets: the person looks before the old key goes off.
        homeless = [one.title for one in destinations if not one.targets and not (reaching and one.is_text)]
        homeless += [program_title(one) for one in by_hand_programs if one.known and not one.targets]
        if homeless:
            names = self._account_buckets()
            self._close(
                _(
                    "The configuration of {names} names no bucket, and Keyturn proves each bucket. Say which with "
                    "--bucket NAME. {buckets}"
                ).format(names=", ".join(homeless), buckets=_buckets_sentence(names)),
                step=Step.CREATE,
                waits=True,
                code="bucket.unnamed",
                offers=names or (),
            )
        return destinations

    @cached_property
    def _reach(self) -> Reach | None:
        """The buckets of the key's owner; None where AWS cannot be asked for them."""
        owner = self._found.key.owner
        if owner is None or self._found.pair is None:
            return None
        answers = kept_answers(self._surroundings)
        if self._options.other_buckets is OtherBuckets.ASK:
            answers = replace(answers, of_accounts={})
        return reach_of(self._surroundings, self._survey, owner.account, answers)

    def _settled(
        self,
        destinations: Sequence[Destination],
        by_hand_programs: Sequence[ByHand],
        computers: Sequence[OtherComputer],
    ) -> Settled:
        """What becomes of the buckets that no program here names."""
        settled = settle(
            self._reach if self._route.makes_a_key else None,
            self._options,
            self._route,
            destinations,
            by_hand_programs,
            kept_answers(self._surroundings),
            computers,
        )
        self._gates += settled.gates
        self._notes += settled.notes
        return settled

    def _look_for_what_is_incomplete(self, destinations: Sequence[Destination]) -> None:
        """Addresses that were seen and not understood: a narrow key waits for the answer, any other is told."""
        reasons = [reason for one in destinations if (reason := incomplete(one, self._options.buckets)) is not None]
        if self._route is not Route.SCOPED_USER:
            self._notes += reasons
            return
        for reason in reasons:
            offers = self._account_buckets() or ()
            self._close(reason, step=Step.CREATE, waits=True, code="bucket.incomplete", offers=offers)

    def _account_buckets(self) -> tuple[str, ...] | None:
        """The names of the account's buckets; None where AWS did not tell, or the key is none of AWS's."""
        reach = self._reach
        return None if reach is None or reach.refusal is not None else tuple(one.name for one in reach.buckets)

    def _edits(self, places: Sequence[Place]) -> tuple[FileEdit, ...]:
        edits: list[FileEdit] = []
        for place in places:
            if not place.editable:
                self._close(
                    _("Keyturn cannot edit {path}. {note}").format(path=place.path, note=place.note),
                    code="place.not-editable",
                )
        by_path: dict[str, list[Place]] = {}
        for place in places:
            if place.editable and not client_named(place.client).asks_keyturn:
                by_path.setdefault(str(place.path), []).append(place)
        try:
            edits += plan_edits(self._surroundings.computer, [one for group in by_path.values() for one in group])
        except AppError as error:
            self._close_for(error)
        self._notes += [note for edit in edits for note in beyond_the_home(self._surroundings.computer, edit)]
        for edit in edits:
            self._look_for_the_way_back(edit)
            problem = obstacle(edit.path)
            if problem is not None:
                self._close_for(problem)
        try:
            for reason in overwriters(self._surroundings.computer, [place for edit in edits for place in edit.places]):
                self._close(reason, waits=True, code="program.running")
        except AppError as error:
            self._close_for(error)
        return tuple(edits)

    def _edits_as_text(self, paths: Sequence[Path]) -> tuple[FileEdit, ...]:
        """The edits of files that no program's module knows, which wait for the person's word."""
        pair = self._found.pair
        if pair is None:
            return ()
        edits: list[FileEdit] = []
        for path in paths:
            with suppress(AppError):  # gone since: what is not there is not offered
                edits += plan_edits(self._surroundings.computer, as_text([path], pair))
        return tuple(edits)

    def _look_for_the_way_back(self, edit: FileEdit) -> None:
        """See that *undo* could write the old pair: a store's may hold what Keyturn writes into no file."""
        try:
            for spot in edit.spots:
                spot.changes(spot.pair)
        except FileError:
            self._close(
                _(
                    "The key that stands in {path} holds a character that Keyturn writes into no file, so `keyturn "
                    "undo` could not put it back. Change it there by hand, and leave the file out with --leave-out."
                ).format(path=edit.path),
                code="place.no-way-back",
            )

    def _look_at_the_keychain(self) -> None:
        try:
            self._surroundings.secrets.check()
        except StoreError as error:
            self._close_for(error)
        if not self._surroundings.secrets.outlives_the_program:
            self._notes.append(
                _(
                    "Secrets are kept in memory only: when this program ends, the old secret is gone from here, and "
                    "undo cannot put it back."
                )
            )

    def _look_at_the_given_pair(self) -> None:
        pair = self._options.pair
        if self._route is Route.GIVEN_PAIR and pair is None:
            if self._found.at_store:
                make = _(
                    "Make a new key on the web page of the store, with the same rights as the old one or fewer. Then "
                    "run `keyturn rotate {last4} --pair`, which asks for it."
                )
            else:
                make = _(
                    "Make a new key in the AWS console, with the same rights as the old one or fewer. Then run "
                    "`keyturn rotate {last4} --pair`, which asks for it."
                )
            self._close(
                make.format(last4=self._found.key.access_key_id.last4),
                step=Step.CREATE,
                waits=True,
                code="pair.missing",
            )
        elif pair is not None and pair.access_key_id == self._found.key.access_key_id:
            self._close(
                _("The pair that you gave is the old key itself. Make a new one, and give that."), code="pair.same"
            )
        elif pair is not None and not self._found.at_store and not pair.access_key_id.is_distinctive:
            self._close(
                _("{key} has not the shape of a key ID of AWS's. Look whether you gave the whole of it.").format(
                    key=pair.access_key_id.masked
                ),
                code="pair.shape",
            )
        elif pair is not None and pair.access_key_id.is_temporary:
            self._close(
                _("The pair that you gave is a temporary key, which expires by itself. Give a lasting one."),
                code="key.temporary",
            )

    def _look_at_the_store(self, decision: Decision) -> None:
        """Whether the old key works at its store now: where it does not, there is nothing to go back to."""
        old = self._found.pair
        try:
            target = store_target(decision)
            if target is None or old is None:
                return
            refused = spreading.is_refused(self._surroundings.aws, old, target)
        except (AwsError, ClientError) as error:
            self._close_for(error)
            return
        if refused:
            self._notes.append(
                _("{store} does not accept {key} any more, so undo cannot bring working backups back.").format(
                    store=decision.store, key=decision.key.masked
                )
            )

    def _other_computers(self, users: Sequence[Destination | ByHand]) -> tuple[OtherComputer, ...]:
        owner, signer = self._found.key.owner, self._found.pair
        if owner is None or signer is None:
            return ()
        targets = sorted({target for one in users for target in one.targets})
        surroundings = self._surroundings
        found = find_other_computers(
            surroundings.aws, signer, surroundings.computer, targets, owner, surroundings.clock.now()
        )
        self._notes += found.notes
        return found.active

    def _look_at_regions(self, destinations: Sequence[Destination], facts: Mapping[str, BucketFacts]) -> None:
        """A program that looks in another region may be led to its bucket by S3, or fail: its own check tells."""
        for place in (one.place for one in destinations):
            for target in place.targets:
                known = facts.get(target.bucket)
                if known is None or known.region is None or place.region in {None, known.region}:
                    continue
                said = _("{client} {name} looks for the bucket {bucket} in {named}, and it is in {region}.").format(
                    client=place.client,
                    name=place.name,
                    bucket=target.bucket,
                    named=place.region,
                    region=known.region,
                )
                if any(check.ok is False for check in own_check(self._surroundings, place, target)):
                    self._close(
                        _(
                            "{said} Its own check fails, so its backups fail already. Correct the region there first."
                        ).format(said=said),
                        code="bucket.region",
                    )
                else:
                    self._notes.append(said)

    def _known_keys(self) -> tuple[AccessKeyId, ...]:
        if not self._route.same_owner:
            return ()
        siblings = self._found.siblings or ()
        return (self._found.key.access_key_id, *(one.access_key_id for one in siblings))

    def _user_name(self) -> str | None:
        if self._route is not Route.SCOPED_USER or self._found.pair is None:
            return None
        aws = self._surroundings.aws
        pair = self._surroundings.signer.makes(Subject(self._found.key.owner, self._route), self._found.pair).pair
        asked = self._options.user_name
        flaw = None if asked is None else scoped_user.flaw_of_user_name(asked)
        if flaw is not None:
            self._close(
                _("“{name}” cannot be the name of an IAM user. {flaw} Choose another name with --user-name.").format(
                    name=asked, flaw=flaw
                ),
                code="user.name",
            )
            return None
        name = asked or f"backup-{scoped_user.user_name_from(self._surroundings.computer.name)}"
        try:
            for candidate in [name] if asked else scoped_user.names_after(name):
                if scoped_user.find_user(aws, pair, candidate) is None:
                    return candidate
        except AwsError as error:
            # Who may list keys may have other rights, too, so only what was refused is said.
            if error.fault is AwsFault.DENIED and self._found.siblings is None:
                self._close(may_make_no_key(self._found), code=error.code)
            else:
                self._close_for(error)
            return name
        self._close(
            _("There is already an IAM user named {name}. Choose another name with --user-name.").format(name=name),
            code="user.exists",
        )
        return name

    def _later_gates(self) -> list[Gate]:
        gates: list[Gate] = []
        if self._options.watch_days > 0:
            reason = _("Keyturn watches for {days:g} days whether anything still uses the old key.")
            gates.append(Gate(Step.TURN_OFF, reason.format(days=self._options.watch_days), waits=True, code="watch"))
        if self._options.off_days > 0:
            reason = _("The old key stays off, and can be turned on again, for {days:g} days.")
            gates.append(Gate(Step.DELETE, reason.format(days=self._options.off_days), waits=True, code="off-days"))
        return gates


def _targets(place: Place, given: tuple[Target, ...]) -> tuple[Target, ...]:
    """What a place reaches: what it names, and what the person named where that is nothing, or not all of it."""
    return tuple(dict.fromkeys((*place.targets, *(given if place.unclear or not place.targets else ()))))


def _manners(place: Place, targets: Sequence[Target]) -> tuple[tuple[Target, Manner], ...]:
    ways = [(target, manner) for target in targets for manner in place.manners_for(target)]
    unusual = {target for target, manner in ways if manner != AS_USUAL}
    return tuple((target, manner) for target, manner in ways if target in unusual)


def _only_mentioned(key: AccessKeyId, scope: _Scope) -> str:
    paths = listed([place.path for place in scope.mentions])
    by_hand = _(
        "{key} stands in {paths}, and Keyturn does not know which program reads it there. To change it there by hand, "
        "name that with --also another-program and its bucket with --bucket; if nothing uses the key at all, choose "
        "the route retire."
    ).format(key=key.masked, paths=paths)
    if not scope.offered_as_text:
        return by_hand
    offered = listed(list(scope.offered_as_text))
    way = _("Keyturn can put the new key into {paths} as text: --edit-text PATH, with --bucket NAME.")
    return f"{by_hand} {way.format(paths=offered)}"


def _buckets_sentence(names: Sequence[str] | None) -> str:
    if names is None:
        return _("(AWS did not tell the account's buckets.)")
    return _("The account has: {names}.").format(names=", ".join(names) or _("no bucket"))
