"""Which languages there are: those with a catalogue, and English."""

from __future__ import annotations

from pathlib import Path

from keyturn.computer.catalogues import CATALOGUES, languages


def test_a_language_is_one_with_a_catalogue(tmp_path: Path) -> None:
    for name in ("pt_BR", "de"):
        (tmp_path / name / "LC_MESSAGES").mkdir(parents=True)
        (tmp_path / name / "LC_MESSAGES" / "keyturn.mo").touch()
    (tmp_path / "fr" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "fr" / "LC_MESSAGES" / "keyturn.po").touch()

    assert languages(tmp_path) == ("de", "pt_BR")
    assert languages(tmp_path / "none") == ()


def test_catalogues_are_where_the_wheel_has_them() -> None:
    import keyturn

    assert Path(keyturn.__file__).parent / "locale" == CATALOGUES
