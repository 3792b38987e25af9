"""Where the files are that Keyturn ships beside its code: `resources/` at the top level of the source."""

from __future__ import annotations

from pathlib import Path

import keyturn


def resources_folder() -> Path:
    """Return the folder of Keyturn's own resources.

    An installed wheel and a frozen build carry it inside the package, as `keyturn/resources`; in a clone it stands
    beside `app/`.
    """
    package = Path(keyturn.__file__).parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parents[1] / "resources"
