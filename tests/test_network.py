"""No network at run time: training, drawing and files, in a process where every connection is refused.

The window is used so by all tests in `tests/trust/`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

REFUSED = """
import socket, sys

tried = []

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}:
        tried.append(event)
        raise OSError(f"{event} is refused")

sys.addaudithook(refuse)
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: socket.socket().connect(("127.0.0.1", 9)),
    lambda: socket.getaddrinfo("localhost", 9),
):
    try:
        attempt()
    except OSError as error:
        assert "refused" in str(error)
assert len(tried) == 3, tried
tried.clear()
"""
LIBRARY = """
from flowviz import ExportSpec, FlowSpec, PictureSize, TextSpec, TrainingSpec, load, render, save, train

save(train(TextSpec(text="I"), FlowSpec(layers=1, width=2, depth=1), TrainingSpec(steps=20)), "i.flowviz")
project, size = load("i.flowviz"), PictureSize(width=300, height=300)
render(project, ExportSpec(size=size), "i.png")
render(project, ExportSpec(what="sheet", format="svg", size=size), "i.svg")
render(project, ExportSpec(what="animation", format="mp4", size=size, in_betweens=0), "i.mp4")
assert not tried, tried
"""


def run(code: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", REFUSED + code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_nothing_connects_to_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    run(LIBRARY, tmp_path)
    assert {"i.flowviz", "i.png", "i.svg", "i.mp4"} <= {path.name for path in tmp_path.iterdir()}
