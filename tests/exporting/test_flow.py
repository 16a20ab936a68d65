"""Exports that ask the flow: what the project does not hold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flowviz.exporting.export import Export
from flowviz.exporting.scene_fields import completed, velocity_fields
from flowviz.flows import build_flow
from flowviz.projects import Project
from flowviz.records import Moment, Scene, Snapshot, Timeline, base_particles
from flowviz.records.trace import TOGETHER
from flowviz.rendering import Camera, render_frame, render_sheet, swept_grids, visible_rectangle
from flowviz.rendering.sheet import sheet_grid
from flowviz.specs import ExportSpec, PictureSize, Playback, Seen, ViewSpec
from flowviz.targets import build_target
from tests.exporting.projects import SMALL, written

EVERYTHING = ViewSpec(marks=frozenset({"density", "grid", "points"}), labels=False)


def read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_density_grid_and_probe_are_those_of_the_flow(project: Project, tmp_path: Path) -> None:
    seen = Seen(view=EVERYTHING, stage=12, probe=(3, (0.5, -0.5)))
    drawn = read(written(project, ExportSpec(size=SMALL, seen=seen), tmp_path / "view.png"))
    camera = Camera(EVERYTHING, project.trace.boxes)
    view, around = camera.at(12, SMALL), visible_rectangle(camera.around(12, SMALL), SMALL)
    flow = build_flow(project.flow, project.weights)
    scene = completed(flow, Scene(project.trace), 12, view, around, (3, (0.5, -0.5)))
    np.testing.assert_array_equal(drawn, render_frame(scene, 12, view, SMALL)[..., :3])
    assert (drawn != render_frame(Scene(project.trace), 12, view, SMALL)[..., :3]).any()


def test_arrows_are_those_of_the_layer_that_is_shown(project: Project, tmp_path: Path) -> None:
    view = ViewSpec(marks=frozenset({"velocity"}), labels=False)
    flow, camera = build_flow(project.flow, project.weights), Camera(view, project.trace.boxes)
    fields = velocity_fields(flow, swept_grids(camera, 19, SMALL))
    np.testing.assert_array_equal(fields[11].vectors, flow.velocity(12, fields[11].points))
    for stage in (0, 12):
        drawn = read(written(project, ExportSpec(size=SMALL, seen=Seen(view=view, stage=stage)), tmp_path / "a.png"))
        expected = render_frame(Scene(project.trace, velocities=fields), stage, camera.at(stage, SMALL), SMALL)
        np.testing.assert_array_equal(drawn, expected[..., :3])
        assert (drawn != render_frame(Scene(project.trace), stage, camera.at(stage, SMALL), SMALL)[..., :3]).any()


def test_arrows_are_in_all_panels_of_a_sheet(project: Project, tmp_path: Path) -> None:
    size = PictureSize(width=800, height=600)
    seen = Seen(view=ViewSpec(marks=frozenset({"velocity", "points"}), labels=False))
    drawn = read(written(project, ExportSpec(what="sheet", size=size, seen=seen), tmp_path / "sheet.png"))
    changed = (drawn != render_sheet(Scene(project.trace), seen.view, size)[..., :3]).any(axis=2)
    layout = sheet_grid(seen.view, 20, size)
    for stage in range(20):
        left, top = layout.corner(*divmod(stage, layout.columns))
        assert changed[top : top + layout.panel.height, left : left + layout.panel.width].sum() > 50


def test_a_film_of_densities_is_the_same_each_time(project: Project, tmp_path: Path) -> None:
    playback = Playback(repeat="ping-pong")
    seen = Seen(view=EVERYTHING, playback=playback)
    spec = ExportSpec(what="frames", size=SMALL, first=18, in_betweens=1, seen=seen)
    one, other = (written(project, spec, tmp_path / name) for name in ("one", "other"))
    pictures = [read(path) for path in sorted(one.iterdir())]
    assert len(pictures) == 4
    np.testing.assert_array_equal(pictures, [read(path) for path in sorted(other.iterdir())])
    np.testing.assert_array_equal(pictures[1], pictures[3])
    still = written(project, ExportSpec(size=SMALL, seen=seen), tmp_path / "still.png")
    np.testing.assert_array_equal(pictures[2], read(still))


def test_encoding_pulls_points_of_the_target_back(project: Project, tmp_path: Path) -> None:
    spec = ExportSpec(what="trace", format="npz", particles=500, seen=Seen(direction="encode"))
    with np.load(written(project, spec, tmp_path / "trace.npz")) as found:
        target = build_target(project.target).sample(500, np.random.default_rng(0))
        np.testing.assert_array_equal(found["positions"][-1], target.astype(np.float32))
        expected = build_flow(project.flow, project.weights).encoded(target)
        np.testing.assert_array_equal(found["positions"], expected.positions)
        np.testing.assert_array_equal(found["log_det"], expected.log_det)


def test_many_particles_are_followed_in_parts(project: Project, tmp_path: Path) -> None:
    count = TOGETHER + 100
    spec = ExportSpec(what="trace", format="npz", particles=count, first=19)
    assert Export(project, spec).count == 2
    with np.load(written(project, spec, tmp_path / "trace.npz")) as found:
        assert found["names"].tolist() == ["19_real_nvp"]
        expected = build_flow(project.flow, project.weights).trace(base_particles(count))
        np.testing.assert_allclose(found["positions"][0], expected.positions[-1], atol=1e-5)
    samples = replace_spec(spec, what="samples", seen=Seen(direction="encode"))
    with np.load(written(project, samples, tmp_path / "samples.npz")) as points:
        np.testing.assert_allclose(points["points"], expected.positions[-1], atol=1e-5)
    picture = written(project, ExportSpec(size=SMALL, particles=count), tmp_path / "many.png")
    assert (read(picture) != read(written(project, ExportSpec(size=SMALL), tmp_path / "few.png"))).any()


def replace_spec(spec: ExportSpec, **changes: object) -> ExportSpec:
    return ExportSpec(**{**{name: getattr(spec, name) for name in type(spec).model_fields}, **changes})


def test_a_moment_without_particles_looks_as_it_did_with_them(project: Project, tmp_path: Path) -> None:
    """Before the project was saved, while its past was in memory, and after."""
    flow = build_flow(project.flow)
    snapshots = [Snapshot(0, flow.weights(), None, None, flow.trace(base_particles()))]
    flow.restore(project.weights)
    snapshots.append(Snapshot(2100, project.weights, None, None, project.trace))
    pictures = []
    for number in range(2):
        past = tuple(each if number else Moment(each.step, each.weights, None, None) for each in snapshots)
        living = replace(project, timeline=Timeline(past))
        seen = Seen(playback=Playback(through="both"))
        spec = ExportSpec(what="frames", size=SMALL, seen=seen, in_betweens=0)
        pictures.append([read(path) for path in sorted(written(living, spec, tmp_path / str(number)).iterdir())])
    np.testing.assert_array_equal(pictures[0], pictures[1])


def test_an_untrained_flow_can_be_seen(project: Project, tmp_path: Path) -> None:
    untrained = Project.untrained(project.target, project.flow, project.training)
    spec = ExportSpec(size=SMALL, seen=Seen(view=EVERYTHING, direction="encode"))
    assert read(written(untrained, spec, tmp_path / "it.png")).std() > 5


@pytest.mark.parametrize("direction", ["generate", "encode"])
def test_previews_ask_the_flow_as_well(project: Project, direction: str) -> None:
    spec = ExportSpec(size=PictureSize(width=300, height=300), seen=Seen(view=EVERYTHING, direction=direction))
    assert Export(project, spec).preview(0.0, SMALL).std() > 5
