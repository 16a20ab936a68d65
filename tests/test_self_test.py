"""The self-test: all of it in a process of its own, and what it says where something is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import flowviz
from flowviz import self_test
from flowviz.app.desktop import display
from flowviz.errors import FlowvizError
from flowviz.specs import TrainingSpec

SHORT = TrainingSpec(steps=20)


def findings() -> dict[str, self_test.Finding]:
    return {finding.name: finding for finding in self_test.self_test(SHORT)}


@pytest.mark.slow  # it compiles, trains for five seconds and writes films: 20 s and more
def test_it_says_what_works_line_by_line_without_a_display(tmp_path: Path) -> None:
    gone = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in gone}
    environment |= {"XDG_DATA_HOME": str(tmp_path / "data"), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "flowviz", "--self-test"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    lines = done.stdout.splitlines()
    states = {line[9:23].strip(): line.split()[0] for line in lines[:-1]}
    assert done.returncode == 0, done.stdout + done.stderr
    assert states.pop("display") == ("missing" if sys.platform == "linux" else "works")
    assert set(states.values()) == {"works"}
    assert {"training", "XLA", "picture", "GIF", "MP4", "project file", "fonts", "data folder"} < states.keys()
    assert lines[-1] == "Everything that flowviz needs works."
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("flowviz")] == []


def test_what_is_missing_is_said_and_what_is_not_needed_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowviz.self_test.installed_faces", lambda: ())
    monkeypatch.setattr("flowviz.flows.machine.xla_compiles", lambda: False)
    found = findings()
    for name, told in (("fonts", "No fonts are installed"), ("XLA", "plain graph")):
        assert not found[name].works
        assert not found[name].needed
        assert told in found[name].sentence
        assert str(found[name]).startswith("missing")
    assert found["training"].works
    assert found["training"].sentence.startswith("20 steps")
    assert found["display"].sentence == "Qt shows windows by offscreen."


def test_where_tensorflow_does_not_load_the_rest_is_tried_with_an_example(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.test_cli import run

    def train(*_: object, **__: object) -> None:
        raise ImportError("libtensorflow_cc.so.2: no such file")

    monkeypatch.setattr(flowviz, "train", train)
    assert run("--self-test") == 1
    out = capsys.readouterr().out
    assert "FAILS    training      ImportError: libtensorflow_cc.so.2: no such file. Install flowviz again" in out
    for name in ("picture", "GIF", "project file"):
        assert f"works    {name:<14}" in out
    assert out.splitlines()[-1] == "flowviz cannot run on this machine until these work: training."


def test_a_platform_that_qt_cannot_show_windows_on_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "nonesuch")
    with pytest.raises(FlowvizError, match=r"(?s)nonesuch.*flowviz render.*QT_QPA_PLATFORM=offscreen"):
        display.display_name()
