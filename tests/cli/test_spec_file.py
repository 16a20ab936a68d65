"""A training that begins with the specs in a file."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from flowviz.cli import training
from flowviz.projects import Plan, Project, save_project
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec, TrainingSpec
from tests.cli.test_commands import Heard
from tests.test_cli import SMALL_FLOW, run

PLAN = Plan(
    ShapeSpec(name="heart"), FlowSpec(family="spline", layers=2, seed=4), TrainingSpec(steps=9, seed=7, batch=8)
)


@pytest.mark.parametrize(
    ("names", "options", "expected"),
    [
        (("target", "flow", "training"), "", PLAN),
        (("target", "flow", "training"), "--layers 3 --batch 9", replace(
            PLAN,
            flow=FlowSpec(family="spline", layers=3, seed=4),
            training=TrainingSpec(steps=9, seed=7, batch=9),
        )),
        (("target", "flow", "training"), "--text a --seconds 5", replace(
            PLAN, target=TextSpec(text="a"), training=TrainingSpec(seconds=5, seed=7, batch=8),
        )),
        (("target",), "--flow nice", Plan(PLAN.target, FlowSpec(family="nice"), TrainingSpec(seconds=60))),
        (("flow", "training"), "--shape heart --preset post", replace(PLAN, flow=FlowSpec(seed=7))),
    ],
)  # fmt: skip
def test_training_begins_with_the_spec_in_a_file(
    names: tuple[str, ...], options: str, expected: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    train = Heard()
    monkeypatch.setattr(training, "_train", train)
    values = {name: getattr(PLAN, name).model_dump(mode="json") for name in names}
    Path("plan.json").write_text(json.dumps(values), encoding="utf-8")
    assert run("train", "--spec", "plan.json", "-o", "x", *options.split()) == 0
    [(project, *_)] = train.asked
    assert project.plan == expected


@pytest.mark.parametrize("name", ["target", "flow", "training"])
def test_file_may_hold_one_spec_alone(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    train = Heard()
    monkeypatch.setattr(training, "_train", train)
    Path("spec").write_text(getattr(PLAN, name).model_dump_json(), encoding="utf-8")
    assert run("train", "--spec", "spec", "-o", "x", *(() if name == "target" else ("--shape", "star"))) == 0
    [(project, *_)] = train.asked
    assert getattr(project.plan, name) == getattr(PLAN, name)
    assert run("target", "--spec", "spec", "-n", 9, "-o", "x.npy") == (0 if name == "target" else 2)
    assert run("train", "--spec", "spec", "--shape", "star", "-o", "spec") == 2  # an output that is an input


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"flows": {}}', "is not the spec of a training: a JSON object whose keys are any of target, flow, training"),
        ('{"flow": []}', "is not the spec of a training"),
        ('{"color": 3}', "is not the spec of a training"),
        ('{"flow": {"family": []}}', "no flow named []"),
        ('{"flow": {"layers": 99}}', "The layers cannot be 99"),
        ('{"training": {"steps": 1, "seconds": 1}}', "either seconds or steps"),
        ("{}", "Give --text"),
    ],
)
def test_file_without_a_training_is_explained(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plan.json").write_text(text, encoding="utf-8")
    source = () if text == "{}" else ("--shape", "heart")
    assert run("train", "--spec", "plan.json", "-o", "x", *source) == 2
    assert said in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == [tmp_path / "plan.json"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no named pipes in folders")
@pytest.mark.parametrize(
    "command", ["train --spec pipe -o x.flowviz", "compare pipe -o out", "sample a.flowviz --edits pipe -o x.csv"]
)
def test_pipe_is_refused_instead_of_waiting_for_a_writer(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    save_project(Project.untrained(TextSpec(text="I"), SMALL_FLOW, TrainingSpec(steps=20)), Path("a.flowviz"))
    assert run(*command.split()) == 2
    assert capsys.readouterr().err == "pipe is a device or a pipe. Give the name of a file.\n"


def test_file_that_is_too_large_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert run("train", "--spec", path, "-o", tmp_path / "x.flowviz") == 2
    assert "huge.json is too large: 1,099,512 MB. The limit is 100 MB." in capsys.readouterr().err
