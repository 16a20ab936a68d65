"""Every mark and every color, seen in the pixels."""

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from matplotlib.path import Path as Polygon
from numpy.typing import NDArray

from flowviz.records import FLOW_UNITS, Density, Difference, Scene, Selection, Trace, base_of, base_particles
from flowviz.records.trace import central_box
from flowviz.rendering import (
    fitted_view,
    free_top,
    pixel_position,
    plane_position,
    prepare_density,
    quadrant_colors,
    render_frame,
    visible_rectangle,
)
from flowviz.rendering.annotate import Label, em, note_label, text_width, tick_labels, title_corner, write
from flowviz.rendering.colormaps import SCALES, Scale, color_scale, heat_scale
from flowviz.rendering.colors import QUADRANTS, SURROUNDINGS
from flowviz.rendering.density import LABEL_EMS, contour_lines, mass_levels
from flowviz.rendering.frame import panel_labels, panel_views
from flowviz.rendering.legend import Key, draw_foot, draw_key, draw_legend, keys, legend_ends, legend_places
from flowviz.rendering.particles import CHOSEN, log_density_limits, log_det_limit, particle_colors
from flowviz.rendering.paths import path_curves
from flowviz.rendering.projection import EDGE_MARK, FREE, Panel, Projection, panel_of
from flowviz.rendering.stamps import stamp
from flowviz.specs import FlowSpec, PictureSize, ViewSpec
from flowviz.specs.view import ColorBy, Mark, Palette, Theme
from tests.rendering.scenes import base_density, bent, broken, full

SIZE = PictureSize(width=360, height=320)
PANEL = Panel(360, 320)
BARE = ViewSpec(labels=False, axes=False)
LUMA = np.array([0.299, 0.587, 0.114])


def marked(*marks: Mark, **others: object) -> ViewSpec:
    return BARE.model_copy(update={"marks": frozenset(marks), **others})


def drawn(scene: Scene, view: ViewSpec, stage: float = 0.0, size: PictureSize = SIZE) -> NDArray[np.int_]:
    return render_frame(scene, stage, view, size)[..., :3].astype(int)


def middle(weight: NDArray[np.floating]) -> NDArray[np.float64]:
    rows, columns = np.indices(weight.shape) + 0.5
    return np.array([np.average(columns, weights=weight), np.average(rows, weights=weight)])


def test_no_size_moves_a_point_by_half_a_pixel() -> None:
    """The window's picture, and a PNG of once, twice and four times its size: each point of a cloud where it was."""
    ticks = np.linspace(-3.6, 3.6, 9)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2) + base_particles(81, seed=1) * 0.05
    trace = bent(points)
    for stage in (0.0, 0.4):
        found = []
        for scale in (1, 2, 4):
            size = PictureSize(width=450 * scale, height=400 * scale)
            weight = 255.0 - drawn(Scene(trace), BARE.model_copy(update={"palette": "plain"}), stage, size).mean(axis=2)
            expected = Projection(BARE, size).pixels((1 - stage) * points + stage * points * (0.5, 1.5))
            visible = (expected > 10 * scale).all(axis=1) & (expected < np.array([440, 390]) * scale).all(axis=1)
            corners = np.floor(expected[visible]).astype(int) - 8 * scale
            parts = [weight[y : y + 16 * scale, x : x + 16 * scale] for x, y in corners]
            found.append((corners + [middle(part) for part in parts]) / scale)
        assert np.abs(np.array(found) - found[0]).max() < 0.2
        assert len(found[0]) > 50


def test_classes_stay_mixed() -> None:
    """Of what lies where two clouds overlap, each color is seen about as often."""
    view = BARE.model_copy(update={"point_diameter": 12.0})
    points = base_particles(4000) * np.float32(0.3)
    picture = drawn(Scene(bent(np.abs(points) * np.where(np.arange(4000) % 2, 1, -1)[:, None])), view, 2.5)
    dark, red = (picture.max(axis=2) < 60).sum(), ((picture[..., 0] > 180) & (picture[..., 2] < 60)).sum()
    assert 0.3 < dark / red < 3


@pytest.mark.parametrize("theme", get_args(Theme))
@pytest.mark.parametrize("scale", ["amount", "change", "heat", "heat below points"])
def test_scales_go_evenly_from_dark_to_light(scale: Scale, theme: Theme) -> None:
    steps = np.diff(color_scale(scale, theme) @ LUMA)
    assert (steps >= -1.5).all() or (steps <= 1.5).all()
    assert abs(steps.sum()) > (60 if scale == "heat below points" else 90)


@pytest.mark.parametrize(("palette", "theme"), list(QUADRANTS))
def test_points_of_each_color_stand_out_from_any_density_below_them(palette: Palette, theme: Theme) -> None:
    below = color_scale(heat_scale(marked("points", "density")), theme)
    for color in QUADRANTS[palette, theme]:
        assert np.linalg.norm(lab(below) - lab(np.array(color)), axis=1).min() > 40, color


def lab(colors: NDArray[Any]) -> NDArray[np.float64]:
    """Return sRGB colors (..., 3), from 0 to 255, in CIELAB, where 2 is a just noticeable difference."""
    parts = colors / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    xyz = linear @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]])
    x, y, z = np.moveaxis(np.cbrt(xyz / (0.9505, 1.0, 1.089)), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


@pytest.mark.parametrize(
    ("limits", "labels"),
    [((-3.5, 1.5), ["-3.5", "1.5", "0"]), ((-6.0, 0.0), ["-6", "0"]), ((-9.0, 0.5), ["-9", "0.5"])],
)
def test_log_density_has_a_0_on_its_scale_where_there_is_room(
    limits: tuple[float, float], labels: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowviz.rendering.legend.density_limits", lambda _: limits)
    view = marked("density")
    key = keys(Scene(bent(base_particles(2)), density=base_density()), 0, view)[0]
    shown = draw_key(view, 20, key).labels[1:]
    assert [label.text for label in shown] == labels
    if len(shown) == 3:
        low, high, zero = (label.x for label in shown)
        assert (zero - low) / (high - low) == pytest.approx(0.7)


def test_a_density_without_points_has_the_whole_scale_and_so_has_its_legend() -> None:
    scene = Scene(bent(base_particles(2)), density=base_density())
    alone, below = marked("density"), marked("density", "points", point_diameter=0.01)
    strong, faint = (np.abs(drawn(scene, view) - SURROUNDINGS["light"].background).sum() for view in (alone, below))
    assert 0.5 < faint / strong < 0.8
    found = [key for view in (alone, below) for key in keys(scene, 0, view)]
    assert [key.scale for key in found if key.caption.startswith("heat")] == ["heat", "heat below points"]
    assert [key.caption for key in found if key.shape == "text"] == 2 * ["lines: % of points inside"]


@pytest.mark.parametrize(("kind", "who"), [("flow_step", "guided"), ("spline", "unguided")])
def test_legend_of_a_tilted_density_says_how_far_the_particles_are_from_it(kind: str, who: str) -> None:
    start = base_particles(2)
    trace = Trace(("00_base", f"01_{kind}"), np.stack([start, start]), np.zeros((2, len(start)), np.float32))
    density = replace(base_density(), mismatch=0.123)
    captions = [key.caption for key in keys(Scene(trace, density=density), 0, marked("density", "points"))]
    assert "heat: tilted log-density" in captions
    assert captions[-1] == f"{who} points: KL 0.12"


def test_the_scale_of_angles_is_a_cycle() -> None:
    for theme in get_args(Theme):
        colors = color_scale("angle", theme).astype(int)
        assert np.abs(colors[0] - colors[-1]).max() < 8
        assert np.ptp(colors @ LUMA) > 90
    assert len(SCALES) == len(get_args(Scale)) * len(get_args(Theme))


@pytest.mark.parametrize("color_by", get_args(ColorBy))
def test_each_color_is_a_picture_of_its_own(color_by: ColorBy) -> None:
    others = [other for other in get_args(ColorBy) if other != color_by]
    columns = {"order": np.arange(2000, dtype=np.float32)}
    trace = replace(bent(base_particles(2000)), base=base_of(FlowSpec(base="mixture")), columns=columns)
    scene = Scene(trace, leaked=trace.positions[-1, :, 0] > 0, log_weights=trace.positions[-1, :, 1])
    picture = drawn(scene, marked("points", color_by=color_by), 3)
    for other in others:
        assert (picture != drawn(scene, marked("points", color_by=other), 3)).any(axis=2).sum() > 500


def test_colors_by_number_glide_with_the_stage() -> None:
    trace = bent(base_particles(500))
    trace.log_det[3] += np.linspace(-1, 1, 500, dtype=np.float32)
    limit = log_det_limit(trace)
    assert limit == 1
    view = ViewSpec(color_by="log_det")
    scale = color_scale("change", "light")
    for stage, share in ((2.0, 0.0), (2.5, 0.5), (3.0, 1.0)):
        packed = particle_colors(Scene(trace), stage, view)
        colors = packed.view(np.uint8).reshape(-1, 4)[:, :3]
        step = ((share * np.linspace(-1, 1, 500) + limit) / (2 * limit) * 256).clip(0, 255).astype(int)
        assert np.abs(colors.astype(int) - scale[step]).max() <= 4


def test_a_few_outliers_do_not_wash_out_the_colors() -> None:
    trace = bent(base_particles(5000))
    before = log_density_limits(trace), log_det_limit(trace)
    trace = bent(base_particles(5000))
    trace.log_det[1:, :10] += 1e6
    np.testing.assert_allclose(log_density_limits(trace), before[0], atol=1)
    assert log_det_limit(trace) == before[1]


def test_the_selected_lie_on_top_in_full_color_and_the_others_are_dimmed() -> None:
    scene = full()
    assert scene.selection is not None
    few = Scene(scene.trace, scene.selection)
    view = marked("points", palette="plain", point_diameter=25.0)
    picture, plain = drawn(few, view), drawn(Scene(scene.trace), view)
    left, right = SIZE.width // 2 + 3, SIZE.width // 2 + 36  # the square from 0 to 1
    assert (picture[140:157, left:right].max(axis=2) < 20).mean() > 0.9
    assert (plain.min(axis=2) < 20).sum() > 4 * (picture.min(axis=2) < 20).sum()
    none = Scene(scene.trace, Selection.none(2000))
    np.testing.assert_array_equal(drawn(none, view), plain)


def test_color_by_selection_shows_it_strongly() -> None:
    scene = full()
    picture = drawn(Scene(scene.trace, scene.selection), marked("points", color_by="selection", point_diameter=8.0))
    assert (picture == CHOSEN["light"]).all(axis=2).sum() > 100
    unselected = drawn(Scene(scene.trace), marked("points", color_by="selection"))
    assert not (unselected == CHOSEN["light"]).all(axis=2).any()


def test_the_density_lies_where_it_belongs() -> None:
    """However the view has moved since it was computed."""
    rectangle = (0.5, 2.5, -1.0, 1.0)
    trace = bent(base_particles(500))
    draws = base_density().draws
    peak = Density(0, rectangle, 4 * base_density(rectangle=(-1.0, 1.0, -1.0, 1.0)).log_density, draws)
    flat = Density(0, rectangle, np.zeros((256, 256), np.float32), draws)
    for center, half_extent in (((0.0, 0.0), 4.0), ((1.0, 0.3), 2.0), ((1.9, 0.2), 0.9)):
        view = marked("density", center=center, half_extent=half_extent)
        found = middle(255.0 - drawn(Scene(trace, density=peak), view).mean(axis=2))
        np.testing.assert_allclose(found, pixel_position(view, SIZE, (1.5, 0.0)), atol=1.0)
        rows, columns = np.nonzero((drawn(Scene(trace, density=flat), view) < 255).any(axis=2))
        corners = Projection(view, SIZE).pixels(np.array([[0.5, 1.0], [2.5, -1.0]])).clip(0, (360, 320))
        np.testing.assert_allclose([columns.min(), rows.min()], corners[0], atol=1.01)
        np.testing.assert_allclose([columns.max() + 1, rows.max() + 1], corners[1], atol=1.01)


def test_contours_enclose_their_share_of_the_mass() -> None:
    scene = Scene(bent(base_particles(8000)), density=base_density())
    assert scene.density is not None
    fresh = base_particles(50_000, seed=5)
    for mass, level in zip((0.5, 0.9, 0.99), mass_levels(scene.density), strict=True):
        (line,) = contour_lines(scene.density, level)
        assert Polygon(line).contains_points(fresh).mean() == pytest.approx(mass, abs=0.01)
        radius = np.hypot(*line.T)
        assert np.ptp(radius) < 0.02
        assert radius.mean() == pytest.approx(np.sqrt(-2 * np.log(1 - mass)), rel=0.04)


def test_the_density_shows_at_its_own_stage_only() -> None:
    scene = Scene(bent(base_particles(500)), density=base_density(stage=1))
    ink = [int((255 - drawn(scene, marked("density"), stage)).sum()) for stage in (0.5, 0.7, 1.0, 1.25, 1.5, 3.0)]
    assert ink[0] == ink[4] == ink[5] == 0
    assert 0 < ink[1] < 0.6 * ink[2]
    assert ink[3] == pytest.approx(ink[2] / 2, rel=0.05)


def test_a_difference_takes_the_place_of_the_density() -> None:
    trace = bent(base_particles(500))
    nothing = np.zeros((4, 4), np.float32), np.zeros(500, np.float32)
    scene = Scene(trace, difference=Difference(trace.last_stage, (-4.0, 4.0, -4.0, 4.0), *nothing, ("a", "b")))
    view = ViewSpec(marks={"points", "density"})
    for stage in (0, trace.last_stage):
        both = replace(scene, density=base_density(stage))
        assert keys(both, stage, view, PANEL) == keys(scene, stage, view, PANEL)
        np.testing.assert_array_equal(render_frame(both, stage, view, SIZE), render_frame(scene, stage, view, SIZE))


@pytest.mark.parametrize("names", [("a", "b"), ("Flow matching", "Continuous flow"), ("A " * 20, "B" * 40)])
def test_the_caption_of_a_scale_wraps_at_the_edge_of_the_picture(names: tuple[str, str]) -> None:
    """The end of a long one was cut off."""
    trace, nothing = bent(base_particles(500)), (np.zeros((4, 4), np.float32), np.zeros(500, np.float32))
    scene = Scene(trace, difference=Difference(trace.last_stage, (-4.0, 4.0, -4.0, 4.0), *nothing, names))
    view = ViewSpec()
    found, size = keys(scene, trace.last_stage, view, PANEL), em(view, PANEL)
    *captions, low, _, _ = draw_legend(view, PANEL, found).labels
    assert all(label.x + text_width(size)(label.text) <= PANEL.width for label in captions)
    assert all(label.y < low.y for label in captions)
    assert low.y < legend_ends(view, PANEL, found)[1]
    if "B" * 40 not in names:
        assert " ".join(label.text for label in captions) == f"{names[0]} minus {names[1]}, nats"


def test_the_numbers_of_a_scale_with_a_long_caption_are_in_its_row_of_the_foot_of_a_figure() -> None:
    view, whole = ViewSpec(), PictureSize(width=1250, height=700)
    name = "distance between a particle and the nearest cluster center"
    drawing, size = draw_foot(view, whole, (Key(name, "bar", ("0", "1")),)), em(ViewSpec(), whole)
    *captions, last, low, _ = drawing.labels
    assert len(captions) == 1
    assert last.text.endswith("…")
    assert low.y + size <= whole.height


@pytest.mark.parametrize(
    ("width", "beside"), [(270, False), (340, False), (410, False), (600, False), (600, True), (1000, True)]
)
def test_a_legend_leaves_a_corner_free_and_a_sentence_begins_below_both(width: int, beside: bool) -> None:
    """In narrow panes, the number of selected particles and sentences covered the legend."""
    scene, size, corner = full(), PictureSize(width=width, height=300), (180.0, 40.0)
    view = ViewSpec(marks={"points", "density", "grid"}, beside=beside)
    bottoms = list[float]()
    for start, part in panel_views(view, size):
        panel, left = panel_of(view, size), FREE if start else corner
        found = keys(scene, 0, part, panel, counts=False)
        places = legend_places(part, panel, found, left)
        assert places
        assert all(x >= left[0] or y >= left[1] for x, y in places)
        bottoms.append(legend_ends(part, panel, found, left)[1])
    assert free_top(scene, 0, view, size, corner, (0.0, 10.0)) == corner[1]
    assert free_top(scene, 0, view, size, corner, (0.0, width)) == max(*bottoms, corner[1])
    assert free_top(scene, 0, view, size, FREE, (0.0, 10.0)) == 0


@pytest.mark.parametrize("center", [(0.0, 0.0), (-1.0, -1.5), (-2.0, -0.5), (-2.5, -2.0)])
def test_labels_of_contours_are_not_below_the_legend(center: tuple[float, float]) -> None:
    scene, view = Scene(bent(base_particles(500)), density=base_density()), ViewSpec(marks={"density"}, center=center)
    left, bottom = legend_ends(view, PANEL, keys(scene, 0, view, PANEL))
    labels = [label for label in panel_labels(scene, 0, view, PANEL, 0, (left, bottom)) if label.text.endswith("%")]
    assert labels
    width, height = (ems * em(view, PANEL) / 2 for ems in LABEL_EMS)
    for label in labels:
        assert label.x + width <= left or label.y - height >= bottom


def test_a_legend_leaves_the_middle_of_a_low_panel_with_large_text_free() -> None:
    """In presentations, the legend covered the last letter of a word."""
    scene = Scene(bent(base_particles(500)), density=base_density())
    view, panel = ViewSpec(marks={"points", "density"}, word_height=0.045), Panel(1000, 500)
    found = keys(scene, 0, view, panel)
    places = legend_places(view, panel, found)
    assert len({left for left, _ in places}) == 2
    ends = [top + draw_height * em(view, panel) for (_, top), draw_height in zip(places, (3.0, 3.6, 1.8), strict=True)]
    assert max(ends) <= 0.25 * panel.height
    assert legend_places(view, panel, found, (180.0, 40.0)) == places, "beside a small corner as without it"
    assert len({left for left, _ in legend_places(view, panel, found, title_corner(view, panel, "base"))}) == 1


def test_labels_of_contours_leave_out_only_the_legend_that_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    corners: list[tuple[float, float]] = []

    def record_corner(*given: Any) -> list[Label]:
        corners.append(given[-1])
        return []

    monkeypatch.setattr("flowviz.rendering.frame.contour_labels", record_corner)
    scene, size = Scene(bent(base_particles(500)), density=base_density()), PictureSize(width=1366, height=600)
    view = ViewSpec(marks={"points", "density"}, word_height=0.045)
    for title in ("0 of 3 · base", ""):
        render_frame(scene, 0, view, size, title)
    (titled, titled_bottom), (untitled, untitled_bottom) = corners
    assert titled > 0.7 * size.width, "one column"
    assert untitled < titled
    assert untitled_bottom < titled_bottom


def test_the_picture_of_the_window_does_not_count_selected_particles() -> None:
    scene = full()
    for color_by in ("quadrant", "selection"):
        view = ViewSpec(color_by=color_by)
        assert any(" of " in key.caption for key in keys(scene, 0, view, PANEL))
        assert not any(" of " in key.caption for key in keys(scene, 0, view, PANEL, counts=False))


@pytest.mark.parametrize("title", ["0 of 3 · base", ""])
def test_pictures_count_selected_particles_unless_the_window_says_the_number(title: str) -> None:
    scene, view, size = full(), ViewSpec(marks=frozenset({"points"})), PictureSize(width=600, height=480)
    counted, others = (render_frame(scene, 0, view, size, title, counts=counts) for counts in (True, False))
    np.testing.assert_array_equal(render_frame(scene, 0, view, size, title), counted)
    assert (counted != others).any()


@pytest.mark.parametrize("side", [200, 800, 2000])
def test_marks_of_particles_outside_do_not_cross_tick_labels(side: int) -> None:
    view, panel = ViewSpec(word_height=0.006), Panel(side, side)
    mark = EDGE_MARK * Projection(view, panel).pixel
    labels = tick_labels(view, panel)
    assert labels
    for label in labels:
        assert label.x > mark
        assert label.y < side - mark


@pytest.mark.parametrize("beside", [False, True])
def test_a_density_prepared_elsewhere_is_not_drawn_again(beside: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    density = base_density()
    scene, view = Scene(bent(base_particles(500)), density=density), marked("density", "points", beside=beside)
    prepare_density(density, view, SIZE, FLOW_UNITS)
    monkeypatch.setattr("flowviz.rendering.density.heat_map", lambda *_: pytest.fail("drawn again"))
    drawn(scene, view)


def test_the_grid_is_where_the_flow_takes_it() -> None:
    scene = Scene(full().trace, grid=full().grid)
    for stage, (half_width, half_height) in ((0.0, (3.0, 3.0)), (1.0, (1.5, 4.5)), (0.5, (2.25, 3.75))):
        picture = drawn(scene, marked("grid", half_extent=5.0), stage)
        rows, columns = np.nonzero((picture < 250).any(axis=2))
        scale = SIZE.height / 10
        assert np.ptp(columns) + 1 == pytest.approx(2 * half_width * scale, abs=3)
        assert np.ptp(rows) + 1 == pytest.approx(2 * half_height * scale, abs=3)


def test_cells_are_shaded_by_their_change_of_area() -> None:
    """Where the flow halves areas a cell is darker than where it doubles them; at the base all are gray."""
    scene = Scene(full().trace, grid=full().grid)
    assert scene.grid is not None
    scene.grid.log_det[3] = np.where(scene.grid.positions[0, :, 0] < 0, -np.log(2), np.log(2))
    scene.grid.positions[3] = scene.grid.positions[0]
    for stage, least, most in ((0, 0, 3), (3, 60, 255)):
        gray = drawn(scene, marked("grid"), stage) @ LUMA
        contrast = np.median(gray[100:220, 190:290]) - np.median(gray[100:220, 70:170])
        assert least <= contrast <= most


def test_paths_lead_from_the_base_to_the_particle_and_fade_towards_the_past() -> None:
    point = np.array([[2.0, -2.0]])
    view = marked("paths", palette="plain")
    assert (drawn(Scene(bent(point)), view, 0.0) == 255).all()
    ink = 255 - drawn(Scene(bent(point)), view, 0.99).min(axis=2)
    curve = np.concatenate([path_curves(Scene(bent(point)), 0.99).at(t)[0] for t in np.linspace(0, 1, 21)])
    start, *toward, end = Projection(view, SIZE).pixels(curve).astype(int)
    along = np.array([ink[y - 1 : y + 2, x - 1 : x + 2].sum() for x, y in toward], float)
    assert along.min() > 0
    assert along[:5].mean() < along[-5:].mean()
    x, y = toward[0]
    assert ink.sum() < 1.5 * along.mean() * np.hypot(*(end - start))
    assert (255 - drawn(Scene(bent(point)), view, 3.0).min(axis=2))[y - 1 : y + 2, x - 1 : x + 2].sum() < along[0]


def test_paths_along_a_field_stand_out_from_points_of_their_color() -> None:
    side = np.linspace(-1.0, 1.0, 60)
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    trace = bent(points)
    trace.positions[1] = trace.positions[0]
    trace.positions[1, 0] = [1.0, 0.5]  # from one corner across the points
    trace = replace(trace, names=("00_base", *(f"{step:02d}_flow_step" for step in (1, 2, 3))))
    size, views = PictureSize(width=640, height=640), (marked("points"), marked("points", "paths"))
    covered, crossed = (drawn(Scene(trace), view, 1.0, size) for view in views)
    assert (np.abs(crossed - covered).max(axis=2) > 60).sum() > 200


def test_only_the_selected_leave_paths() -> None:
    scene = full()
    view = marked("paths")
    assert scene.selection is not None
    paths = (drawn(Scene(scene.trace, scene.selection), view, 1.0) < 250).any(axis=2)
    rows, columns = np.nonzero(paths)
    corner = pixel_position(view, SIZE, (0.0, 0.0))
    assert columns.min() >= corner[0] - 2
    assert rows.max() <= corner[1] + 2


@pytest.mark.parametrize("stage", [0.0, 0.6, 3.0])
def test_the_probe_crosses_where_its_point_is(stage: float) -> None:
    scene = full()
    assert scene.probe is not None
    shown = Scene(scene.trace, probe=scene.probe)
    ink = 255 - drawn(shown, marked("grid", half_extent=3.0), stage).mean(axis=2)
    before, t = int(stage), stage - int(stage)
    position = scene.probe.positions[before, 0] * (1 - t) + t * scene.probe.positions[min(before + 1, 3), 0]
    x, y = pixel_position(marked("grid", half_extent=3.0), SIZE, (float(position[0]), float(position[1])))
    assert abs(ink[:20].sum(axis=0).argmax() + 0.5 - x) <= 1
    assert abs(ink[:, :20].sum(axis=1).argmax() + 0.5 - y) <= 1
    assert ink[int(y) - 1 : int(y) + 1, int(x) - 1 : int(x) + 1].max() < 60, "the point itself stays free"


@pytest.mark.parametrize("width", [360, 361])
def test_side_by_side_both_panels_show_the_same_part_of_the_plane(width: int) -> None:
    size = PictureSize(width=width, height=200)
    view = marked("points", "density", beside=True)
    scene = Scene(bent(base_particles(500)), density=base_density(), probe=full().probe)
    picture = drawn(scene, view, size=size)
    half = (width - 1) // 2
    left, right = picture[:, :half], picture[:, -half:]
    assert (picture[:, half : width - half] < 255).all(), "a line lies between"
    alone = marked("points"), marked("density")
    panel = PictureSize(width=half, height=200)
    for part, only in zip((left, right), alone, strict=True):
        np.testing.assert_array_equal(part, drawn(scene, only, size=panel))
    x, y = pixel_position(view, size, (1.0, -0.5))
    for start in (0, width - half):
        np.testing.assert_allclose(plane_position(view, size, start + x, y), (1.0, -0.5), atol=1e-9)
    assert visible_rectangle(view, size) == visible_rectangle(alone[0], panel)


def test_a_view_with_nothing_to_stand_beside_has_one_panel() -> None:
    scene = full()
    np.testing.assert_array_equal(
        drawn(scene, marked("points", beside=True)), drawn(scene, marked("points", beside=False))
    )


def test_the_visible_rectangle_and_pixels_agree() -> None:
    view = ViewSpec(center=(2.0, -1.0), half_extent=3.0)
    left, right, bottom, top = visible_rectangle(view, SIZE)
    assert (bottom, top) == pytest.approx((-4.0, 2.0))
    assert plane_position(view, SIZE, 0, 0) == pytest.approx((left, top))
    assert pixel_position(view, SIZE, (right, bottom)) == pytest.approx((360, 320))


@pytest.fixture(scope="module")
def run_off() -> Scene:
    return broken()


@pytest.mark.parametrize("color_by", get_args(ColorBy))
@pytest.mark.parametrize(
    "marks", [*({mark} for mark in get_args(Mark)), set(get_args(Mark))], ids=[*get_args(Mark), "all"]
)
def test_what_has_run_off_is_passed_over_in_every_view(run_off: Scene, color_by: ColorBy, marks: set[Mark]) -> None:
    view = ViewSpec(color_by=color_by, marks=frozenset(marks), beside=len(marks) > 1)
    for stage in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0):
        assert render_frame(run_off, stage, view, SIZE).shape == (320, 360, 4)


def test_how_many_lie_outside_is_said() -> None:
    trace = bent(base_particles(500))
    trace.positions[0, :12] = [1e6, np.nan]
    corner = np.s_[-40:-10, -120:]
    quiet = drawn(Scene(bent(base_particles(500))), ViewSpec(marks=frozenset({"grid"})))[corner]
    said = drawn(Scene(trace), ViewSpec(marks=frozenset({"points"}), point_diameter=0.1))[corner]
    assert (np.abs(said - quiet).max(axis=2) > 80).sum() > 100  # the letters are antialiased


def test_only_the_number_of_a_note_is_rendered_anew() -> None:
    """The whole text took 3 ms in each picture whose number was new."""
    view, size = ViewSpec(), em(ViewSpec(), PANEL)

    def columns(text: str) -> NDArray[np.int64]:
        return write(view, PANEL, [note_label(view, PANEL, text)]).where % PANEL.width

    first, second = "1,234 of 5,678 outside", "4,321 of 5,678 outside"
    rest = columns(first.partition(" ")[2])
    columns(first)
    rendered = stamp.cache_info().misses
    found = columns(second)
    assert stamp.cache_info().misses == rendered + 1
    assert found.max() == rest.max()
    assert np.ptp(found) == pytest.approx(text_width(size)(second), abs=size), "the number is before the other words"


BOTH = {"marks": frozenset({"points", "density"})}


@pytest.mark.parametrize("side", [64, 100, 200, 800])
@pytest.mark.parametrize("theme", get_args(Theme))
def test_the_legend_stays_clear_of_the_title(side: int, theme: Theme) -> None:
    size, bare = PictureSize(width=side, height=side), ViewSpec(theme=theme, marks=frozenset(), half_extent=8.0)
    scene, view = Scene(bent(base_particles(8)), density=base_density(stage=0)), bare.model_copy(update=BOTH)
    titled = (render_frame(scene, 0, bare, size, "0 of 3 · base") != render_frame(scene, 0, bare, size)).any(axis=2)
    with_title = render_frame(scene, 0, view, size, "0 of 3 · base")
    expected = render_frame(scene, 0, bare, size, "0 of 3 · base")
    if side >= 200:
        np.testing.assert_array_equal(with_title[titled], expected[titled])


def test_one_stage_alone_is_fitted_to_its_own_cloud() -> None:
    trace = bent(base_particles(2000))
    trace.positions[2] = trace.positions[2] * np.float32(1e-3) + np.array([1e6, -5.0], np.float32)
    assert 5 <= fitted_view(trace.boxes[1], BARE, PANEL).half_extent <= 5.5
    far = fitted_view(trace.boxes[2], BARE, PANEL)
    np.testing.assert_allclose(far.center, (1e6, -5.0), rtol=1e-3)
    assert far.half_extent < 1
    trace.positions[3] = np.nan
    assert fitted_view(central_box(trace.positions[3]), BARE, PANEL).center == (0.0, 0.0)


def test_mark_of_a_particle_outside_is_a_whole_disc() -> None:
    inside = np.zeros((1, 2))
    for outside in ([[100.0, 1.0]], [[0.5, 40.0]]):
        view = ViewSpec(axes=False)
        both = drawn(Scene(bent(np.vstack([inside, outside]))), view)[..., :3].astype(int)
        alone = drawn(Scene(bent(inside)), view)[..., :3].astype(int)
        edge = np.abs(both - alone).sum(axis=2) > 300
        edge[SIZE.height - 60 :, SIZE.width // 2 :] = False  # the note
        rows, columns = np.nonzero(edge)
        assert abs(np.ptp(rows) - np.ptp(columns)) <= 1


def test_particles_outside_are_marked_at_the_edge_and_counted() -> None:
    """At the nearest place, in their colors, and in no picture without words."""
    inside = np.array([[0.5, -0.5], [-1.0, 0.2]])
    outside = np.array([[100.0, 1.0], [-1e30, -2.0], [0.5, 40.0], [2.0, -9.0], [-50.0, 50.0], [np.nan, 0.0]])
    view = ViewSpec(axes=False)
    picture, alone = (drawn(Scene(bent(each)), view) for each in (np.vstack([inside, outside]), inside))
    changed = (picture != alone).any(axis=2)
    projection, sides = Projection(view, SIZE), np.array([SIZE.width, SIZE.height])
    radius = EDGE_MARK * projection.pixel / 2
    places = projection.pixels(np.clip(outside[:5], -99, 99)).clip(radius, sides - radius)
    colors = quadrant_colors(outside[:5], view)
    for (x, y), color in zip(places, colors, strict=True):
        row, column = min(int(y), SIZE.height - 1), min(int(x), SIZE.width - 1)
        np.testing.assert_array_equal(picture[row, column], color)
        changed[max(row - 4, 0) : row + 5, max(column - 4, 0) : column + 5] = False
    note = changed[int(0.8 * SIZE.height) :, SIZE.width // 2 :]
    assert note.any(), "6 of 8 outside"
    assert changed.sum() == note.sum()
    bare = BARE.model_copy(update={"labels": False})
    np.testing.assert_array_equal(
        drawn(Scene(bent(np.vstack([inside, outside]))), bare), drawn(Scene(bent(inside)), bare)
    )
