"""Start of the program without a display: a message instead of a crash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flowviz.app.desktop.display import check_display
from flowviz.errors import FlowvizError
from tests.test_cli import run

VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not name displays in the environment")


def run_program(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `flowviz` to its end."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    environment |= {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CONFIG", "DATA", "STATE")}
    command = [sys.executable, "-m", "flowviz"]
    return subprocess.run(command, env=environment | variables, capture_output=True, text=True, check=False, timeout=60)


@linux
@pytest.mark.parametrize(
    "variables",
    [
        {"DISPLAY": ":9999"},
        *(pytest.param(each, marks=pytest.mark.slow) for each in ({"WAYLAND_DISPLAY": "a"}, {"QT_QPA_PLATFORM": "b"})),
    ],  # each starts the program, and Qt fails in the same way
    ids=str,
)
def test_one_line_explains_why_no_window_opens(tmp_path: Path, variables: dict[str, str]) -> None:
    done = run_program(tmp_path, **variables)
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("error: XDG_RUNTIME_DIR")]  # libwayland
    assert len(lines) == 1
    displays = [f"{name}={value}" for name, value in variables.items()]
    for part in ("flowviz render", "QT_QPA_PLATFORM=offscreen", *displays):
        assert part in lines[0]


@linux
def test_one_line_explains_that_no_display_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert run() == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    for part in ("flowviz render", "QT_QPA_PLATFORM=offscreen"):
        assert part in error


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_only_linux_needs_a_display_in_the_environment(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    if platform == "linux":
        with pytest.raises(FlowvizError, match="no display"):
            check_display()
    else:
        check_display()
