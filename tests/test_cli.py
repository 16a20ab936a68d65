"""The terminal: what each command writes, and one sentence with exit code 2 for what a person got wrong."""

import json
import os
import platform
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from shutil import copyfile
from threading import Event as Flag
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import flowviz
from flowviz import cli
from flowviz.projects import Project, load_project, save_project
from flowviz.records import Finished, History, Snapshot, base_of
from flowviz.specs import RECIPES, FlowSpec, ImageSpec, ShapeSpec, TextSpec, TrainingSpec
from flowviz.specs.target import PNG_SIGNATURE
from flowviz.targets import build_target
from flowviz.training import train

# Tests that need any flow train this one, because the first training of a kind takes three seconds.
SMALL, SMALL_FLOW = ("--layers", 2, "--width", 8, "--depth", 1), FlowSpec(layers=2, width=8, depth=1)


def run(*arguments: object) -> int:
    """The exit code of the `flowviz` command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["flowviz", *map(str, arguments)])
        try:
            cli.main()
        except SystemExit as stop:
            return int(stop.code or 0)
    return 0


def stopped_training(steps: int, after: int) -> Project:
    """A training of some steps that was stopped after fewer."""
    target, flow, spec = TextSpec(text="I"), SMALL_FLOW, TrainingSpec(steps=steps)
    stop, history = Flag(), History()
    for event in train(build_target(target), flow, spec, stop_requested=stop.is_set, snapshot_seconds=0):
        history = history.with_event(event)
        if isinstance(event, Snapshot) and event.step >= after:
            stop.set()
    assert isinstance(event, Finished)
    assert event.ending == "stopped"
    return Project.untrained(target, flow, spec).trained(event, history)


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert flowviz.__version__ in capsys.readouterr().out
    assert run("--help") == 0
    out = capsys.readouterr().out
    for command in ("train", "resume", "compare", "render", "inspect", "trace", "sample", "score", "target", "info"):
        assert command in out


def test_python_m_flowviz_is_the_command_and_loads_neither_tensorflow_nor_qt() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "flowviz", "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout == f"flowviz {flowviz.__version__}\n"
    loaded = {line.rpartition("|")[2].strip() for line in said.stderr.splitlines()}
    assert {f"flowviz.{name}" for name in ("cli", "training", "rendering", "projects")} < loaded
    assert not {name.partition(".")[0] for name in loaded} & {"tensorflow", "PyQt6", "pyqtgraph"}


def test_train_prints_its_figures_and_saves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "i.flowviz"
    assert run("train", "--text", "I", *SMALL, "--steps", 150, "--seed", 3, "-o", path, "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == [
        "steps", "seconds", "steps_per_second", "train_nll", "loss", "validation_nll", "test_nll", "entropy", "gap",
        "standard_error", "test_nll_median", "without_density", "on_target", "leaked", "coverage", "legibility",
        "effective_share", "log_normalizer", "covered", "parts",
        "round_trip_error", "folded", "kept_step", "recoveries", "largest_rise", "unsteady",
        "prepare_seconds", "nll_units", "log_det_of_units", "changes_of_settings",
    ]  # fmt: skip
    assert figures["steps"] == 150
    assert figures["gap"] == figures["test_nll"] - figures["entropy"]
    assert 0 <= figures["on_target"] <= 1
    assert figures["leaked"] == 1 - figures["on_target"]
    assert 0 <= figures["legibility"] <= 1
    assert (figures["nll_units"], figures["log_det_of_units"]) == ("flow", 0)
    saved = load_project(path)
    assert (saved.target, saved.training.steps, saved.training.seed) == (TextSpec(text="I"), 150, 3)
    assert saved.history.step[-1] == 150
    assert run("info", path, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    for name in ("legibility", "effective_share", "log_normalizer", "covered", "parts"):
        assert told[name] == pytest.approx(figures[name])
    assert [p.name for p in tmp_path.iterdir()] == ["i.flowviz"]


@pytest.mark.parametrize(
    "conditioner", [{"conditioner": "network", "width": 5, "depth": 1, "hats": 2, "waves": 1}, {"conditioner": "table"}]
)
def test_every_field_of_a_flow_and_of_its_training_has_an_option(
    conditioner: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = FlowSpec(
        family="spline", layers=2, bins=3, min_bin_height=1e-4, normalization="minibatch",
        batch_normalization_momentum=0.9, seed=7, base="mixture", components=5, arrangement="grid", **conditioner,
    )  # fmt: skip
    training = TrainingSpec(steps=3, seed=6, batch=8, learning_rate=1e-4, warmup_steps=2, clip_norm=0.25)
    options = {**flow.model_dump(), **training.model_dump(), "flow": flow.family, "flow_seed": flow.seed}
    for name in ("family", "log_scale_bound", "ignores_condition", "guidance", "seconds"):
        del options[name]
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items() if value is not None]
    asked = list[Project]()
    monkeypatch.setattr("flowviz.cli.training._train", lambda project, *_, **__: asked.append(project))
    assert run("train", "--text", "I", *arguments, "-o", "i.flowviz") == 0
    assert [(project.flow, project.training) for project in asked] == [(flow, training)]


# The tests of flows cover every family, so by default, only one runs here: one that no other test of the CLI uses.
@pytest.mark.parametrize(
    "family",
    [name if name == "spline" else pytest.param(name, marks=pytest.mark.slow) for name in RECIPES],
)
def test_every_family_trains_and_goes_through_every_command(family: str, tmp_path: Path) -> None:
    path, points = tmp_path / "i.flowviz", tmp_path / "points.npy"
    layers = ("--integrator-steps", 3) if RECIPES[family].is_continuous else ("--layers", 1)
    network = ("--width", 8, "--depth", 1) if RECIPES[family].has_network else ()
    sizes = (*layers, *network, *(("--bins", 4) if family == "spline" else ()))
    assert run("train", "--text", "I", "--steps", 60, "-o", path, "--flow", family, *sizes) == 0
    names = load_project(path).flow.stage_names()
    assert run("render", path, "-o", tmp_path / "frames", "--size", "64x64") == 0
    assert sorted(p.stem for p in (tmp_path / "frames").iterdir()) == list(names)
    assert run("trace", path, "-n", 5, "-o", tmp_path / "trace.npz") == 0
    with np.load(tmp_path / "trace.npz") as trace:
        assert tuple(trace["names"]) == names
        last, log_det = trace["positions"][-1], trace["log_det"][-1]
        base = base_of(load_project(path).flow).log_prob(trace["positions"][0])
    np.save(points, last)
    assert run("score", path, points, "-o", tmp_path / "scores.npy") == 0
    np.testing.assert_allclose(np.load(tmp_path / "scores.npy"), base - log_det, atol=1e-3)
    assert run("sample", path, "-n", 5, "-o", points) == 0
    np.testing.assert_allclose(np.load(points), last, atol=1e-4)
    view = ("--view", "density,grid,paths,points", "--size", "64x64", "--probe", "1:0,0")
    assert run("render", path, "-o", tmp_path / "views", *view) == 0
    assert len(list((tmp_path / "views").iterdir())) == len(names)
    assert run("inspect", path) == 0


def test_a_project_without_a_checkpoint_cannot_be_resumed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    untrained = Project.untrained(TextSpec(text="Hi"), FlowSpec(), TrainingSpec(steps=1))
    save_project(untrained, path := tmp_path / "untrained.flowviz")
    assert run("resume", path, "-o", tmp_path / "x") == 2
    assert "has not been trained, so there is nothing to continue" in capsys.readouterr().err


def test_info_says_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info") == 0
    assert "tensorflow" in capsys.readouterr().out
    assert run("info", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["trains_on"] in {"CPU", "GPU"}
    assert any(device.startswith("CPU") for device in found["devices"])
    assert found["threads_within_an_op"]


def test_info_builds_the_target_only_for_an_unknown_legibility(
    project_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = Project.untrained(ImageSpec(png=PNG_SIGNATURE), FlowSpec(), TrainingSpec(steps=1))
    save_project(damaged, path := tmp_path / "damaged.flowviz")
    shape = replace(damaged, target=ShapeSpec(name="heart"))
    save_project(shape, without_strokes := tmp_path / "heart.flowviz")
    for file, expected in ((path, "unknown"), (without_strokes, "none")):
        assert run("info", file, "--json") == 0
        assert json.loads(capsys.readouterr().out)["legibility"] == expected
    monkeypatch.delattr(Project, "build_target")
    assert run("info", project_file) == 0


def test_info_describes_a_project(
    project_file: Path, project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("info", project_file, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["target"], found["family"], found["steps"]) == ("Hi", "realnvp", 2100)
    assert found["flowviz"] == flowviz.__version__
    assert 0 <= found["legibility"] <= 1
    assert found["tensorflow"] == version("tensorflow")
    assert found["platform"].startswith(platform.system())
    save_project(replace(project, environment=None), older := tmp_path / "older.flowviz")
    assert run("info", older) == 0
    told = capsys.readouterr().out
    assert [line.split()[-1] for line in told.splitlines()[-4:]] == ["unknown"] * 4
    assert run("info", tmp_path / "missing.flowviz") == 2


def test_minibatch_normalization_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    without_ink = ("--text", " ", "-o", tmp_path / "x")  # so that nothing is trained
    assert run("train", *without_ink, "--normalization", "minibatch") == 2
    assert "Choose running" in " ".join(capsys.readouterr().err.split())


def test_render_writes_a_png_a_stage(project_file: Path, project: Project, tmp_path: Path) -> None:
    frames = tmp_path / "frames"
    assert run("render", project_file, "-o", frames, "--size", "120x100") == 0
    assert sorted(path.stem for path in frames.iterdir()) == list(project.trace.names)
    with Image.open(frames / "19_real_nvp.png") as image:
        assert image.size == (120, 100)


@pytest.mark.parametrize(("stage", "count"), [("0", 1), ("19", 1), ("3-5", 3), ("0-19", 20)])
def test_render_writes_the_stages_asked_for(project_file: Path, tmp_path: Path, stage: str, count: int) -> None:
    assert run("render", project_file, "-o", tmp_path / "f", "--size", "64x64", "--stage", stage) == 0
    assert len(list((tmp_path / "f").iterdir())) == count


def test_trace_sample_score_agree(project_file: Path, project: Project, tmp_path: Path) -> None:
    assert run("trace", project_file, "-n", 500, "--seed", 7, "-o", tmp_path / "t.npz") == 0
    assert run("sample", project_file, "-n", 500, "--seed", 7, "-o", tmp_path / "s.npy") == 0
    assert run("score", project_file, tmp_path / "s.npy", "-o", tmp_path / "lp.npy") == 0
    with np.load(tmp_path / "t.npz") as trace:
        positions, log_det, names = trace["positions"], trace["log_det"], trace["names"]
    samples, log_prob = np.load(tmp_path / "s.npy"), np.load(tmp_path / "lp.npy")
    assert (positions.shape, log_det.shape, names.shape) == ((20, 500, 2), (20, 500), (20,))
    assert {a.dtype for a in (positions, samples, log_prob)} == {np.dtype(np.float32)}
    assert tuple(names) == project.trace.names
    np.testing.assert_allclose(samples, positions[-1], atol=1e-6)
    base = -0.5 * (positions[0] ** 2).sum(axis=1) - np.log(2 * np.pi)
    np.testing.assert_allclose(log_prob, base - log_det[-1], atol=5e-3)


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
def test_trace_and_sample_write_what_render_does(suffix: str, project_file: Path, tmp_path: Path) -> None:
    one, other = tmp_path / f"one{suffix}", tmp_path / f"other{suffix}"
    for command, what in (("trace", "trace"), ("sample", "samples")):
        assert run(command, project_file, "-n", 50, "-o", one) == 0
        assert run("render", project_file, "--what", what, "--particles", 50, "-o", other) == 0
        assert one.read_bytes() == other.read_bytes()


def test_target_draws_from_the_target(tmp_path: Path) -> None:
    assert run("target", "--text", "BRAD", "-n", 1000, "-o", tmp_path / "p.npy") == 0
    points: NDArray[np.float32] = np.load(tmp_path / "p.npy")
    assert points.shape == (1000, 2)
    assert points.dtype == np.float32
    assert points.std(axis=0).max() == pytest.approx(1, abs=0.1)


@pytest.fixture(scope="module")
def bad_points(tmp_path_factory: pytest.TempPathFactory, trained_file: Path) -> Path:
    """Return a folder with a project and files without points, in which no command writes anything."""
    folder = tmp_path_factory.mktemp("bad")
    copyfile(trained_file, folder / "hi.flowviz")
    np.save(folder / "three.npy", np.zeros((4, 3)))
    np.save(folder / "nan.npy", np.full((4, 2), np.nan))
    np.save(folder / "words.npy", np.array([["a", "b"]]))
    np.save(folder / "huge.npy", np.full((4, 2), 1e300))
    (folder / "zip.npy").write_bytes(b"PK\x03\x04garbage")
    os.mkfifo(folder / "pipe")
    np.save(folder / "objects.npy", np.array([[{}, {}]]), allow_pickle=True)
    (folder / "text.npy").write_text("x,y")
    (folder / "empty.npy").write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("train --text= -o x", "Type a word"),
        ("train --text \u0378 -o x", "can draw U+0378"),
        ("train --text a -o gone/x", "no such file or directory"),
        ("train --text a -o .", "is a folder"),
        ("train --text a --seconds 0 -o x", "seconds cannot be 0"),
        ("train --text a --seconds 1 --steps 1 -o x", "either seconds or steps"),
        ("train --text a --seed -1 -o x", "seed cannot be -1"),
        ("train --text a --layers 33 -o x", "layers cannot be 33"),
        ("train --text a --width 0 -o x", "width cannot be 0"),
        ("train --text a --depth 9 -o x", "depth cannot be 9"),
        ("train --text a --layers 32 --width 1024 --depth 4 -o x", "102 million weights, too many for a project"),
        ("train --text a --batch 1 -o x", "batch cannot be 1"),
        ("train --text a --bins 8 -o x", "Only the spline flow has bins"),
        ("train --text a --flow nice --log-scale-bound 2 -o x", "no log-scale"),
        ("train --text a --flow spline --bins 1 -o x", "bins"),
        ("train --text a --log-scale-bound wide -o x", "BOUND|none"),
        ("resume gone.flowviz -o x", "no such file"),
        ("compare --text a --flow nice --learning-rates 1e-3,z -o x", "not numbers separated by commas"),
        ("compare --text a --flow nice --learning-rates 2 -o x", "learning rate cannot be 2"),
        ("compare --text a --flow nice --learning-rates .1,.2,.3,.4,.5,.6,.7 -o x", "up to 6 flows, not 7"),
        ("compare --text a --flow nice --steps 3 --scheduler tcp://h:1 -o x", "requires --backend dask"),
        ("compare --text a --flow nice --steps 3 --backend dask -o x", "address of the cluster"),
        ("train --text a --learning-rate nan -o x", "learning rate cannot be nan"),
        ("render gone.flowviz -o f", "no such file or directory"),
        ("render text.npy -o f", "not a flowviz project"),
        ("render hi.flowviz -o hi.flowviz", "Files ending in .flowviz cannot be exported"),
        ("render hi.flowviz -o f --stage 20", "from 0 to 19"),
        ("render hi.flowviz -o f --stage 5-3", "The first stage, 5, cannot come after the last one, 3"),
        ("render hi.flowviz -o f --stage x", "STAGE|FIRST-LAST"),
        ("render hi.flowviz -o f --size 9", "WIDTHxHEIGHT"),
        ("render hi.flowviz -o f --size 9x9", "width cannot be 9"),
        ("render hi.flowviz -o f --view heat", "heat' of --view is not of the form density,"),
        ("render hi.flowviz -o f --view overview,density", "cannot show the density"),
        ("render hi.flowviz -o f --view overview --stage 3", "not to sheet"),
        ("render hi.flowviz -o f --view overview,grid --beside", "not to sheet"),
        ("render hi.flowviz -o . --view overview", "is a folder"),
        ("render hi.flowviz -o gone/f.png --view overview", "no such file or directory"),
        ("render hi.flowviz -o f.png --view overview --size 64x64", "larger size"),
        ("render hi.flowviz -o f --beside", "--beside requires density, grid or velocity"),
        ("render hi.flowviz -o f --view density --beside", "--beside requires density, grid or velocity"),
        ("render hi.flowviz -o f --color-by selection", "--select"),
        ("render hi.flowviz -o f --particles 0", "number of points cannot be 0"),
        ("render hi.flowviz -o f --select 20:0,0,1,1", "from 0 to 19"),
        ("render hi.flowviz -o f --select 3:0,0,1", "STAGE:LEFT,BOTTOM,RIGHT,TOP"),
        ("render hi.flowviz -o f --select 0,0,1,1", "STAGE:LEFT,BOTTOM,RIGHT,TOP"),
        ("render hi.flowviz -o f --probe 3:0,nan", "STAGE:X,Y"),
        ("render hi.flowviz -o f --probe -1:0,0", "STAGE:X,Y"),
        ("render hi.flowviz -o f --probe 99:0,0", "from 0 to 19"),
        ("render hi.flowviz -o f --center 1", "X,Y"),
        ("render hi.flowviz -o f --center 1,inf", "X,Y"),
        ("render hi.flowviz -o f --half-extent 0", "half extent cannot be 0"),
        ("render hi.flowviz -o f --half-extent nan", "half extent cannot be nan"),
        ("inspect gone.flowviz", "no such file"),
        ("inspect hi.flowviz --stage 20", "from 0 to 19"),
        ("inspect hi.flowviz --stage -1", "from 0 to 19"),
        ("inspect hi.flowviz --stage 3 --curves c.csv", "no curves to write"),
        ("inspect hi.flowviz --curves gone/c.csv", "no such file or directory"),
        ("sample hi.flowviz -n 0 -o x.npy", "number of points cannot be 0"),
        ("sample hi.flowviz -n 99999999 -o x.npy", "number of points"),
        ("trace hi.flowviz --seed -1 -o x.npy", "seed cannot be -1"),
        ("score hi.flowviz gone.npy -o x.npy", "no such file"),
        ("score hi.flowviz nan.npy -o x.npy", "missing or infinite numbers"),
        ("score hi.flowviz huge.npy -o x.npy", "too large"),
        ("score hi.flowviz zip.npy -o x.npy", "damaged"),
        ("score hi.flowviz words.npy -o x.npy", "instead of numbers"),
        ("target --text a -n 5 --format npy -o pipe", "a device or a pipe"),
        ("score hi.flowviz objects.npy -o x.npy", "damaged"),
        ("score hi.flowviz text.npy -o x.npy", "no points"),
        ("score hi.flowviz empty.npy -o x.npy", "is empty"),
        ("target --text a -n -5 -o x.npy", "number of points cannot be -5"),
    ],
)
def test_what_a_person_got_wrong_is_one_sentence(
    arguments: str,
    said: str,
    bad_points: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(bad_points)
    before = sorted(path.name for path in bad_points.iterdir())
    assert run(*arguments.split(" ")) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.strip().count("\n") == 0
    assert captured.err.strip().endswith(".")
    assert sorted(path.name for path in bad_points.iterdir()) == before


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file.npy").write_text("old")
    (tmp_path / "link.npy").symlink_to(tmp_path / "file.npy")
    assert run("target", "--text", "I", "-n", 5, "-o", tmp_path / "link.npy") == 0
    assert (tmp_path / "link.npy").is_symlink()
    assert np.load(tmp_path / "file.npy").shape == (5, 2)
