"""What the program needs fails: a person reads one sentence, keeps what they have, and the window lives."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PyQt6.QtWidgets import QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice import Notice
from flowviz.projects import load_project
from flowviz.training.step import ChunkRunner
from tests.app.conftest import FileMenu, Window
from tests.app.document.test_autosave import drafts
from tests.app.test_main_window import choose_steps
from tests.projects.disks import make_read_only, small_disk
from tests.trust import scripts
from tests.trust.program import ROOT, used

INSTALL = "Install flowviz again"
FILLER = 4096  # bytes


def is_sentence(told: str) -> bool:
    """What happened and what to do, without a line break, a traceback or an object of Python."""
    return bool(re.fullmatch(r"[A-Z][^\n<>{}]*\.", told))


@pytest.mark.parametrize(
    ("slip", "cause"),
    [
        pytest.param(  # as the package that is missing
            *('ImportError("libtensorflow_cc.so.2: cannot open shared object file")', "ImportError"),
            marks=pytest.mark.slow,
        ),
        (
            'ModuleNotFoundError("No module named \'tensorflow\'", name="tensorflow")',
            "the package tensorflow is missing",
        ),
    ],
)
def test_program_works_without_training_if_tensorflow_does_not_load(slip: str, cause: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "tensorflow.py").write_text(f"raise {slip}")
    path = os.pathsep.join([str(broken), *filter(None, [os.environ.get("PYTHONPATH")])])
    ended = used(scripts.trains_without_tensorflow, tmp_path, PYTHONPATH=path)
    ended.assert_sound()
    for asked in ("training", "density"):
        assert is_sentence(ended.told[asked])
        assert cause in ended.told[asked]
        assert INSTALL in ended.told[asked]
    assert ended.told["keeps the picture"] == "True"
    assert ended.told["can try again"] == "True"
    assert slip.split('"')[1] in ended.log, "the details are in the log"


def choose_small_flow(window: Window) -> None:
    """Choose a flow that no other test compiles."""
    for name, number in {"flowLayers": 1, "flowWidth": 3, "flowDepth": 1}.items():
        window.find(QSpinBox, name).setValue(number)


def test_training_without_xla_works_and_is_reported(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], xla: None
) -> None:
    compile_it = ChunkRunner._compile

    def refuse(*_: object) -> None:
        raise RuntimeError("no registered compiler for XLA_CPU_JIT")

    def compile_nothing(runner: ChunkRunner) -> Any:
        monkeypatch.setattr(runner, "_compilable", refuse)
        return compile_it(runner)

    monkeypatch.setattr(ChunkRunner, "_compile", compile_nothing)
    monkeypatch.setattr("flowviz.compile_cache.clear", lambda: None)  # all tests share it
    choose_small_flow(window)
    choose_steps(window, 60)
    window.find(QToolButton, "trainButton").click()
    qtbot.waitUntil(lambda: "Done: 60 steps" in window.status)
    assert "XLA compiler does not work on this computer" in window.status
    assert not window.notice
    assert not capfd.readouterr().err


@pytest.mark.slow  # it moves hundreds of megabytes, and its limit is close: 20 s
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="how much memory a process has, Linux tells")
def test_smaller_training_works_after_one_that_ran_out_of_memory(tmp_path: Path) -> None:
    ended = used(scripts.runs_out_of_memory, tmp_path)
    ended.assert_sound()
    assert is_sentence(ended.told["notice"])
    assert "not enough memory" in ended.told["notice"]
    assert "smaller batch" in ended.told["notice"]
    assert ended.told["keeps the picture"] == "True"


@pytest.mark.parametrize(
    "slip", [MemoryError(), tf.errors.ResourceExhaustedError(None, None, "OOM")], ids=["numpy", "TensorFlow"]
)
def test_out_of_memory_message_says_what_to_reduce(
    slip: Exception, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(*_: object) -> None:
        raise slip

    monkeypatch.setattr(ChunkRunner, "optimize", run_out)
    choose_small_flow(window)
    seen, train = window.main.viewer.scenes.scene.trace, window.find(QToolButton, "trainButton")
    train.click()
    qtbot.waitUntil(lambda: bool(window.notice))
    assert "Choose a smaller batch" in window.notice
    np.testing.assert_array_equal(window.main.viewer.scenes.scene.trace.positions, seen.positions)
    assert train.text() == "Train"
    assert train.isEnabled()


@pytest.fixture
def disk(tmp_path: Path, own_settings: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of two megabytes with the person's data."""
    with small_disk(tmp_path, megabytes=2) as found:
        monkeypatch.setenv("XDG_DATA_HOME", str(found))
        yield found


def fill(disk: Path) -> Path:
    """With a file that can be removed again."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(FILLER))
        except OSError:
            return filler


def test_full_disk_during_autosave_loses_no_work(disk: Path, file_menu: FileMenu) -> None:
    autosave, told = file_menu.window.main.autosave, list[str]()
    post = autosave._post

    def tell(notice: Notice) -> None:
        told.extend([f"{notice.text} {notice.advice}".strip()] if notice.text else [])
        post(notice)

    autosave._post = tell
    for number, text in enumerate(("One", "Two"), start=1):
        filler = fill(disk)
        file_menu.type(text)
        autosave.save()
        file_menu.wait(lambda expected=number: len(told) == expected)  # type: ignore[misc]
        assert is_sentence(told[-1])
        assert "no space left" in told[-1]
        assert told[-1] in file_menu.notice
        assert file_menu.is_changed
        assert file_menu.text == text
        assert [load_project(draft).target.title for draft in drafts()] == ["One"][: number - 1]
        filler.unlink()
        autosave.save()
        file_menu.wait(lambda: autosave.is_current)
        assert [load_project(draft).target.title for draft in drafts()] == [text]


def test_program_works_with_a_read_only_home_folder(tmp_path: Path) -> None:
    with small_disk(tmp_path) as home:
        make_read_only(home)
        ended = used(scripts.works_where_nothing_can_be_written, home, HOME=str(home))
    ended.assert_sound()
    assert is_sentence(ended.told["notice"])
    assert "read-only" in ended.told["notice"]
    assert ended.told["text"] == "Mine"


DRAWN = """
import numpy as np
from flowviz.projects import example
from flowviz.rendering import render_frame
from flowviz.records import Scene
from flowviz.specs import PictureSize, ViewSpec
picture = render_frame(Scene(example("brad").project().trace), 3, ViewSpec(), PictureSize(width=200, height=150))
print(len(np.unique(picture)))
"""


def drawn(cache: Path) -> str:
    """What a process draws that keeps its compiled loops there."""
    done = subprocess.run(
        [sys.executable, "-c", DRAWN], capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_damaged_compiled_loops_are_compiled_again(tmp_path: Path) -> None:
    """As a power failure leaves them: cut off, or empty."""
    whole, damaged = drawn(tmp_path), dict[Path, bytes]()
    for number, index in enumerate(sorted(tmp_path.rglob("*.nbi"))):
        content = next(index.parent.glob(f"{index.stem}*.nbc"))
        broken = (index, content)[number % 2]
        broken.write_bytes(broken.read_bytes()[: (0, 200)[number // 2 % 2]])
        damaged[index] = index.read_bytes()
    assert len(damaged) > 1
    assert drawn(tmp_path) == whole
    assert all(index.read_bytes() != content for index, content in damaged.items()), "the next start finds them sound"


def test_drawing_works_with_a_read_only_cache(tmp_path: Path) -> None:
    place = tmp_path / "cache"
    place.write_text("a file in place of the folder")
    assert drawn(place)
