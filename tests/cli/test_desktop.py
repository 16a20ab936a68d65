"""The desktop entry: what a desktop reads of it, that it starts this program, and that it goes away again."""

import configparser
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from flowviz.cli import desktop
from flowviz.files import resource
from tests.test_cli import run

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has desktop entries")


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the desktop of a new user looks."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setattr("flowviz.cli.desktop.shutil.which", lambda _: None)  # their indexes stay
    return tmp_path / "share"


def entry_in(path: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((path / "applications/flowviz.desktop").read_text(encoding="utf-8"))
    (group,) = parser.sections()
    assert group == "Desktop Entry"
    return parser[group]


def test_the_entry_has_what_a_desktop_needs_and_its_icon_and_type_are_there() -> None:
    ours = resource("desktop")
    entry = entry_in(ours)
    assert {"Name", "GenericName", "Comment", "Keywords"} < entry.keys()
    assert (entry["Type"], entry["Exec"], entry["Terminal"]) == ("Application", "flowviz %f", "false")
    assert {"Education", "Science"} < set(entry["Categories"].split(";"))
    (mime_type,) = ET.parse(ours / "mime/packages/flowviz.xml").getroot()
    assert entry["MimeType"] == f"{mime_type.get('type')};"
    assert [found.get("pattern") for found in mime_type if found.tag.endswith("glob")] == ["*.flowviz"]
    icons = {path.parts[-3] for path in (ours / "icons/hicolor").rglob(f"{entry['Icon']}.*")}
    assert {"16x16", "32x32", "48x48", "128x128", "256x256", "512x512", "scalable"} <= icons


@linux
def test_the_command_puts_flowviz_into_the_menu_and_takes_it_away_again(share: Path) -> None:
    ours = sorted(path.relative_to(resource("desktop")) for path in resource("desktop").rglob("*.*") if path.is_file())
    for _ in range(2):
        assert run("desktop-entry") == 0
        assert sorted(path.relative_to(share) for path in share.rglob("*") if path.is_file()) == ours
    started = entry_in(share)["Exec"]
    assert started == f'"{sys.executable}" -P -m flowviz %f'
    command = started.replace('"', "").replace("%f", "--version").split()
    assert "flowviz" in subprocess.run(command, capture_output=True, text=True, check=True, cwd=share).stdout
    for _ in range(2):
        assert run("desktop-entry", "--remove") == 0
        assert not [path for path in share.rglob("*") if path.is_file()]


def test_the_path_of_the_program_is_quoted_as_the_standard_wants_it() -> None:
    assert desktop._quoted("/home/me and you/50%/$x`\\") == r'"/home/me and you/50%%/\\$x\\`\\\\"'


@linux
def test_a_menu_that_cannot_be_written_is_a_sentence(share: Path, capsys: pytest.CaptureFixture[str]) -> None:
    share.write_text("in the way", encoding="utf-8")
    assert run("desktop-entry") == 2
    assert "cannot be created" in capsys.readouterr().err


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_it_says_that_only_linux_has_one(
    platform: str, share: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert run("desktop-entry") == 2
    assert "only on Linux" in capsys.readouterr().err
    assert not share.exists()
