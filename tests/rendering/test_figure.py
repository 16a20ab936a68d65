"""Vector graphics: paths are curves, and whatever is below and above them stays there."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from flowviz.records import Scene, Selection
from flowviz.records.provenance import Provenance
from flowviz.rendering.figure import save_frame
from flowviz.rendering.frame import draw_marks
from flowviz.rendering.page import Vectors, width_of
from flowviz.rendering.particles import points_in_order
from flowviz.rendering.paths import path_alphas, path_particles
from flowviz.rendering.projection import Projection, panel_of
from flowviz.rendering.typeface import families
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import ColorBy
from tests.rendering.scenes import broken, full
from tests.rendering.test_velocity import scene

SIZE = PictureSize(width=480, height=320)
ABOUT = Provenance("paths", "", 72)
VIEW = ViewSpec(marks=frozenset({"points", "paths"}), labels=False, axes=False)


def unselected() -> Scene:
    return replace(full(300), selection=None)


def written(shown: Scene, view: ViewSpec, path: Path, form: Vectors = "svg") -> str:
    save_frame(shown, 3.0, view, SIZE, "title", path, form, ABOUT)
    return path.read_text(encoding="utf-8", errors="replace")


def drawn(text: str) -> list[str]:
    """Return what a figure contains, from bottom to top."""
    return re.findall(r'<image|<g id="paths"', text)


def count(text: str) -> int:
    return sum(group.count("<path") for group in re.findall(r'<g id="paths">(.*?)</g>', text, re.DOTALL))


def test_paths_are_curves_below_the_points(tmp_path: Path) -> None:
    shown = unselected()
    text = written(shown, VIEW, tmp_path / "paths.svg")
    assert drawn(text) == ["<image", '<g id="paths"', "<image"]
    segments = len(path_alphas(shown.trace, 3.0))
    assert 0 < count(text) <= segments * len(path_particles(shown)[0])
    alone = written(shown, VIEW.model_copy(update={"marks": frozenset({"points"})}), tmp_path / "points.svg")
    assert drawn(alone) == ["<image"]


@pytest.mark.parametrize("title", ["title", ""])
def test_legend_counts_selected_particles_with_and_without_a_title(tmp_path: Path, title: str) -> None:
    path = tmp_path / "points.svg"
    save_frame(full(300), 3.0, ViewSpec(marks=frozenset({"points"})), SIZE, title, path, "svg", ABOUT)
    assert "of 300 selected" in path.read_text(encoding="utf-8")


def test_paths_along_a_field_are_above_the_points_with_a_halo(tmp_path: Path) -> None:
    text = written(scene(kind="flow_step"), VIEW, tmp_path / "paths.svg")
    assert drawn(text) == ["<image", '<g id="paths"', '<g id="paths"']


def test_paths_outside_the_picture_are_left_out(tmp_path: Path) -> None:
    shown = unselected()
    close = VIEW.model_copy(update={"half_extent": 0.3})
    assert count(written(shown, close, tmp_path / "a.svg")) < count(written(shown, VIEW, tmp_path / "b.svg"))


def test_paths_of_the_selected_particles_alone_are_drawn(tmp_path: Path) -> None:
    shown = unselected()
    chosen = shown.trace.positions[0][:, 0] > 1
    text = written(replace(shown, selection=Selection(chosen)), VIEW, tmp_path / "paths.svg")
    assert 0 < count(text) < count(written(shown, VIEW, tmp_path / "all.svg"))


def test_particles_that_have_diverged_have_no_path(tmp_path: Path) -> None:
    text = written(broken(), VIEW, tmp_path / "paths.svg")
    assert count(text) > 0
    assert not re.search(r'd="[^"]*(nan|inf)', text)


@pytest.mark.parametrize("form", ["svg", "pdf"])
def test_panels_beside_each_other_are_written(form: Vectors, tmp_path: Path) -> None:
    view = VIEW.model_copy(update={"marks": frozenset({"points", "paths", "velocity"}), "beside": True, "labels": True})
    assert written(scene(), view, tmp_path / f"beside.{form}", form)


@pytest.mark.parametrize("size", [12.0, 30.0])
def test_length_of_a_text_is_that_of_its_outline(size: float) -> None:
    outline = TextPath((0, 0), "Coupling 3 of 6", size=size, prop=FontProperties(family=families()))
    assert width_of("Coupling 3 of 6", size) == pytest.approx(outline.get_extents().width)


def dots(text: str) -> int:
    groups = re.findall(r'<g id="points">(.*?)</g>', text, re.DOTALL)
    return sum(len(re.findall(r"M ", path)) for group in groups for path in re.findall(r'd="(.*?)"', group, re.DOTALL))


@pytest.mark.parametrize("color_by", ["quadrant", "angle", "selection"])
def test_particles_can_be_dots(tmp_path: Path, color_by: ColorBy) -> None:
    shown, view = replace(full(300), probe=None), ViewSpec(labels=False, half_extent=50, color_by=color_by)
    path = tmp_path / "points.svg"
    save_frame(shown, 3.0, view, SIZE, "", path, "svg", ABOUT, has_dots=True)
    text = path.read_text(encoding="utf-8")
    assert "<image" not in text
    assert dots(text) == 300
    save_frame(shown, 3.0, view.model_copy(update={"marks": frozenset({"points", "density"})}), SIZE, "", path, "svg",
        ABOUT, has_dots=True)  # fmt: skip
    text = path.read_text(encoding="utf-8")
    assert re.findall(r'<image|<g id="points"', text)[:2] == ["<image", '<g id="points"']


def test_dots_look_like_particles_of_a_picture(tmp_path: Path) -> None:
    """Also those of selected particles, above dimmed ones."""
    shown, path = full(300), tmp_path / "points.svg"
    view = ViewSpec(labels=False, axes=False, point_diameter=20)
    positions, colors = points_in_order(shown, 3.0, view)
    canvas, _ = draw_marks(replace(shown, probe=None), 3.0, view, panel_of(view, SIZE))
    pixels = Projection(view, panel_of(view, SIZE)).pixels(positions[-1:])[0].astype(int)
    np.testing.assert_allclose(canvas.picture()[pixels[1], pixels[0], :3], colors[-1], atol=3)
    save_frame(shown, 3.0, view, SIZE, "", path, "svg", ABOUT, has_dots=True)
    shades = set(re.findall(r"stroke: (#[0-9a-f]{6})", path.read_text(encoding="utf-8")))
    assert {f"#{bytes(color).hex()}" for color in np.unique(colors, axis=0)} <= shades | {"#000000"}
