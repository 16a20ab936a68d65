"""A training in a process of its own: quiet, without Keras or a network, and continued exactly if it was killed.

One process makes all observations, because loading TensorFlow and compiling a flow take seconds. Every connection is
refused in it; the window is used so by all tests in `tests/trust/`.
"""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flowviz.projects import load_project
from tests.cli.test_resume import check_same
from tests.test_cli import SMALL, run

COMMAND = ("train", "--text", "I", "--steps", "700", *map(str, SMALL), "-o")
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
TRAINING = """
from flowviz.cli import main, messages
messages.LINE_SECONDS = 1000  # on a busy machine, lines of progress would come in between
command = sys.argv[1:]

def train(path):
    sys.argv[1:] = [*command, path]
    try:
        main()
    except SystemExit as end:
        assert end.code == 0, end.code

train("whole.flowviz")
keras = sorted({"keras", "tf_keras", "pandas"} & set(sys.modules))
"""
DRAWING = """
from flowviz import ExportSpec, PictureSize, load, render, save
save(load("whole.flowviz"), "i.flowviz")
project, size = load("i.flowviz"), PictureSize(width=300, height=300)
render(project, ExportSpec(size=size), "i.png")
render(project, ExportSpec(what="sheet", format="svg", size=size), "i.svg")
render(project, ExportSpec(what="animation", format="mp4", size=size, in_betweens=0), "i.mp4")
"""
TELLING = """
import json, tensorflow as tf
from pathlib import Path
told = {"keras": keras, "used by an extension": tf.keras.layers.Dense.__name__, "tried": tried}
Path("told.json").write_text(json.dumps(told))
"""
KILLED = """
import os, signal
from importlib import import_module
import_module("flowviz.training.trained").trained.__kwdefaults__["checkpoint_seconds"] = 1e-9
import flowviz.training.loop as loop
advance = loop.Training._advance
def killed(self, count, *, compiled):
    if self._guard.step > 300:
        os.kill(os.getpid(), signal.SIGKILL)
    return advance(self, count, compiled=compiled)
loop.Training._advance = killed
os.mkdir("killed")
train("killed/i.flowviz")
"""


@dataclass(frozen=True)
class Ended:
    """The remains of a process: its exit code, its output and errors, its observations, and its folder."""

    code: int
    stdout: str
    stderr: str
    told: dict[str, Any]
    folder: Path


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Return a process that trained a flow, drew it, trained it again, and was killed meanwhile."""
    folder = tmp_path_factory.mktemp("ended")
    command = [sys.executable, "-c", REFUSED + TRAINING + DRAWING + TELLING + KILLED, *COMMAND]
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(folder / name))
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (folder / "told.json").exists(), done.stderr
    told = json.loads((folder / "told.json").read_text())
    return Ended(done.returncode, done.stdout, done.stderr, told, folder)


def test_train_is_quiet(ended: Ended) -> None:
    assert ended.stdout == ""
    assert ended.stderr.startswith("Completed after 700 steps")
    assert ended.stderr.count("\n") == 1


def test_nothing_connects_to_anything(ended: Ended) -> None:
    assert ended.told["tried"] == []
    assert {"i.flowviz", "i.png", "i.svg", "i.mp4"} <= {path.name for path in ended.folder.iterdir()}


def test_program_loads_no_keras_that_it_does_not_use(ended: Ended) -> None:
    assert ended.told["keras"] == []
    assert ended.told["used by an extension"] == "Dense"


def test_killed_training_continues_exactly_from_its_checkpoint(
    ended: Ended, xla: None, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ended.folder / "killed"
    output = folder / "i.flowviz"
    assert ended.code == -signal.SIGKILL, ended.stderr[-2000:]
    assert [path.name for path in folder.iterdir()] == ["i.checkpoint.flowviz"]
    assert run(*COMMAND, output) == 2
    assert f"resume {output} -o {output}" in " ".join(capsys.readouterr().err.split())
    assert run("resume", output, "-o", output) == 0
    assert "Continuing an interrupted training" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["i.flowviz"]
    check_same(load_project(output), load_project(ended.folder / "whole.flowviz"))
