"""Colors by the component of the base, and of leaked particles."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.records import Scene, base_of, untrained_trace
from flowviz.rendering.annotate import em, text_width
from flowviz.rendering.colors import COMPONENTS, packed
from flowviz.rendering.legend import KEY_WIDTH, Key, draw_key, draw_legend, keys
from flowviz.rendering.particles import CHOSEN, OTHERS, particle_colors
from flowviz.rendering.projection import Panel
from flowviz.rendering.stamps import stamp
from flowviz.specs import FlowSpec, ViewSpec
from flowviz.specs.view import ColorBy


def test_each_component_has_a_color_that_is_the_same_at_every_stage() -> None:
    spec = FlowSpec(base="mixture", components=9, arrangement="grid")
    scene, view = Scene(untrained_trace(spec)), ViewSpec(color_by="component")
    component = base_of(spec).component_of(scene.trace.positions[0])
    colors = particle_colors(scene, 0, view)
    np.testing.assert_array_equal(colors, packed(np.array(COMPONENTS["light"], np.uint8)[component]))
    assert len(set(colors.tolist())) == 9
    np.testing.assert_array_equal(particle_colors(scene, 2.5, view), colors)
    assert [(key.caption, len(key.ends)) for key in keys(scene, 0, view)] == [("base component", 9)]


def test_base_without_components_is_colored_by_quadrant() -> None:
    scene = Scene(untrained_trace(FlowSpec()))
    by_component, by_quadrant = (ViewSpec(color_by=color_by) for color_by in ("component", "quadrant"))
    np.testing.assert_array_equal(particle_colors(scene, 0, by_component), particle_colors(scene, 0, by_quadrant))
    assert keys(scene, 0, by_component) == (*keys(scene, 0, by_quadrant), Key("no components", "text"))
    [label] = draw_key(by_component, 20, keys(scene, 0, by_component)[-1]).labels
    assert label.x <= 20 * KEY_WIDTH
    assert text_width(20)(label.text) < label.x, "the text is not cut off"


def test_background_of_the_legend_is_as_wide_as_its_text_and_graphic() -> None:
    view, panel = ViewSpec(color_by="quadrant"), Panel(1200, 800)
    found = keys(Scene(untrained_trace(FlowSpec())), 0, view)
    drawing, size = draw_legend(view, panel, found), em(view, panel)
    background, *swatches = drawing.boxes
    [label] = drawing.labels
    start = label.x - text_width(size)(label.text)
    assert background.left <= start <= background.left + size
    right = background.left + background.width
    assert right - size <= max(box.left + box.width for box in swatches) <= right
    assert background.width < 0.9 * KEY_WIDTH * size


@pytest.mark.parametrize("size", [12, 13, 16, 20, 32])
def test_the_halo_of_a_caption_covers_nothing_of_its_color_scale(size: int) -> None:
    view = ViewSpec()
    drawing = draw_key(view, size, Key("log|det J| here, nats", "bar", ("-1", "0", "1"), "change"))
    caption = stamp(drawing.labels[0].text, drawing.labels[0].anchor, size, size, (0, 0, 0), (255, 255, 255, 0))
    shown = caption.at(round(drawing.labels[0].x), round(drawing.labels[0].y), Panel(400, 200))
    bottom = shown.where[shown.alphas > 0].max() // 400
    assert bottom < round(min(box.top for box in drawing.boxes))


def test_leaked_particles_stand_out_and_are_counted() -> None:
    trace = untrained_trace(FlowSpec())
    leaked = np.arange(8000) < 143
    view = ViewSpec(color_by="leaked")
    colors = particle_colors(Scene(trace, leaked=leaked), 1, view)
    chosen, others = packed(np.array([CHOSEN["light"], OTHERS["light"]], np.uint8))
    np.testing.assert_array_equal(colors, np.where(leaked, chosen, others))
    assert keys(Scene(trace, leaked=leaked), 1, view)[0].caption == "leaked: 143, 1.8%"
    assert keys(Scene(trace), 1, view)[0].caption == "leaked: unknown"


def test_weights_are_colored_by_whether_there_are_too_many_particles() -> None:
    trace, view = untrained_trace(FlowSpec()), ViewSpec(color_by="weight")
    scene = Scene(trace, log_weights=np.where(np.arange(8000) < 4000, -np.inf, 9.0))
    colors = particle_colors(scene, 1, view)
    assert [len(set(half.tolist())) for half in (colors[:4000], colors[4000:])] == [1, 1]
    assert colors[0] != colors[-1]
    assert keys(scene, 1, view)[0].ends == ("1/20", "1", "20")
    assert keys(Scene(trace), 1, view)[0].caption == "weights: unknown"


@pytest.mark.parametrize("color_by", ["log_density", "log_det"])
def test_colors_of_densities_that_are_not_known_yet_say_nothing(color_by: ColorBy) -> None:
    trace = untrained_trace(FlowSpec(family="flow_matching"))
    unknown, view = Scene(replace(trace, log_det=np.full_like(trace.log_det, np.nan))), ViewSpec(color_by=color_by)
    assert set(particle_colors(unknown, 1.5, view).tolist()) == set(packed(np.array([OTHERS["light"]], np.uint8)))
    assert keys(unknown, 1.5, view) == (Key("densities: not known yet", "text"),)
    assert keys(Scene(trace), 1.5, view)[0].shape == "bar"
