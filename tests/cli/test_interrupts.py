"""Ctrl+C and SIGTERM: a training is saved, anything else leaves no file, and the exit status names the signal."""

import json
import signal
from pathlib import Path

import pytest

from flowviz.projects import Project, load_project, save_project
from flowviz.records import Event
from flowviz.training.loop import Training
from tests.cli.program import run_program
from tests.test_cli import run

WHILE_WRITING = """
import numpy as np
def interrupted(*args, **kwargs):
    os.kill(os.getpid(), {number})
    while True:
        pass
np.lib.format.write_array_header_1_0 = interrupted
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


COMMAND = ("train", "--text", "I", "--layers", 2, "--width", 8, "--depth", 1, "--seconds", 600, "--json")


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list of signals, all of which arrive at the next chunk of a training after its first."""
    arriving, advance = list[int](), Training._advance

    def interrupted(training: Training, count: int, *, compiled: bool) -> list[Event]:
        if training._guard.step:
            while arriving:
                signal.raise_signal(arriving.pop(0))
        return advance(training, count, compiled=compiled)

    monkeypatch.setattr(Training, "_advance", interrupted)
    return arriving


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_training_is_saved(
    number: int, status: int, signals: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signals.append(number)
    assert run(*COMMAND, "-o", tmp_path / "i.flowviz") == status
    captured = capsys.readouterr()
    notice, _, result = captured.err.partition("Stopping and saving; press Ctrl+C again to give up.\n")
    assert "Stopped after" not in notice
    assert "Stopped after" in result
    checkpoint = load_project(tmp_path / "i.flowviz").checkpoint
    assert checkpoint is not None
    assert checkpoint.step == json.loads(captured.out)["steps"] > 0
    assert [path.name for path in tmp_path.iterdir()] == ["i.flowviz"]


def test_second_signal_ends_training_without_result(
    signals: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signals += [signal.SIGTERM, signal.SIGTERM]
    assert run(*COMMAND, "-o", tmp_path / "i.flowviz") == 143
    assert capsys.readouterr().out == ""
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
