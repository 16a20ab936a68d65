"""The flows of a web page: their particles at each moment and in each direction, and what can be drawn with them."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.page_columns import PageColumns, data_url
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import Shot
from flowviz.projects import Project
from flowviz.records import Moment, Rectangle, Scene, Trace
from flowviz.records.lattice import LATTICE_SIDE
from flowviz.rendering.camera import FILL, MAX_HALF_EXTENT, MIN_HALF_EXTENT, ROUNDING
from flowviz.rendering.colors import COMPONENTS, QUADRANTS, unpacked
from flowviz.rendering.density import heat_of
from flowviz.rendering.legend import keys
from flowviz.rendering.particles import CHOSEN, log_density_limits, log_det_limit, particle_colors
from flowviz.specs import ExportSpec, FlowSpec, PictureSize
from flowviz.specs.condition import ANY, Value
from flowviz.specs.explanations import COLOR_TITLES
from flowviz.specs.view import GRID_SEGMENTS, ColorBy, Direction, Mark, Palette, Theme
from flowviz.targets import target_picture

MOST_ENCODED = 4000  # points of the target that are followed back, so that a page of two directions stays small
ALONG_TRAINING = 2000  # particles at moments before the latest one
CAMERA = {"fill": FILL, "rounding": ROUNDING, "least": MIN_HALF_EXTENT, "most": MAX_HALF_EXTENT}
SHAPE = PictureSize(width=960, height=600)  # pixels, of the view over which densities are computed
SCALES: dict[ColorBy, str] = {"log_density": "amount", "log_det": "change"}  # of colors that change from stage to stage
THEMES = get_args(Theme)


class PagePane:
    """A flow of a page."""

    def __init__(
        self, project: Project, spec: ExportSpec, columns: PageColumns, name: str, keeper: FlowKeeper, *, encodes: bool
    ) -> None:
        self._project, self._spec, self._columns, self._name = project, spec, columns, name
        self._keeper, self._encodes = keeper, encodes
        self._values: list[dict[str, Any]] = []
        self.colors: dict[ColorBy, None] = {}  # the colorings of the latest moment, in either direction
        self.limits: list[dict[ColorBy, list[float]]] = []  # of its color scales, at each value

    def collect(self) -> Iterator[None]:
        """Compute all that the page shows, add it to the columns, and yield after each value of the condition."""
        shown = self._project
        for value in page_values(shown.flow, self._spec.values):
            self._project = shown if value is None else shown.given(shown.condition.told(value))
            self._values.append(self._value())
            yield

    def as_json(self) -> dict[str, Any]:
        """Return the flow, in a form for JSON."""
        return {"name": self._name, "values": self._values}

    def _value(self) -> dict[str, Any]:
        """Return the flow at the present value of its condition, if it has one."""
        flow, picture = self._project.flow, target_picture(self._project.build_target())
        latest = self._spec.particles or self._project.trace.positions.shape[1]
        moments = [
            self._moment(moment, min(ALONG_TRAINING, latest)) for moment in past_moments(self._project, self._spec)
        ]
        return {
            "label": "" if flow.condition is None or flow.given is None else flow.condition.caption(flow.given),
            "target": _gray(picture.shades, picture.rectangle),
            "moments": [*moments, self._moment(None, self._spec.particles)],
        }

    def _moment(self, moment: Moment | None, particles: int | None) -> dict[str, Any]:
        history = self._project.history.step
        directions: tuple[Direction, ...] = ("generate",)
        encodes = self._spec.seen.direction == "encode" or (self._encodes and moment is None)
        if encodes and not self._project.flow.is_recorded:
            directions = ("generate", "encode")
        clouds = {direction: self._cloud(moment, direction, particles) for direction in directions}
        return {
            "step": moment.step if moment is not None else int(history[-1]) if len(history) else 0,
            "has_target": clouds["generate"].pop("has_target"),  # not an earlier one, which is no longer known
            "clouds": clouds,
            **(self._fields() if moment is None else {}),
        }

    def _cloud(self, moment: Moment | None, direction: Direction, particles: int | None) -> dict[str, Any]:
        if direction == "encode":
            particles = min(MOST_ENCODED, particles or MOST_ENCODED)
        scenes = self._scenes(moment, direction, frozenset({"points", "target"}), particles, "leaked")
        trace = scenes.trace(moment)
        scene = scenes.scene(Shot(trace.last_stage, moment), SHAPE)
        known, edits = self._known_colors(scene, moment, direction), self._project.edits
        if moment is None:
            self.colors |= dict.fromkeys(known)
        limits = {color: _limits(trace, color) for color in known if color in SCALES}
        self.limits += [limits] if moment is None and direction == "generate" else []
        return {
            **self._places(trace),
            "has_target": scene.target is not None,
            "log_det": self._log_dets(trace) if trace.has_log_dets else None,
            "base": self._columns.add(trace.base_log_density) if trace.has_densities else None,
            "unit_log_det": scene.units.log_det,
            "fixed": {color: self._fixed(scene, color) for color in known if color not in SCALES},
            "limits": limits,
            "keys": {color: self._key(scene, color) for color in known},
            "stages": [
                {
                    "title": trace.position(stage),
                    "sentence": trace.sentences(stage, edits.of(stage), encoded=direction == "encode")[0],
                }
                for stage in range(len(trace.names))
            ],
        }

    def _log_dets(self, trace: Trace) -> list[int]:
        return [self._columns.add(trace.log_det_of(stage)) for stage in range(len(trace.names))]

    def _places(self, trace: Trace) -> dict[str, Any]:
        """Return the positions of particles at all stages, and their central boxes."""
        found: dict[str, list[int]] = {"x": [], "y": []}
        for positions, box in zip(trace.positions, trace.boxes, strict=True):
            for axis, name in enumerate(("x", "y")):
                found[name].append(self._columns.add_coordinate(positions[:, axis], box[0, axis], box[1, axis]))
        return {**found, "boxes": trace.boxes.reshape(-1, 4).tolist()}

    def _known_colors(self, scene: Scene, moment: Moment | None, direction: Direction) -> list[ColorBy]:
        """Return the colorings that are known for a scene."""
        trace = scene.trace
        known: dict[ColorBy, bool] = {
            "component": trace.component_count is not None,
            "column": bool(trace.columns),
            "log_density": trace.has_densities,
            "log_det": trace.has_log_dets,
            "leaked": scene.leaked is not None,
            "weight": scene.log_weights is not None,
            "selection": scene.selection is not None and moment is None and direction == self._spec.seen.direction,
        }
        return [color for color in COLOR_TITLES if known.get(color, True)]

    def _key(self, scene: Scene, color: ColorBy) -> dict[str, Any]:
        """Return the entry of the legend, which is that of the program's own pictures."""
        view = self._spec.seen.view.model_copy(update={"color_by": color, "marks": frozenset({"points"})})
        key = keys(scene, 0, view)[0]
        found = {
            "caption": key.caption.replace(" here", " of this layer"),
            "ends": key.ends,
            "scale": key.scale,
            "turned": key.turned,
        }
        dots = {theme: _dots(key.shape, len(key.ends), view.palette, theme) for theme in THEMES}
        return {**found, "dots": dots} if dots["light"] else found

    def _fixed(self, scene: Scene, color: ColorBy) -> dict[str, Any]:
        """Return colors that are the same at every stage: the number of the color of each particle, and all colors."""
        view = self._spec.seen.view.model_copy(update={"color_by": color})
        both = [particle_colors(scene, 0.0, view.model_copy(update={"theme": theme})) for theme in THEMES]
        colors, numbers = np.unique(np.stack(both, axis=1), axis=0, return_inverse=True)
        shown = {theme: unpacked(colors[:, i])[:, :3].ravel().tolist() for i, theme in enumerate(THEMES)}
        return {"part": self._columns.add_bytes(numbers.astype(np.uint8).tobytes()), "colors": shown}

    def _fields(self) -> dict[str, Any]:
        """Return the density of each stage and the grid at the latest moment, if the view has them."""
        marks, found = self._spec.seen.view.marks, dict[str, Any]()
        last = self._project.trace.last_stage
        if "density" in marks:
            scenes = self._scenes(None, "generate", frozenset({"density"}), None)
            found["densities"] = [_density(scenes.scene(Shot(stage), SHAPE)) for stage in range(last + 1)]
        if "grid" in marks:
            grid = self._scenes(None, "generate", frozenset({"grid"}), None).scene(Shot(last), SHAPE).grid
            assert grid is not None
            cells = self._spec.seen.view.grid_cells
            found["grid"] = {**self._places(grid), "side": LATTICE_SIDE, "every": GRID_SEGMENTS // cells}
        return found

    def _scenes(
        self,
        moment: Moment | None,
        direction: Direction,
        marks: frozenset[Mark],
        particles: int | None,
        color_by: ColorBy = "quadrant",
    ) -> Scenes:
        seen = self._spec.seen
        view = seen.view.model_copy(update={"marks": marks, "color_by": color_by})
        chosen = seen.model_copy(update={"view": view, "direction": direction, "probe": None, "fitted": True})
        return Scenes(self._project, chosen, particles, [Shot(0, moment)], self._keeper)


def page_values(flow: FlowSpec, count: int | None) -> list[Value | None]:
    """Return the values of the condition that a page shows; only the one at which the flow is shown if there is one."""
    if flow.condition is None or count == 1:
        return [flow.given]
    values = [float(value) for value in flow.condition.spread(count)]
    return [ANY, *values] if flow.given == ANY else [*values]


def first_value(flow: FlowSpec, values: Sequence[Value | None]) -> int:
    """Return the number of the value that is nearest to the one at which a flow is shown."""
    shown = flow.given
    if shown is None or isinstance(shown, str):
        return 0  # which is the only value, or any
    return int(np.abs(np.array(values, float) - shown).argmin())


def past_moments(project: Project, spec: ExportSpec) -> Sequence[Moment]:
    """Return the moments of a page before the latest one, evenly spread."""
    past = project.timeline.moments[:-1]
    places = np.linspace(0, len(past) - 1, spec.moments if past else 0).round()
    return [past[place] for place in np.unique(places).astype(int)]


def _dots(shape: str, count: int, palette: Palette, theme: Theme) -> list[int]:
    """Return the colors of the swatches of a legend, one after the other; none for other shapes."""
    swatches = {
        "quadrants": QUADRANTS[palette, theme],
        "components": COMPONENTS[theme][:count],
        "chosen": [CHOSEN[theme]],
    }
    return [channel for color in swatches.get(shape, ()) for channel in color]


def _limits(trace: Trace, color: ColorBy) -> list[float]:
    """Return the ends of a color scale, in nats."""
    if color == "log_density":
        return list(log_density_limits(trace))
    limit = log_det_limit(trace)
    return [-limit, limit]


def _density(scene: Scene) -> dict[str, Any]:
    assert scene.density is not None
    return _gray(np.round(255 * heat_of(scene.density)).astype(np.uint8), scene.density.rectangle)


def _gray(shades: NDArray[np.uint8], rectangle: Rectangle) -> dict[str, Any]:
    """Return a gray picture over a rectangle of the plane."""
    content = BytesIO()
    Image.fromarray(np.ascontiguousarray(shades)).save(content, "PNG", optimize=True)
    return {"png": data_url("image/png", content.getvalue()), "rectangle": list(rectangle)}
