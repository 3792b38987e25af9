"""Proxy and trusted certificates are those that the person chose."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from keyturn.computer.clock import SystemClock
from keyturn.computer.trust import system_certificates
from keyturn.model.errors import AwsError, StoreError
from keyturn.rotation.location import Location
from keyturn.rotation.workplace import Workplace
from keyturn.state.secrets_kind import SecretsKind
from keyturn.state.settings import FILE_NAME, Proxy, Settings, Trust, save

SYSTEMS = "http://system.example:8080"


@pytest.fixture
def systems_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", SYSTEMS)


def workplace(folder: Path, *, offline: bool = False) -> Workplace:
    location = Location(home=folder, state_dir=folder, secrets=SecretsKind.MEMORY)
    return Workplace(location, SystemClock(), offline=offline)


@pytest.mark.usefixtures("systems_proxy")
@pytest.mark.parametrize(
    ("settings", "proxies"),
    [
        (Settings(), {"https": SYSTEMS}),
        (Settings(proxy=Proxy.NONE), {}),
        (
            Settings(proxy=Proxy.ADDRESS, proxy_address="http://ours.example:3128"),
            {"http": "http://ours.example:3128", "https": "http://ours.example:3128"},
        ),
    ],
)
def test_the_chosen_proxy_is_used(tmp_path: Path, settings: Settings, proxies: dict[str, str]) -> None:
    save(tmp_path, settings)
    with workplace(tmp_path) as place:
        assert place.context().aws.settings.proxies == proxies


def test_the_certificates_that_come_with_botocore_are_believed_unless_others_are_chosen(tmp_path: Path) -> None:
    with workplace(tmp_path) as place:
        assert place.context().aws.settings.ca_bundle is None


def test_a_chosen_file_of_certificates_is_believed_and_its_absence_told(tmp_path: Path) -> None:
    certificates = tmp_path / "company.pem"
    save(tmp_path, Settings(trust=Trust.FILE, trust_file=certificates))
    with workplace(tmp_path) as place, pytest.raises(AwsError) as raised:
        place.context()
    assert raised.value.code == "aws.untrusted"
    with workplace(tmp_path, offline=True) as place:
        place.context()  # who asks nothing needs no certificates
    certificates.write_text("-----BEGIN CERTIFICATE-----")
    with workplace(tmp_path) as place:
        assert place.context().aws.settings.ca_bundle == str(certificates)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system keeps its certificates otherwise")
def test_the_certificates_of_the_system_are_believed_where_they_are_chosen(tmp_path: Path) -> None:
    save(tmp_path, Settings(trust=Trust.SYSTEM))
    with workplace(tmp_path) as place:
        assert place.context().aws.settings.ca_bundle == str(system_certificates(tmp_path))
    assert "BEGIN CERTIFICATE" in system_certificates(tmp_path).read_text()


def test_settings_of_a_newer_keyturn_are_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"version": 2}')
    with workplace(tmp_path) as place, pytest.raises(StoreError) as raised:
        place.context()
    assert raised.value.code == "state.newer"
