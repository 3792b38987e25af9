"""Count the skipped tests of a run and hold them within a bound: `python packaging/skips.py tests.xml`.

A test is skipped where the program that it needs is not there, and a skip proves nothing. On Linux it is a failure
(CI=true). On macOS and Windows, where few backup programs are installed, a bound keeps the skips from growing unseen.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

# Nobody has seen a run there yet. The first one says how many there are, and the bound goes down to that.
BOUND = 0.1  # of all tests


def main(arguments: Sequence[str]) -> int:
    """Print each reason with how many tests it skipped; 1 where the bound is passed, 2 where no test ran."""
    (report,) = (Path(one) for one in arguments)
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314  (pytest of this very run wrote it)
    if not cases:
        print(f"{report} tells of no test at all.", file=sys.stderr)
        return 2
    reasons = Counter(skip.get("message", "") for case in cases for skip in case.iter("skipped"))
    for reason, times in reasons.most_common():
        print(f"{times:5} {reason}")
    skipped = sum(reasons.values())
    print(f"{skipped} of {len(cases)} tests skipped; the bound is {BOUND:.0%}.")
    return 1 if skipped > BOUND * len(cases) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
