"""A bundle leaves most of botocore's data out; what Keyturn asks of AWS must be in it."""

from __future__ import annotations

import re
from pathlib import Path

_TOP = Path(__file__).parents[2]
_ASKED = re.compile(r"\.(?:(?:ask|client)\(\s*\w+,|ask_unsigned\()\s*\"([a-z0-9-]+)\"")


def test_the_bundle_has_the_descriptions_of_all_services_that_are_asked_and_of_no_other() -> None:
    sources = (path.read_text(encoding="utf-8") for path in sorted((_TOP / "app" / "keyturn" / "aws").glob("*.py")))
    asked = {service for source in sources for service in _ASKED.findall(source)}
    spec = (_TOP / "packaging" / "frozen" / "keyturn.spec").read_text(encoding="utf-8")
    (bundled,) = re.findall(r"^SERVICES = \{(.+)\}$", spec, re.MULTILINE)
    assert asked == set(re.findall(r"\"([a-z0-9-]+)\"", bundled))
