"""Image files: a folder of frames, one PNG a stage, and the sheet of them all."""

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from PIL import Image

from flowviz.errors import SpecError
from flowviz.files import folder_for, written_whole
from flowviz.records import Scene
from flowviz.rendering.frame import render_frame
from flowviz.rendering.raster import RGBA
from flowviz.rendering.sheet import render_sheet
from flowviz.specs import PictureSize, ViewSpec

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
        if not 0 <= stage <= trace.last_stage:
            raise SpecError(f"There is no stage {stage}: the stages go from 0 to {trace.last_stage}.")
    with ExitStack() as files:
        files.enter_context(folder_for(folder))
        for stage in chosen:
            path = folder / f"{trace.names[stage]}.png"
            part = files.enter_context(written_whole(path))
            scene = complete(scene, stage) if complete else scene
            save_png(render_frame(scene, stage, view, size, title=trace.title(stage)), part)
            yield path


def write_sheet(scene: Scene, path: Path, view: ViewSpec, size: PictureSize) -> None:
    """Write all stages as one PNG. Raises `FileError` and, where the stages do not fit in the size, `SpecError`."""
    with written_whole(path) as part:
        save_png(render_sheet(scene, view, size), part)


def save_png(picture: RGBA, path: Path) -> None:
    """Write pixels (height, width, 4) as an opaque PNG."""
    Image.fromarray(np.ascontiguousarray(picture[..., :3])).save(path, "PNG", compress_level=PNG_COMPRESSION)
