"""A project as the source of exports."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from math import floor, log10
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flowviz.app.export import words
from flowviz.app.export.source import Choices, ExportSource, Item, Kind, items, spec_of
from flowviz.app.state.known import Known
from flowviz.app.widgets.choice_words import color_choices
from flowviz.exporting.commands import render_command, render_python
from flowviz.projects import Project
from flowviz.specs import ExportSpec, PictureSize, Seen, ViewSpec
from flowviz.specs.export import effects
from flowviz.specs.export_kinds import FORMATS, Format, What
from flowviz.specs.fields import values_of, with_values
from flowviz.specs.spec import Spec
from flowviz.specs.target import table_of

if TYPE_CHECKING:  # imported late, for a fast start of the program
    from flowviz.exporting.export import Export
    from flowviz.exporting.flow_keeper import FlowKeeper

AnySpec = TypeVar("AnySpec", bound=Spec)
DIGITS = 5  # of the half extent: a hundredth of a pixel of a picture
LATEST = -1  # the latest moment of the training
LONGER_SIDES: Mapping[Format, int] = {"png": 1080, "gif": 800}  # pixels; GIFs of 1080 pixels are 1.5 times as large


@dataclass(frozen=True)
class ExportedProject(ExportSource):
    """A project with what the window shows of it.

    Attributes:
        project: The project.
        window_size: Size of the cloud in the window, in pixels.
        figure: The figure that covers the cloud. None if there is none.
    """

    project: Project
    window_size: PictureSize
    figure: What | None = None

    @property
    def retrained_path(self) -> Path:
        """Return a file for another run of the same training, which does not overwrite the project."""
        return self.project_path if self.path is None else self.path.with_stem(f"{self.path.stem} again")

    def usual_size(self, format_: Format) -> PictureSize:
        """Return the default size of an export, with the aspect ratio of the cloud in the window."""
        return self.window_size.with_longer_side(LONGER_SIDES.get(format_, LONGER_SIDES["png"]))

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        return {what: Kind(*texts, FORMATS[what]) for what, texts in words.WHAT.items()}

    @cached_property
    def defaults(self) -> Choices:
        last, particles = self._last_stage, self.project.trace.positions.shape[1]
        condition = self.project.flow.condition
        values = len(condition.spread()) if condition else 1
        return {"stage": last, "first": 0, "last": last, "moment": LATEST, "particles": particles, "values": values}

    def proposed(self, before: ExportSource | None, chosen: ExportSpec | None) -> Choices:
        """Return the choices of last time, updated by what has changed in the window since."""
        if isinstance(before, ExportedProject) and chosen is not None:
            return self.offered(carry_over(chosen, before, self))
        return self.offered(initial_spec(self))

    def offered(self, spec: ExportSpec) -> Choices:
        """Return the choices of a spec, in place of which others are made if the project does not offer them."""
        seen, options = self.known.possible(spec.seen), self._options
        values = values_of(spec.model_copy(update={"seen": seen}))
        if spec.what in self.known.problems:
            values |= {"what": "view", "format": FORMATS["view"][0]}
        latest = {name: self.defaults[name] for name in ("stage", "last") if (values[name] or 0) >= self._last_stage}
        values |= dict.fromkeys(latest) | {"first": min(values["first"] or 0, self._last_stage) or None}
        for name, usual in (("moment", None), ("units", "data"), ("through", "layers")):
            item = options[name].get(values[name])
            values[name] = values[name] if item and item.is_enabled else usual
        return values

    def fields(self, choices: Choices) -> frozenset[str]:
        is_known = {"moment": self._has_history, "values": self.project.flow.condition is not None}
        hidden = {name for name, known in is_known.items() if not known}
        return effects(with_values(ExportSpec(), choices)) - hidden

    def options(self, choices: Choices) -> Mapping[str, Mapping[Any, Item]]:
        found = {**super().options(choices), **self._options}
        refused = {what: Item(self.kinds[what].title, why, False) for what, why in self._refused(self.kinds).items()}
        return {**found, "what": {**found["what"], **refused}}

    def reasons(self, choices: Choices) -> Mapping[str, str]:
        found = {**super().reasons(choices), **self._refused(words.MARKS)}
        if choices["what"] == "sheet":
            return {**found, "density": words.NO_DENSITY, "axes": words.NO_AXES, "beside": words.NOT_BESIDE}
        if choices["what"] == "page":
            found |= dict.fromkeys(("paths", "velocity"), words.NOT_IN_PAGES)
        beside = {} if ViewSpec(marks=choices["marks"]).has_two_sides else {"beside": words.NOTHING_TO_SPLIT}
        return {**found, **beside}

    def followed(self, choices: Choices, name: str) -> Choices:
        """Return the choices, adapted to the newly chosen `name`.

        The first stage is not after the last one, and a default size follows the format.
        """
        if name in {"what", "format"} and choices["size"] in map(self.usual_size, LONGER_SIDES):
            choices = {**choices, "size": self.usual_size(choices["format"])}
        first, last = (self.defaults[end] if choices[end] is None else choices[end] for end in ("first", "last"))
        if name == "first" and first > last:
            return {**choices, "last": None if first == self._last_stage else first}
        return {**choices, "first": last or None} if name == "last" and first > last else choices

    def export(self, choices: Choices, keeper: "FlowKeeper") -> "Export":
        from flowviz.exporting.export import Export

        return Export(self.project, spec_of(choices), keeper)

    def copies(self, choices: Choices) -> Mapping[str, Callable[[Path], str]]:
        spec = spec_of(choices)
        flow = None if self.path is None or self.is_saved else self.project.flow  # the file may have another integrator
        return {
            "command": partial(render_command, self.project_path, spec, flow=flow),
            "Python code": partial(render_python, self.project_path, spec, flow=flow),
        }

    def _refused(self, choices: Iterable[Any]) -> Mapping[Any, str]:
        return {name: self.known.problems[name] for name in choices if name in self.known.problems}

    @cached_property
    def known(self) -> Known:
        """Return the knowledge of the flow."""
        return Known.of(self.project.flow, self.project.weights, self.project.trace)

    @property
    def _last_stage(self) -> int:
        return self.project.trace.last_stage

    @property
    def _has_history(self) -> bool:
        return len(self.project.timeline.moments) > 1

    @cached_property
    def _options(self) -> Mapping[str, Mapping[Any, Item]]:
        """Return the values that depend on the project, by the names of their fields."""
        from flowviz.targets import has_pixels  # imports Pillow, which the start of the program does not need

        project, last = self.project, self._last_stage
        titles = {stage: project.trace.title(stage, project.edits.of(stage)) for stage in range(last + 1)}
        stages = {stage: Item(title.partition(":")[0], title) for stage, title in titles.items()}
        steps = [moment.step for moment in reversed(project.timeline.moments[:-1])]
        no_selection = {} if project.selection is not None else {"selection": words.NO_SELECTION}
        no_history = {} if self._has_history else dict.fromkeys(("training", "both"), words.NO_HISTORY)
        through = {**words.COMMON["through"], **({"condition": "Condition"} if project.flow.condition else {})}
        units = words.TABLE_UNITS if table_of(project.target) else words.UNITS
        return {
            **dict.fromkeys(("stage", "first", "last"), stages),
            "moment": items({LATEST: "The latest"} | {step: f"Step {step:,}" for step in steps}),
            "through": items(through, no_history),
            "color_by": items(color_choices(self.known.columns), {**no_selection, **self.known.problems}),
            "direction": items(words.COMMON["direction"], self.known.problems),
            "units": items(units, {} if has_pixels(project.target) else {"pixels": words.NO_PIXELS}),
        }

    def sizes(self, choices: Choices) -> Mapping[PictureSize, str]:
        return {self.usual_size(choices["format"]): "Shape of the view", self.window_size: "As in the window"}


def initial_spec(source: ExportedProject) -> ExportSpec:
    """Return an export of what the window shows."""
    seen = source.project.seen
    what: What = source.figure or ("sheet" if seen.overview else "view")
    return ExportSpec(what=what, seen=for_export(seen), size=source.usual_size("png"))


def carry_over(chosen: ExportSpec, before: ExportedProject, now: ExportedProject) -> ExportSpec:
    """Return the choices of last time, updated by what has changed in the window since."""
    seen = _merged(chosen.seen, before.project.seen, now.project.seen)
    spec = chosen.model_copy(update={"seen": for_export(seen)})
    if now.project.seen.overview and not before.project.seen.overview:
        spec = spec.model_copy(update={"what": "sheet", "format": "png"})
    if now.figure not in {None, before.figure}:
        spec = spec.model_copy(update={"what": now.figure, "format": "png"})
    followed = dict.fromkeys(map(before.usual_size, LONGER_SIDES), now.usual_size(spec.format))
    followed[before.window_size] = now.window_size
    return spec.model_copy(update={"size": followed.get(chosen.size, chosen.size)})


def for_export(seen: Seen) -> Seen:
    """Return what the window shows, with its numbers rounded and without the text size, which follows its widgets."""
    view = seen.view
    decimals = DIGITS - 1 - floor(log10(view.half_extent))
    changes = {
        "center": _rounded(view.center, decimals),
        "half_extent": float(f"{view.half_extent:.{DIGITS}g}"),
        "word_height": ViewSpec().word_height,
    }
    probe = None if seen.probe is None else (seen.probe[0], _rounded(seen.probe[1], decimals))
    return seen.model_copy(update={"view": view.model_copy(update=changes), "probe": probe, "overview": False})


def _rounded(point: tuple[float, float], decimals: int) -> tuple[float, float]:
    x, y = (round(number, decimals) + 0.0 for number in point)  # + 0.0: -0.0 becomes 0.0
    return x, y


def _merged(chosen: AnySpec, before: AnySpec, now: AnySpec) -> AnySpec:
    """Return the chosen fields, but those of `now` where it differs from `before`."""
    changes = {}
    for name in type(now).model_fields:
        mine, old, new = (getattr(spec, name) for spec in (chosen, before, now))
        if isinstance(new, Spec):
            changes[name] = _merged(mine, old, new)
        else:
            changes[name] = mine if old == new else new
    return now.model_copy(update=changes)
