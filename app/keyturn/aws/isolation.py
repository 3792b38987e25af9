"""A botocore session that sees nothing of the computer it runs on.

Explicit keys alone do not isolate boto3: a broken `~/.aws/config`, a stale AWS_PROFILE, endpoint, proxy and retry
variables, replaced service models and a plug-in variable still apply (facts/aws.md A7 7.3, measured). This session
knows only what it is told.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from keyturn.model.keys import KeyPair, SessionPair
from keyturn.model.known_secrets import without_secrets

# What botocore and urllib3 read of the environment where no setting of a session forbids it (their sources).
_TAKEN_AWAY = (
    "BOTOCORE_EXPERIMENTAL__PLUGINS",  # imports any module that it names, into every client (facts/aws.md A7 7.3)
    "SSLKEYLOGFILE",  # a file for the keys of each connection: who reads it reads new secrets
    "AWS_EXECUTION_ENV",  # written into each request, as the next one
    "_X_AMZN_TRACE_ID",
    "BOTO_EXPERIMENTAL__ADD_PROXY_HOST_HEADER",
    "BOTO_EXPERIMENTAL__NO_EMPTY_CONTINUE",
    "BOTO_DISABLE_CRT",
)

_LOUD_LIBRARIES = ("boto3", "botocore", "s3transfer", "urllib3")


def forget_environment() -> None:
    """Take out of this process the variables that would change what is sent to AWS, or tell others of it."""
    for name in _TAKEN_AWAY:
        os.environ.pop(name, None)


_signer: ContextVar[KeyPair] = ContextVar("signer")


@contextmanager
def signed_by(signer: KeyPair) -> Iterator[None]:
    """Sign with this pair whatever is sent within, in this thread."""
    before = _signer.set(signer)
    try:
        yield
    finally:
        _signer.reset(before)


# Clients are safe to share between threads; sessions and the making of clients are not.
_one_at_a_time = threading.Lock()


def new_client(service: str, region: str, **more: Any) -> Any:  # noqa: ANN401  (botocore has no types)
    """Return a botocore client, whose requests are signed by the pair that `signed_by` names when one is sent.

    So one client serves every pair, and a new pair neither waits for a client (10 ms) nor for a new connection.

    Args:
        more: as for `Session.create_client`.
    """
    forget_environment()
    with _one_at_a_time:
        client = _isolated_session().create_client(service, region_name=region, **more)
    _take_redirects_as_answers(client)
    _keep_libraries_quiet()
    return client


@cache
def _isolated_session() -> Any:  # noqa: ANN401
    """A botocore session without `~/.aws`, without the meaning of any AWS_* variable, without a key of its own."""
    import botocore.configprovider as configuration
    from botocore.credentials import ReadOnlyCredentials
    from botocore.session import Session

    class CurrentSigner:
        """What botocore asks of a session's credentials, each time that it signs."""

        method = "explicit"

        def get_frozen_credentials(self) -> ReadOnlyCredentials:
            signer = _signer.get()  # fails without one: every request names its own access key
            token = signer.token.reveal() if isinstance(signer, SessionPair) else None
            return ReadOnlyCredentials(signer.access_key_id.value, signer.secret.reveal(), token)

        def get_deferred_property(self, _name: str) -> Callable[[], None]:
            return lambda: None

    class IsolatedSession(Session):  # type: ignore[misc]
        """Answers every question about the computer with nothing."""

        @property
        def full_config(self) -> dict[str, Any]:
            return {"profiles": {}}

        @property
        def profile(self) -> None:
            return None

        def get_scoped_config(self) -> dict[str, Any]:
            return {}

        def get_auth_token(self, **_: object) -> None:
            return None

        def get_credentials(self) -> CurrentSigner:
            return CurrentSigner()

    session = IsolatedSession()
    session.register_component("data_loader", service_models())
    store = configuration.ConfigValueStore()
    variables = configuration.BOTOCORE_DEFAUT_SESSION_VARIABLES
    for name, (_in_file, _in_environment, default, _convert) in variables.items():
        # These two are read through providers of their own and have no plain default.
        value = None if name in ("s3", "proxies_config") else default
        store.set_config_provider(name, configuration.ConstantProvider(value))
    session.register_component("config_store", store)
    return session


@cache
def service_models() -> Any:  # noqa: ANN401  (botocore has no types)
    """AWS's interfaces as they come with botocore; read once, because parsing them is most of what a client costs.

    The default loader also reads ~/.aws/models and AWS_DATA_PATH, which can replace whole services.
    """
    from botocore.loaders import Loader

    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


def _take_redirects_as_answers(client: Any) -> None:  # noqa: ANN401  (botocore has no types)
    """Let a redirect of any kind be an answer, which is looked at as every other.

    botocore means to follow none, and yet asks urllib3 for it: at a 303 that prepares another request, and fails at
    botocore's own headers, so that the answer counts as none and the request is sent again (measured).
    """
    schemes = client._endpoint.http_session._pool_classes_by_scheme
    schemes.update({scheme: _not_redirecting(pool) for scheme, pool in schemes.items()})


@cache
def _not_redirecting(pool: Any) -> Any:  # noqa: ANN401
    class NotRedirecting(pool):  # type: ignore[misc]
        def urlopen(
            self,
            method: str,
            url: str,
            body: Any = None,  # noqa: ANN401
            headers: Any = None,  # noqa: ANN401
            retries: Any = None,  # noqa: ANN401
            _redirect: object = None,
            *more: object,
            **options: object,
        ) -> object:
            return super().urlopen(method, url, body, headers, retries, False, *more, **options)

    return NotRedirecting


class _OnlyWarnings(logging.Filter):
    """At DEBUG botocore prints whole answers, and the answer to CreateAccessKey holds the secret (measured)."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return False
        # A warning may quote an address, and Python shows it to who started the program.
        record.msg, record.args = without_secrets(record.getMessage()), None
        return True


_only_warnings = _OnlyWarnings()


def _keep_libraries_quiet() -> None:
    """Let botocore and urllib3 log nothing below WARNING, whatever level anybody sets.

    Called again after each new client, because botocore imports modules (and so makes loggers) late.
    """
    for library in _LOUD_LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if name.partition(".")[0] in _LOUD_LIBRARIES and isinstance(logger, logging.Logger):
            logger.addFilter(_only_warnings)
