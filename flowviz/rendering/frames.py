"""Image files: a folder of frames, one PNG a stage or a moment of playing, and the sheet of all stages."""

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from flowviz.files import folder_for, written_whole
from flowviz.records import Scene, checked_stage
from flowviz.rendering.frame import render_frame
from flowviz.rendering.raster import RGBA
from flowviz.rendering.sheet import render_sheet
from flowviz.specs import PictureSize, Playback, ViewSpec

OVERVIEW_NAME = "overview.png"
FRAMES_PER_SECOND, MOST_FRAMES_PER_SECOND = 25, 120
PNG_COMPRESSION = 3  # of 9: half the time of the default for a tenth more bytes


def write_frames(
    scene: Scene,
    folder: Path,
    view: ViewSpec,
    size: PictureSize,
    stages: Sequence[int] | None = None,
    complete: Callable[[Scene, int], Scene] | None = None,
) -> Generator[Path, None, None]:
    """Write `00_base.png`, `01_real_nvp.png`, ...; yields the name of each as it is drawn.

    `complete` adds to the scene what is known of a stage alone, such as its density.
    The files appear together, when the last one is drawn. A generator that is closed before, or fails, leaves nothing.
    Raises `FileError` and, for a stage that does not exist, `SpecError`.
    """
    trace = scene.trace
    chosen = range(len(trace.names)) if stages is None else stages
    for stage in chosen:
        checked_stage(stage, trace.last_stage)

    def drawn(stage: int) -> RGBA:
        completed = complete(scene, stage) if complete else scene
        return render_frame(completed, stage, view, size, title=trace.title(stage))

    yield from _write_together(folder, [(f"{trace.names[stage]}.png", partial(drawn, stage)) for stage in chosen])


def write_overview(scene: Scene, folder: Path, view: ViewSpec, size: PictureSize) -> Generator[Path, None, None]:
    """Write all stages as one `overview.png`; yields its name. Raises `FileError`, and `SpecError` as `write_sheet`."""
    yield from _write_together(folder, [(OVERVIEW_NAME, partial(render_sheet, scene, view, size))])


def write_playback(
    scene_at: Callable[[float], tuple[Scene, float]],
    folder: Path,
    view: ViewSpec,
    size: PictureSize,
    playback: Playback,
    last: int,
    rate: int,
) -> Generator[Path, None, None]:
    """Write one pass of the playback over `last` steps, `rate` frames a second: `00000.png`, `00001.png`, ...

    `scene_at` a position, from 0 to `last`, gives the scene and the stage to draw. Otherwise as `write_frames`.
    """

    def drawn(number: int) -> RGBA:
        scene, stage = scene_at(playback.position(number / rate, last))
        return render_frame(scene, stage, view, size, title=scene.trace.title(round(stage)))

    names = playback_names(playback, last, rate)
    yield from _write_together(folder, [(name, partial(drawn, number)) for number, name in enumerate(names)])


def playback_names(playback: Playback, last: int, rate: int) -> list[str]:
    """The names of the frames of one pass, the frame at its end included."""
    return [f"{number:05d}.png" for number in range(round(playback.seconds(last) * rate) + 1)]


def write_sheet(scene: Scene, path: Path, view: ViewSpec, size: PictureSize) -> None:
    """Write all stages as one PNG. Raises `FileError` and, where the stages do not fit in the size, `SpecError`."""
    with written_whole(path) as part:
        save_png(render_sheet(scene, view, size), part)


def _write_together(folder: Path, pictures: Sequence[tuple[str, Callable[[], RGBA]]]) -> Generator[Path, None, None]:
    """Draw and write pictures, each under its name; they appear when the last one is drawn, or none does."""
    with ExitStack() as files:
        files.enter_context(folder_for(folder))
        for name, draw in pictures:
            part = files.enter_context(written_whole(folder / name))
            save_png(draw(), part)
            yield folder / name


def save_png(picture: RGBA, path: Path) -> None:
    """Write pixels (height, width, 4) as an opaque PNG."""
    Image.fromarray(np.ascontiguousarray(picture[..., :3])).save(path, "PNG", compress_level=PNG_COMPRESSION)
