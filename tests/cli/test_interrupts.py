"""Ctrl+C and SIGTERM: a training is saved, anything else leaves no file, and the exit status names the signal."""

import json
import signal
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.exporting.scenes import Scenes
from flowviz.projects import load_project
from flowviz.records import Event
from flowviz.specs import PictureSize
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


def test_command_that_is_interrupted_leaves_no_file(tmp_path: Path) -> None:
    ended = run_program(
        "target --text I -n 100 -o points.npy", tmp_path, WHILE_WRITING.format(number=int(signal.SIGINT))
    )
    assert (ended.returncode, ended.stderr) == (130, "")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("output", ["pictures", "hi.gif"])
def test_drawing_that_is_interrupted_leaves_no_file(
    output: str, project_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    picture, drawn = Scenes.picture, list[int]()

    def interrupted(scenes: Scenes, number: int, size: PictureSize) -> NDArray[np.uint8]:
        drawn.append(number)
        if len(drawn) == 3:
            signal.raise_signal(signal.SIGTERM)
        return picture(scenes, number, size)

    monkeypatch.setattr(Scenes, "picture", interrupted)
    assert run("render", project_file, "-o", project_file.with_name(output), "--size", "64x64") == 143
    assert capsys.readouterr().err == ""
    assert [path.name for path in project_file.parent.iterdir()] == ["hi.flowviz"]
