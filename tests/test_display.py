"""Without a display: the program is started as a person does, and says what to do instead of a crash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flowviz.app.desktop.display import check_display
from flowviz.errors import FlowvizError

NAMES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
linux = pytest.mark.skipif(sys.platform != "linux", reason="only there a display is named by the environment")


def started(folder: Path, **named: str) -> subprocess.CompletedProcess[str]:
    """`flowviz`, to its end."""
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    environment |= {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CONFIG", "DATA", "STATE")}
    command = [sys.executable, "-m", "flowviz"]
    return subprocess.run(command, env=environment | named, capture_output=True, text=True, check=False, timeout=60)


@linux
@pytest.mark.parametrize(
    "named", [{}, {"DISPLAY": ":9999"}, {"WAYLAND_DISPLAY": "nowhere"}, {"QT_QPA_PLATFORM": "nonesuch"}], ids=str
)
def test_where_no_window_can_be_opened_one_sentence_says_what_to_do(tmp_path: Path, named: dict[str, str]) -> None:
    done = started(tmp_path, **named)
    assert done.returncode == 2, done.stderr
    said = [line for line in done.stderr.splitlines() if not line.startswith("error: XDG_RUNTIME_DIR")]  # libwayland
    assert len(said) == 1
    for told in ("flowviz render", "QT_QPA_PLATFORM=offscreen", *(f"{name}={value}" for name, value in named.items())):
        assert told in said[0]


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_only_linux_asks_the_environment_for_a_display(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    if platform == "linux":
        with pytest.raises(FlowvizError, match="no display"):
            check_display()
    else:
        check_display()
