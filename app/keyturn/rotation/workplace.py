"""What a command or a page works with, each part made when it is first asked for: who only looks must start at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self, cast

from keyturn.computer.clock import Clock
from keyturn.computer.computer import Computer, this_platform
from keyturn.computer.folders import state_folder, state_place
from keyturn.computer.leftover_copies import clear_system_temporaries, clear_temporaries
from keyturn.computer.lock import OneAtATime
from keyturn.computer.trust import system_certificates
from keyturn.model.addresses import server_or_none
from keyturn.model.errors import AnotherKeyturnError, AppError, StateError, StoreError, UsageError
from keyturn.model.keys import KeyPair, Secret
from keyturn.model.search_scope import SearchScope
from keyturn.model.text import _
from keyturn.rotation.all_rotations import read_rotations
from keyturn.rotation.cancelling import CancelToken
from keyturn.rotation.context import Context, OwnUses, ProgressSink
from keyturn.rotation.location import Location
from keyturn.rotation.signers.who import THE_KEY
from keyturn.state import documents, journal
from keyturn.state.secrets import SecretStore, expect_readable, open_store
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.settings import Proxy, Settings, Trust, load

if TYPE_CHECKING:
    from keyturn.aws.session import Aws
    from keyturn.rotation.record import Rotation
    from keyturn.rotation.signers.signer import Signer
    from keyturn.rotation.unread import Unread

_AWS = "sts.amazonaws.com"  # for the question whether AWS is reached through a proxy


class Workplace:
    """One computer, journal, secret store and way to AWS, for one piece of work in one thread.

    Args:
        offline: AWS must not be asked, so nothing is made ready for it.
        secrets: a store that several workplaces share; None opens the one that the location names.

    Attributes:
        search_scope: what of the computer is searched for the old key; None is what the settings say.
        who: who makes the change; chosen before the context is asked for.
        code_from: asks the person for the code of their MFA device; None where this face cannot.
    """

    def __init__(
        self, location: Location, clock: Clock, *, offline: bool = False, secrets: SecretStore | None = None
    ) -> None:
        self.location = location
        self.clock = clock
        self._offline = offline
        self._folder: Path | None = None
        self._computer: Computer | None = None
        self._passwords: dict[str, Secret] = {}
        self._journal: journal.Journal | None = None
        self._secrets = secrets
        self._aws: Aws | None = None
        self._settings: Settings | None = None
        self.search_scope: SearchScope | None = None
        self.who = THE_KEY
        self.code_from: Callable[[str], str] | None = None
        self._signer: Signer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """Keyturn's own folder; created where it is missing."""
        if self._folder is None:
            self._folder = state_folder(self.location.state_dir)
        return self._folder

    @property
    def computer(self) -> Computer:
        """The computer that is looked at."""
        if self._computer is None:
            found = Computer.at(self.location.home, self.location.platform)
            self._computer = replace(found, passwords=self._passwords, served=self._served, asked_by=self._asked_by)
        return self._computer

    def _store(self) -> SecretStore:
        if self._secrets is None:
            self._secrets = open_store(self.location.secrets, self.folder)
        return self._secrets

    def _served(self, name: str, state_dir: Path | None) -> KeyPair:
        """What a program gets that asks this Keyturn for a key by its name."""
        from keyturn.rotation.key_life.handing_out import current_pair  # most computers have none

        if state_dir is not None and state_place(state_dir) != self.folder:
            raise UsageError(
                _("It asks another Keyturn, in {path}").format(path=state_dir),
                _("Which key that one hands out is not known here."),
                code="served.another",
            )
        return current_pair(self.folder, self._store(), name, self._journal)

    def _asked_by(self, name: str) -> str:
        """The command line by which a program asks this Keyturn, wherever that program's home is."""
        from keyturn.computer.own_program import own_program
        from keyturn.computer.shells import quoted

        where = ("--state-dir", str(self.folder), "--secrets", self.location.secrets.value)
        words = (str(own_program()), "credentials", name, *where)
        return " ".join(quoted(word, this_platform()) for word in words)

    def unlock(self, client: str, password: Secret) -> None:
        """Open with this password what the program keeps locked; it is kept in memory only."""
        self._passwords[client] = password

    @property
    def settings(self) -> Settings:
        """What the person chose.

        Raises:
            StateError: where a newer Keyturn wrote it, or it is damaged.
        """
        if self._settings is None:
            self._settings = load(self.folder)
        return self._settings

    @property
    def journal(self) -> journal.Journal:
        """The journal in Keyturn's folder."""
        if self._journal is None:
            self._journal = journal.Journal(self.folder)
        return self._journal

    def context(self, progress: ProgressSink | None = None, cancel: CancelToken | None = None) -> Context:
        """Everything a rotation touches.

        Raises:
            AppError: where the one who is to make the change is not to be had, see `opened_signer`.
        """
        made = Context(
            computer=self.computer,
            aws=self._way_to_aws(),
            journal=self.journal,
            secrets=self._store(),
            clock=self.clock,
            progress=progress or (lambda event: None),
            cancel=cancel or CancelToken(),
            endpoint_url=self.location.endpoint_url,
            search_scope=self.search_scope or self.settings.search_scope,
            search_folders=self.settings.search_folders,
        )
        if self.who == THE_KEY:
            return made
        if self._signer is None:
            from keyturn.rotation.signers.signer_choice import opened_signer  # and with it the way to AWS

            self._signer = opened_signer(made, self.who, self.ask_code)
        return replace(made, signer=self._signer)

    def sign_with(self, signer: Signer) -> None:
        """Let the one who was opened before sign."""
        self._signer = signer

    def ask_code(self, device: str) -> str:
        """Ask the person for the six digits that an MFA device shows now; a face that can ask does so.

        Raises:
            UsageError: where nobody can be asked.
        """
        if self.code_from is not None:
            return self.code_from(device)
        raise UsageError(
            _("The role wants a code of the MFA device {device}").format(device=device),
            _("Nobody can be asked for it here."),
            code="signer.mfa",
        )

    def rotations(self) -> tuple[Rotation, ...]:
        """All rotations that can be read, without making a journal where there is none."""
        return self._all_rotations()[0]

    def unread_rotations(self) -> tuple[Unread, ...]:
        """Those that cannot be read."""
        return self._all_rotations()[1]

    def clear_away(self) -> None:
        """Remove the temporary copies that a killed Keyturn left anywhere, for they may hold a key."""
        clear_system_temporaries()
        folders = {self.folder}
        with suppress(StoreError):
            folders |= {one.file.parent for rotation in self.rotations() for one in rotation.decision.destinations}
        with suppress(StoreError):
            folders.update(self._folders_of_moves())
        for folder in folders:
            clear_temporaries(folder)

    def _folders_of_moves(self) -> Iterator[Path]:
        """The folders of the files out of which pairs were taken."""
        if not documents.may_be_there(self.folder / documents.MOVES):
            return  # most people moved none
        from keyturn.state import moves

        known = moves.load(self.folder)
        yield from (one.path.parent for one in known)
        if known:
            from keyturn.clients.own_profiles import own_profiles_file  # reads files, which no window waits for

            yield own_profiles_file(self.computer).parent

    def memory_problems(self) -> tuple[StoreError, ...]:
        """What of Keyturn's memory cannot be read now, besides the settings, each as it is told where it is needed."""
        found: list[StoreError] = []
        try:
            found += [one.problem for one in self.unread_rotations()]
        except StoreError as error:
            found.append(error)
        if self.location.secrets is SecretsKind.FILE:
            try:
                expect_readable(self.folder)
            except StateError as error:
                found.append(error)
        return (*found, *documents.unread_documents(self.folder))

    def _all_rotations(self) -> tuple[tuple[Rotation, ...], tuple[Unread, ...]]:
        if self._journal is None and not os.path.lexists(self.folder / journal.FILE_NAME):
            return (), ()
        return read_rotations(self.journal)

    def interrupted(self) -> tuple[Rotation, ...]:
        """Rotations that began a step and did not end it, although nobody is working on it."""
        cut_short = tuple(one for one in self.rotations() if one.is_interrupted)
        return () if cut_short and self.another_is_working() else cut_short

    def another_is_working(self) -> bool:
        """True where another Keyturn is at work now."""
        try:
            with self.alone():
                return False
        except AnotherKeyturnError:
            return True
        except AppError:
            return False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock of Keyturn's folder.

        Raises:
            AnotherKeyturnError: where somebody else holds it.
        """
        with OneAtATime(self.folder):
            yield

    def close(self) -> None:
        """Let go of connections and files."""
        if self._aws is not None:
            self._aws.close()
        if self._journal is not None:
            self._journal.close()

    def _way_to_aws(self) -> Aws:
        if self._offline:
            return cast("Aws", _NoWay())
        if self._aws is None:
            from keyturn.aws.session import Aws, AwsSettings

            settings = AwsSettings(
                endpoint_url=self.location.endpoint_url,
                proxies=self.proxies_to(self.location.endpoint_url),
                ca_bundle=self._certificates(),
            )
            self._aws = Aws(settings, OwnUses(self.journal), now=self.clock.now, sleep=self.clock.sleep)
        return self._aws

    def proxies_to(self, address: str | None) -> Mapping[str, str]:
        """The proxies by which this address is reached, as the settings say, by scheme; None is AWS."""
        match self.settings.proxy:
            case Proxy.SYSTEM:
                return system_proxies(address)
            case Proxy.NONE:
                return {}
            case Proxy.ADDRESS:
                return dict.fromkeys(("http", "https"), self.settings.proxy_address)

    def trusted_certificates(self) -> Path:
        """The file of the certificates that are believed, as the settings say.

        Raises:
            AppError: where the system's are wanted and not to be found.
        """
        chosen = self._certificates()
        if chosen is not None:
            return Path(chosen)
        from keyturn.aws.certificates import bundled_certificates  # and with it botocore

        return bundled_certificates()

    def _certificates(self) -> str | None:
        """The file of trusted certificates; None is the one that comes with botocore."""
        match self.settings.trust:
            case Trust.BUNDLED:
                return None
            case Trust.SYSTEM:
                return str(system_certificates(self.folder))
            case Trust.FILE:
                return str(self.settings.trust_file)


class _NoWay:
    """Stands where the way to AWS would be when AWS must not be asked: a question is a mistake, not a request."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"offline, and yet asked for {name}")


def system_proxies(endpoint_url: str | None) -> Mapping[str, str]:
    """The proxies that the system uses, for AWS or for the address asked instead (facts/aws.md A7 7.3)."""
    from urllib.request import getproxies, proxy_bypass

    server = server_or_none(endpoint_url)
    host = _AWS if server is None else server.host
    if proxy_bypass(host):
        return {}
    return {scheme: address for scheme, address in getproxies().items() if scheme in {"http", "https"}}
