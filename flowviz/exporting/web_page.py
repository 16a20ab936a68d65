"""Interactive web pages: a single file with the particles of flows, and a script that shows them.

A page works from a disk and needs no network. All texts of a project are data in it: they never become HTML or code,
and a Content-Security-Policy allows no script but that of flowviz. The script is in `resources/page`.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from io import BytesIO
from itertools import chain
from pathlib import Path
from string import Template
from typing import Any, Literal

import numpy as np
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from PIL import Image

import flowviz
from flowviz.errors import SpecError
from flowviz.exporting import Steps
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.page_clouds import CAMERA, SCALES, THEMES, PagePane, first_value, page_values
from flowviz.exporting.page_columns import PageColumns, data_url
from flowviz.exporting.scene_fields import without_unknown_marks
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import Shot, seen_stage
from flowviz.file_kinds import listed
from flowviz.files import atomic_write, resource
from flowviz.projects import Comparison, Project
from flowviz.rendering.colormaps import STEPS, color_scale, heat_scale
from flowviz.rendering.colors import CURVES, SURROUNDINGS, Color
from flowviz.rendering.density import FADE, RISE
from flowviz.rendering.particles import OTHERS
from flowviz.rendering.raster import RGBA
from flowviz.rendering.target import STRENGTH
from flowviz.rendering.typeface import Weight, font_file
from flowviz.specs import ExportSpec, FlowSpec, PictureSize
from flowviz.specs.explanations import COLOR_TITLES, DIRECTION_TITLES
from flowviz.specs.export import relevant
from flowviz.specs.fields import with_values
from flowviz.specs.view import ColorBy, Mark, Theme

SHOWN: tuple[Mark, ...] = ("points", "target", "density", "grid")  # marks that a page can show
STATIC_SIZE = PictureSize(width=720, height=480)  # pixels, of the picture for print and for browsers without scripts
HINT = "Point at a particle to read its numbers; click or tap it to draw its path."
LATIN = range(0x20, 0x180), (0x2013, 0x2014, 0x2019, 0x201C, 0x201D, 0x2026, 0x2190, 0x2192, 0x2212, 0x25B6)  # its font


class WebPage:
    """An interactive page of a project, or of a comparison whose flows move together.

    TensorFlow is loaded only for what the project does not contain: points that are encoded, densities and grids.
    """

    def __init__(
        self, work: Project | Comparison, spec: ExportSpec, keeper: FlowKeeper | None = None, *, encodes: bool = True
    ) -> None:
        """Prepare a page; nothing is written yet.

        Args:
            work: The project or the comparison.
            spec: What the page shows at first, and which controls it has.
            keeper: A cache of the flow, which several pages of a project can share in the same thread.
            encodes: Whether both directions are in the page. If not, points are encoded only if the page begins so.

        Raises:
            SpecError: If the view has marks that a page cannot show, or the project lacks what it requires.
        """
        check_page(spec)
        self._spec = relevant(spec)
        if isinstance(work, Comparison):
            self._projects = [(work.title(name), work[name]) for name in work.names]
            self._specs = [without_unknown_marks(self._spec, project) for _, project in self._projects]
        else:
            self._projects, self._specs = [("", work)], [self._spec]
        seen_stage(self._first, spec)
        self._columns, keeper = PageColumns(), keeper or FlowKeeper()
        self._panes = [
            PagePane(project, shown, self._columns, name, keeper, encodes=encodes)
            for (name, project), shown in zip(self._projects, self._specs, strict=True)
        ]

    @property
    def count(self) -> int:
        """Return the number of steps that `write` takes."""
        return sum(len(page_values(flow, self._spec.values)) for flow in self._flows)

    def preview(self, share: float, size: PictureSize) -> RGBA:
        """Return the picture of the first flow, within a size in pixels. It is the same at every share."""
        scale = min(size.width / STATIC_SIZE.width, size.height / STATIC_SIZE.height, 1.0)
        return self._scenes.picture(0, STATIC_SIZE.scaled(scale))

    def write(self, output: Path) -> Steps:
        """Write the page. If the generator fails or is closed early, nothing is left behind.

        Args:
            output: The file to write.

        Yields:
            None after each value of the condition of each flow; once for a flow without a condition.

        Raises:
            FileError: If the file cannot be written.
        """
        with atomic_write(output) as part:
            yield from self._collect()
            part.write_text(self._html(), encoding="utf-8", newline="\n")

    def content(self) -> tuple[dict[str, Any], bytes]:
        """Return what the page shows, in a form for JSON, and the bytes of its numbers."""
        list(self._collect())
        return self._data(), self._columns.content

    def _collect(self) -> Iterator[None]:
        return chain.from_iterable(pane.collect() for pane in self._panes)

    def parts(self) -> Mapping[str, str]:
        """Return what the page has of its own, for a page that shares its script and its style with others.

        Returns:
            Its `title`, its `data`, its static `picture`, as an address, and the `alternative` to that, all as HTML.
        """
        list(self._collect())
        return self._parts()

    @property
    def _flows(self) -> list[FlowSpec]:
        return [project.flow for _, project in self._projects]

    @property
    def _first(self) -> Project:
        return self._projects[0][1]

    @property
    def _scenes(self) -> Scenes:
        """Return the scene of the first view, in the light theme."""
        seen = with_values(self._specs[0].seen, {"theme": "light"})
        return Scenes(self._first, seen, self._spec.particles, [Shot(seen_stage(self._first, self._spec))])

    @property
    def _title(self) -> str:
        return ", ".join(dict.fromkeys(project.target.title for _, project in self._projects))

    def _html(self) -> str:
        """Return the page. Values that come from the project are escaped."""
        script, style = page_script(), page_style(data_url("font/woff", page_font(self._title)))
        policy = (
            f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:; "
            "font-src data:; base-uri 'none'; form-action 'none'"
        )
        return Template(resource("page/page.html").read_text(encoding="utf-8")).substitute(
            policy=policy,
            version=escape(flowviz.__version__),
            style=style,
            script=script,
            **self._parts(),
        )

    def _parts(self) -> dict[str, str]:
        found = {**self._data(), "bytes": b64encode(self._columns.content).decode()}
        data = json.dumps(found, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
        return {
            "title": escape(self._title),
            "picture": self._picture(),
            "alternative": escape(f"{self._title}, drawn by a normalizing flow {self._projects[0][0]}".strip()),
            "data": data,
        }

    def _data(self) -> dict[str, Any]:
        panes, view = self._panes, self._spec.seen.view
        flow = max(self._flows, key=lambda flow: len(page_values(flow, self._spec.values)))
        values = page_values(flow, self._spec.values)
        marks = [mark for mark in SHOWN if mark in view.marks | {"points", "target"}]
        known = [color for color in COLOR_TITLES if any(color in pane.colors for pane in panes)]
        if view.color_by not in known:
            raise SpecError(f"{COLOR_TITLES[view.color_by]} is not known for this flow. Choose {listed(known)}.")
        return {
            "title": self._title,
            "hint": HINT,
            "condition": flow.condition.heading if flow.condition else "",
            "panes": [pane.as_json() for pane in panes],
            "colorings": [{"name": each, "title": COLOR_TITLES[each], "scale": SCALES.get(each, "")} for each in known],
            "camera": CAMERA,
            "fade": FADE,
            "limits": _common([limits for pane in panes for limits in pane.limits]) if len(panes) > 1 else {},
            "directions": [
                (direction, title)
                for direction, title in DIRECTION_TITLES.items()
                if direction == "generate" or not self._first.flow.is_recorded
            ],
            "marks": [(mark, mark.capitalize()) for mark in marks],
            "controls": sorted(self._spec.controls),
            "diameter": view.point_diameter,
            "start": {
                "stage": self._spec.seen.stage,
                "color": view.color_by,
                "direction": self._spec.seen.direction,
                "given": first_value(flow, values),
                "marks": [mark for mark in marks if mark in view.marks],
                "view": None if self._spec.seen.fitted else [*view.center, view.half_extent],
            },
            "themes": {theme: self._theme(theme) for theme in THEMES},
            **self._columns.as_json(),
        }

    def _theme(self, theme: Theme) -> dict[str, Any]:
        colors, view = SURROUNDINGS[theme], self._spec.seen.view.model_copy(update={"theme": theme})
        heat, rising = color_scale(heat_scale(view), theme), np.minimum(np.arange(STEPS) / (RISE * STEPS), 1.0)
        target = np.tile(np.array(colors.title, np.uint8), (STEPS, 1))
        return {
            "name": theme,
            "background": colors.background,
            "line": colors.axis,
            "grid": colors.label,
            "path": colors.title,
            "neutral": OTHERS[theme],
            "scales": {
                "amount": self._columns.add_bytes(color_scale("amount", theme).tobytes()),
                "change": self._columns.add_bytes(color_scale("change", theme).tobytes()),
                "angle": self._columns.add_bytes(color_scale("angle", theme).tobytes()),
                "heat": self._columns.add_bytes(_with_alpha(heat, rising)),
                "target": self._columns.add_bytes(_with_alpha(target, STRENGTH * np.linspace(0, 1, STEPS))),
            },
        }

    def _picture(self) -> str:
        """Return the first view as the address of a picture, for print and for browsers without scripts."""
        content = BytesIO()
        Image.fromarray(self._scenes.picture(0, STATIC_SIZE)[..., :3]).quantize(64).save(content, "PNG", optimize=True)
        return data_url("image/png", content.getvalue())


def check_page(spec: ExportSpec) -> None:
    """Raise `SpecError` if the view has marks that a page cannot show."""
    if hidden := sorted(spec.seen.view.marks - set(SHOWN)):
        raise SpecError(f"A page cannot show {' and '.join(hidden)}. It can show {', '.join(SHOWN)}.")


def _common(limits: Sequence[Mapping[ColorBy, Sequence[float]]]) -> dict[ColorBy, list[float]]:
    """Return the ends of color scales that hold for several flows."""
    shared = set.intersection(*(set(each) for each in limits))
    return {color: [min(each[color][0] for each in limits), max(each[color][1] for each in limits)] for color in shared}


def _with_alpha(colors: Any, alphas: Any) -> bytes:
    opacity = np.round(255 * alphas).astype(np.uint8)
    return np.concatenate([colors, opacity[:, None]], axis=1).tobytes()


def page_script(host: Literal["page", "widget"] = "page") -> str:
    """Return the script of pages, or the module of widgets. Its parts are in the order of the names of their files."""
    files = [*sorted(resource("page").glob("[1-6]_*.js")), resource(f"page/7_{host}.js")]
    parts = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return parts if host == "widget" else f'"use strict";\n(() => {{\n{parts}}})();\n'


def page_style(font: str) -> str:
    """Return the style sheet of pages and widgets, with the colors of the program and a font at an address."""
    colors = {f"{name}_{theme}": f"rgb{color}" for theme in THEMES for name, color in _colors(theme)}
    text = resource("page/page.css").read_text(encoding="utf-8")
    return Template(text).substitute(colors, font=font)


def _colors(theme: Theme) -> Iterator[tuple[str, Color]]:
    surroundings = SURROUNDINGS[theme]
    yield "background", surroundings.background
    yield "hover", surroundings.grid
    yield "line", surroundings.axis
    yield "label", surroundings.label
    yield "ink", surroundings.title
    yield "accent", CURVES[theme]["validation"]


def page_font(title: str = "", weight: Weight = "regular") -> bytes:
    """Return the typeface with the letters of European languages, and those of a title, as far as it has them."""
    options = Options(layout_features=["kern"], notdef_outline=True, hinting=False)
    subsetter, content = Subsetter(options), BytesIO()
    subsetter.populate(unicodes={*LATIN[0], *LATIN[1], *map(ord, title)})
    with TTFont(font_file(weight), recalcTimestamp=False) as font:
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(content)
    return content.getvalue()


def _digest(text: str) -> str:
    """Return the hash of a script or a style sheet for a Content-Security-Policy."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
