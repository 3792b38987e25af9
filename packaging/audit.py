"""Ask the Python package index for known holes in the pinned packages: `packaging/dev.py audit`.

Exit codes: 0 asked about all of them, none known · 1 holes are known · 3 not all could be asked about, which is no
answer and is said as such.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent / "requirements.lock"
NOT_ASKED = 3


def main() -> int:
    """Audit what Keyturn runs with, which is also what is bundled."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--requirement", str(LOCK)]
    command += ["--format", "json", "--progress-spinner", "off"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except ValueError:
        last = (asked.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"SKIPPED: the package index did not answer, so nothing is known. pip-audit says: {last}")
        return NOT_ASKED
    return judge(packages)


def judge(packages: list[dict[str, Any]]) -> int:
    """Print what is known about each package in pip-audit's list, and return the exit code."""
    for package in packages:
        for hole in package.get("vulns", ()):
            mended = ", ".join(hole["fix_versions"]) or "no release yet"
            print(f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}")
    holes = sum(len(package.get("vulns", ())) for package in packages)
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    print(f"{len(packages)} packages, {len(packages) - len(skipped)} asked about, {holes} known holes.")
    if holes:
        return 1
    if skipped:
        print(f"SKIPPED, so nothing is known about them: {', '.join(skipped)}")
        return NOT_ASKED
    return 0


if __name__ == "__main__":
    sys.exit(main())
