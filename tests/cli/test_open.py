"""`flowviz FILE` opens the window with the project in it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from tests.test_cli import run


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    """What the window is opened with."""
    found: list[Path | None] = []
    monkeypatch.chdir(tmp_path)

    def run_window(path: Path | None = None, extensions: Sequence[str] = ()) -> NoReturn:
        found.append(path)
        sys.exit(7)

    monkeypatch.setattr("flowviz.app.main.run", run_window)
    return found


@pytest.mark.parametrize("name", ["hi.flowviz", "HI", "two words.flowviz", "größe.flowviz", "info.flowviz", "./train"])
def test_a_file_is_opened_in_the_window(name: str, opened: list[Path | None]) -> None:
    Path(name).write_text("any")
    assert run(name) == 7
    assert opened == [Path(name)]


def test_without_a_file_the_window_opens_empty(opened: list[Path | None]) -> None:
    assert run() == 7
    assert opened == [None]


def test_a_project_is_opened_without_loading_the_commands(
    opened: list[Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "flowviz.cli.commands", None)  # importing it is an error
    Path("hi.flowviz").write_text("any")
    assert run("hi.flowviz") == 7
    assert opened == [Path("hi.flowviz")]


def test_what_looks_like_an_option_is_no_project(opened: list[Path | None], capsys: pytest.CaptureFixture[str]) -> None:
    Path("-x.flowviz").write_text("any")
    assert run("-x.flowviz") == 2
    assert capsys.readouterr().err == "No such option: -x (see flowviz --help).\n"
    assert not opened


@pytest.mark.parametrize(
    ("name", "said"), [("gone.flowviz", "no such file"), ("folder.flowviz", "is a folder"), ("empty.flowviz", "empty")]
)
def test_what_cannot_be_read_is_one_sentence(
    name: str, said: str, opened: list[Path | None], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("folder.flowviz").mkdir()
    Path("empty.flowviz").touch()
    assert run(name) == 2
    told = capsys.readouterr().err.strip()
    assert said in told
    assert told.endswith(".")
    assert "\n" not in told
    assert not opened


def test_commands_stay_what_they_are(opened: list[Path | None], capsys: pytest.CaptureFixture[str]) -> None:
    Path("gallery").write_text("a file that is called like a command")
    assert run("gallery") == 0
    assert run("frobnicate") == 2
    assert run("hi.flowviz", "other.flowviz") == 2
    assert not opened
    assert run("--help") == 0
    assert not any(line.split()[:1] == ["open"] for line in capsys.readouterr().out.splitlines())
