"""What the terminal shows of the inside of a flow: views, both directions, the layer inspector."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from flowviz.flows import build_flow
from flowviz.projects import Project
from flowviz.records import Scene, Selection
from flowviz.rendering import Camera, render_frame
from flowviz.specs import PictureSize, Playback, ViewSpec
from tests.test_cli import run

SIZE = PictureSize(width=160, height=120)


def drawn(project_file: Path, folder: Path, *arguments: object, stage: int = 19) -> NDArray[np.uint8]:
    """The pixels of one frame."""
    assert run("render", project_file, "-o", folder, "--size", SIZE, "--stage", stage, *arguments) == 0
    [path] = folder.iterdir()
    with Image.open(path) as image:
        return np.asarray(image)


def expected(scene: Scene, stage: int, **choices: Any) -> NDArray[np.uint8]:
    camera = Camera(ViewSpec(), scene.trace.boxes)
    view = (camera.widest(SIZE) if "center" in choices else camera.at(stage, SIZE)).model_copy(update=choices)
    return render_frame(scene, stage, view, SIZE, title=scene.trace.title(stage))[..., :3]


def test_a_plain_render_does_not_load_tensorflow(project_file: Path, tmp_path: Path) -> None:
    arguments = ["render", str(project_file), "-o", str(tmp_path / "f"), "--size", "64x64", "--view", "points,paths"]
    arguments += ["--select", "0:0,0,1,1", "--color-by", "selection", "--center", "0,1", "--half-extent", "2"]
    code = (
        "import sys; from flowviz.cli import main\n"
        f"sys.argv = ['flowviz', *{arguments}]\n"
        "try: main()\n"
        "except SystemExit as stop: assert not stop.code\n"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert len(list((tmp_path / "f").iterdir())) == 20


@pytest.mark.parametrize(
    ("arguments", "choices"),
    [
        (("--color-by", "log_det"), {"color_by": "log_det"}),
        (("--view", "paths"), {"marks": frozenset({"paths"})}),
        (("--center", "-1,0.5", "--half-extent", 2), {"center": (-1.0, 0.5), "half_extent": 2.0}),
    ],
)
def test_render_draws_the_view(
    project_file: Path, project: Project, tmp_path: Path, arguments: Any, choices: Any
) -> None:
    picture = drawn(project_file, tmp_path / "f", *arguments)
    np.testing.assert_array_equal(picture, expected(Scene(project.trace), 19, **choices))
    assert (picture != drawn(project_file, tmp_path / "plain")).any()


def test_rectangles_add_to_the_selection(project_file: Path, project: Project, tmp_path: Path) -> None:
    base, last = project.trace.positions[0], project.trace.positions[19]
    chosen = Selection.in_rectangle(base, (0, 0), (1, 1)).combined(
        Selection.in_rectangle(last, (-2, -1), (0, 0.5)), "add"
    )
    picture = drawn(
        project_file, tmp_path / "f", "--select", "0:0,0,1,1", "--select", "19:-2,-1,0,0.5", "--color-by", "selection"
    )
    scene = Scene(project.trace, selection=chosen)
    np.testing.assert_array_equal(picture, expected(scene, 19, color_by="selection"))


def test_density_and_grid_and_probe_are_those_of_the_flow(project_file: Path, tmp_path: Path) -> None:
    plain = drawn(project_file, tmp_path / "plain", stage=7)
    for name, arguments in {
        "density": ("--view", "density"),
        "both": ("--view", "density,points"),
        "beside": ("--view", "density,points", "--beside"),
        "grid": ("--view", "grid"),
        "probe": ("--probe", "19:0.25,-0.5"),
    }.items():
        assert (drawn(project_file, tmp_path / name, *arguments, stage=7) != plain).any(), name


def test_each_frame_shows_the_density_of_its_own_stage(project_file: Path, tmp_path: Path) -> None:
    """A frame among others is the frame alone."""
    arguments = ("--size", SIZE, "--view", "density,grid")
    assert run("render", project_file, "-o", tmp_path / "all", "--stage", "17-19", *arguments) == 0
    assert len(list((tmp_path / "all").iterdir())) == 3
    for stage in (17, 19):
        [path] = (tmp_path / "all").glob(f"{stage}_*.png")
        alone = drawn(project_file, tmp_path / str(stage), "--view", "density,grid", stage=stage)
        with Image.open(path) as image:
            np.testing.assert_array_equal(np.asarray(image), alone)


def test_the_number_of_particles_is_a_choice(project_file: Path, tmp_path: Path) -> None:
    few = drawn(project_file, tmp_path / "few", "--particles", 10)
    many = drawn(project_file, tmp_path / "many", "--particles", 8000)
    saved = drawn(project_file, tmp_path / "saved")
    np.testing.assert_array_equal(many, saved)
    background = saved[0, 0]
    assert (few != background).any(axis=2).sum() < (saved != background).any(axis=2).sum()


def test_the_overview_is_one_picture(project_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "overview.png"
    assert run("render", project_file, "-o", path, "--view", "overview,points,grid", "--size", "600x500") == 0
    with Image.open(path) as image:
        assert image.size == (600, 500)
    assert "the sheet to" in capsys.readouterr().err


def test_what_plays_is_a_frame_a_moment(project_file: Path, project: Project, tmp_path: Path) -> None:
    folder, playing = tmp_path / "p", ("--fps", 8, "--repeat", "ping-pong", "--speed", 2)
    assert run("render", project_file, "-o", folder, "--size", SIZE, *playing) == 0
    paths, positions = sorted(folder.iterdir()), Playback(repeat="ping-pong").frames(19, in_betweens=2)
    assert len(paths) == len(positions) == 2 * 19 * 3
    position = positions[5]
    view = Camera(ViewSpec(), project.trace.boxes).at(position, SIZE)
    frame = render_frame(Scene(project.trace), position, view, SIZE, title=project.trace.title(round(position)))
    with Image.open(paths[5]) as image:
        np.testing.assert_array_equal(np.asarray(image), frame[..., :3])


def test_odd_playing_is_refused(project_file: Path, tmp_path: Path) -> None:
    for odd in (
        ("--fps", 0),
        ("--fps", 500),
        ("--fps", 5, "--stage", 3),
        ("--fps", 5, "--speed", 9),
        ("--repeat", "loop"),
    ):
        assert run("render", project_file, "-o", tmp_path / "p", *odd) == 2
    assert not (tmp_path / "p").exists()


class TestEncoding:
    """Points of the target, pulled back."""

    def test_trace_pulls_the_target_back_and_says_its_nll(
        self, project_file: Path, project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("trace", project_file, "--direction", "encode", "-n", 3000, "-o", tmp_path / "t.npz") == 0
        said = capsys.readouterr().err
        with np.load(tmp_path / "t.npz") as found:
            positions, log_det = found["positions"], found["log_det"]
        flow = build_flow(project.flow, project.weights, dtype="float64")
        nll = -float(flow.log_prob(positions[-1]).mean())
        assert f"3,000 validation points is {nll:.3f} nats" in said
        assert nll == pytest.approx(project.history.validation_nll[-1], abs=0.1)
        np.testing.assert_allclose(flow.forward(positions[0]), positions[-1], atol=2e-3)
        assert log_det.shape == (20, 3000)
        assert np.abs(positions[0].mean(axis=0)).max() < 0.3, "the latent cloud is about Gaussian"
        assert np.abs(positions[0].std(axis=0) - 1).max() < 0.3

    def test_render_draws_it(self, project_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        encoded = drawn(project_file, tmp_path / "e", "--direction", "encode", "--particles", 500, stage=0)
        assert "500 validation points" in capsys.readouterr().err
        assert (encoded != drawn(project_file, tmp_path / "g", stage=0)).any()


class TestInspector:
    def test_every_stage_is_told(
        self, project_file: Path, project: Project, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("inspect", project_file) == 0
        out = capsys.readouterr().out
        assert all(len(line) <= 80 for line in out.splitlines())
        for name in project.trace.names:
            assert f"{int(name[:2]):>2} · {name[3:]}, " in out
        assert "vertical: y → y · exp(s(x)) + t(x)" in out

    def test_json_holds_the_numbers(
        self, project_file: Path, project: Project, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("inspect", project_file, "--json") == 0
        stages = json.loads(capsys.readouterr().out)
        assert [f"{stage['stage']:02d}_{stage['kind']}" for stage in stages] == list(project.trace.names)
        assert sum(stage["share_of_area_change"] for stage in stages) == pytest.approx(1)
        assert run("inspect", project_file, "--stage", 2, "--json") == 0
        one = json.loads(capsys.readouterr().out)
        assert one == stages[2]
        variance = project.weights.statistics["02_batch_normalization/variance"]
        assert one["numbers"]["vertical variance σ²"] == pytest.approx(float(variance[1]))

    def test_curves_are_a_table(self, project_file: Path, project: Project, tmp_path: Path) -> None:
        path = tmp_path / "curves.csv"
        assert run("inspect", project_file, "--stage", 4, "--curves", path) == 0
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        assert list(rows[0]) == ["stage", "kind", "curve", "across", "x", "y"]
        assert len(rows) == 2 * 400
        curves = build_flow(project.flow, project.weights).report(4, project.trace).curves
        np.testing.assert_allclose([float(row["y"]) for row in rows], np.concatenate([curve.y for curve in curves]))
        assert run("inspect", project_file, "--curves", path) == 0
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        assert {row["kind"] for row in rows} == {"real_nvp"}
        assert len(rows) == 8 * 2 * 400
