"""Pictures and animations of the site, which flowviz draws as it draws its own, in both themes."""

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from PIL import Image

from flowviz.exporting.comparison_figure import ComparisonFigure
from flowviz.exporting.export import Export
from flowviz.projects import Comparison, Project
from flowviz.specs import ExportSpec, PictureSize, Playback, Seen
from flowviz.specs.export_kinds import What
from flowviz.specs.view import Theme
from site_pages.figures import PARTICLES, Work
from site_pages.frame import Frame

SIZE = PictureSize(width=600, height=400)
FILM_SIZE = PictureSize(width=420, height=300)
PLOT_SIZE, PLOT_FONT = PictureSize(width=440, height=400), 20  # points at twice the size, large enough for a phone
COLORS = 32  # of a picture
THEMES: tuple[Theme, ...] = get_args(Theme)


@dataclass(frozen=True)
class Shown:
    """A picture in both themes.

    Attributes:
        light: Address of the file for the light theme.
        dark: That for the dark theme.
        alternative: Its description.
        size: Its size in pixels.
        still_light: Address of a picture in place of an animation, for readers who prefer no motion. Empty for none.
        still_dark: That for the dark theme.
    """

    light: str
    dark: str
    alternative: str
    size: PictureSize
    still_light: str = ""
    still_dark: str = ""


class Pictures:
    """Draws pictures into the folder of the site, each once."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._drawn: dict[str, Shown] = {}

    def still(self, work: Work, seen: Seen, alternative: str, given: float | None = None) -> Shown:
        """Return a picture of a work in a state, at a value of its condition."""
        if given is not None and isinstance(work.content, Project) and work.content.flow.condition:
            work = Work(f"{work.name}_{given:g}", work.content.given(work.content.condition.told(given)))
        spec = ExportSpec(seen=seen, size=SIZE)
        if isinstance(work.content, Comparison):
            spec = ExportSpec(what="sheet", seen=seen, size=SIZE)
        return self._both(f"{work.name} {seen!r}", work, spec, alternative)

    def plot(self, work: Work, what: What, alternative: str) -> Shown:
        """Return a plot of the training or of the layers of a project."""
        spec = ExportSpec(what=what, size=PLOT_SIZE, scale=2, font_size=PLOT_FONT)
        return self._both(f"{work.name} {what}", work, spec, alternative)

    def film(self, work: Work, seen: Seen, alternative: str) -> Shown:
        """Return an animation through all layers of a project, and a still picture of its end."""
        key = f"film {work.name} {seen!r}"
        if key not in self._drawn:
            ended = seen.model_copy(update={"stage": None, "playback": Playback(repeat="loop")})
            still = self._both(f"end {key}", work, ExportSpec(seen=ended, size=FILM_SIZE), alternative)
            spec = ExportSpec(
                what="animation", format="webp", seen=ended, size=FILM_SIZE, in_betweens=2, fps=5, particles=PARTICLES
            )
            film = self._both(key, work, spec, alternative)
            self._drawn[key] = replace(film, still_light=still.light, still_dark=still.dark)
        return self._drawn[key]

    def _both(self, key: str, work: Work, spec: ExportSpec, alternative: str) -> Shown:
        if key not in self._drawn:
            number = len(self._drawn) + 1
            found = [self._write(f"pictures/{work.name}_{number}_{theme}", work, _in(theme, spec)) for theme in THEMES]
            self._drawn[key] = Shown(found[0], found[1], alternative, spec.size)
        return replace(self._drawn[key], alternative=alternative)

    def _write(self, name: str, work: Work, spec: ExportSpec) -> str:
        content = work.content
        export = ComparisonFigure(content, spec, None) if isinstance(content, Comparison) else Export(content, spec)
        address = f"{name}.webp"
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"picture.{spec.format}"
            for _ in export.write(path):
                pass
            found = path.read_bytes()
        self._frame.put(address, found if spec.what == "animation" else _smaller(found))
        return address


def _in(theme: Theme, spec: ExportSpec) -> ExportSpec:
    seen = spec.seen.model_copy(update={"view": spec.seen.view.model_copy(update={"theme": theme})})
    return spec.model_copy(update={"seen": seen})


def _smaller(content: bytes) -> bytes:
    """Return a picture with fewer colors, as WebP."""
    found = BytesIO()
    with Image.open(BytesIO(content)) as picture:
        picture.convert("RGB").quantize(COLORS).convert("RGB").save(found, "WEBP", lossless=True)
    return found.getvalue()


def has_losses(project: Project) -> bool:
    """Return whether a project has the losses of a training."""
    return len(project.history.step) > 1
