"""Ctrl+C and SIGTERM: a training is saved, anything else leaves no file, and the exit status names the signal."""

import json
import signal
from pathlib import Path

import pytest

from flowviz.projects import Project, load_project, save_project
from tests.cli.program import run_program

SIGNALS = pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
WHILE_TRAINING = """
import flowviz.training.loop as loop
advance = loop.Training._advance
def interrupted(self, count, *, compiled):
    if self._guard.step:
        os.kill(os.getpid(), {number})
    return advance(self, count, compiled=compiled)
loop.Training._advance = interrupted
"""
WHILE_WRITING = """
import numpy as np
def interrupted(*args, **kwargs):
    os.kill(os.getpid(), {number})
    while True:
        pass
np.lib.format.write_array = np.save = interrupted
"""
WHILE_DRAWING = """
import flowviz.exporting.scenes as scenes
picture, drawn = scenes.Scenes.picture, []
def interrupted(self, number, size):
    drawn.append(number)
    if len(drawn) == 3:
        os.kill(os.getpid(), {number})
    return picture(self, number, size)
scenes.Scenes.picture = interrupted
"""


@SIGNALS
def test_training_is_saved(number: int, status: int, tmp_path: Path) -> None:
    command = "train --text I --layers 1 --seconds 600 -o i.flowviz --json"
    ended = run_program(command, tmp_path, WHILE_TRAINING.format(number=int(number)))
    assert ended.returncode == status, ended.stderr[-2000:]
    notice, _, result = ended.stderr.partition("Stopping and saving; press Ctrl+C again to give up.\n")
    assert "Stopped after" not in notice
    assert "Stopped after" in result
    checkpoint = load_project(tmp_path / "i.flowviz").checkpoint
    assert checkpoint is not None
    assert checkpoint.step == json.loads(ended.stdout)["steps"] > 0
    assert [path.name for path in tmp_path.iterdir()] == ["i.flowviz"]


@pytest.mark.slow  # trains in a process of its own, as the test before
def test_second_signal_ends_training_without_result(tmp_path: Path) -> None:
    twice = WHILE_TRAINING.format(number=int(signal.SIGTERM)).replace(
        "    return", "        os.kill(os.getpid(), signal.SIGTERM)\n    return"
    )
    ended = run_program("train --text I --layers 1 --seconds 600 -o i.flowviz", tmp_path, twice)
    assert ended.returncode == 143
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("command", "patch", "number", "status"),
    [
        ("target --text I -n 100 -o points.npy", WHILE_WRITING, signal.SIGINT, 130),
        ("render hi.flowviz -o pictures --size 64x64", WHILE_DRAWING, signal.SIGTERM, 143),
        ("render hi.flowviz -o hi.gif --size 64x64", WHILE_DRAWING, signal.SIGTERM, 143),
    ],
)
def test_other_commands_leave_no_file(
    command: str, patch: str, number: int, status: int, project: Project, tmp_path: Path
) -> None:
    save_project(project, tmp_path / "hi.flowviz")
    ended = run_program(command, tmp_path, patch.format(number=int(number)))
    assert (ended.returncode, ended.stderr) == (status, "")
    assert [path.name for path in tmp_path.iterdir()] == ["hi.flowviz"]
