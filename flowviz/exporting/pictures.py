"""PNG files: one, or a folder of them."""

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from flowviz.files import folder_for, written_whole
from flowviz.records.provenance import SOFTWARE, Provenance
from flowviz.rendering.raster import RGBA

PNG_COMPRESSION = 3  # of 9: half the time of the default for a tenth more bytes

Draw = Callable[[], RGBA]


def write_picture(path: Path, draw: Draw, provenance: Provenance) -> Generator[None, None, None]:
    """Draw and write one picture. Raises `FileError`."""
    with written_whole(path) as part:
        save_png(draw(), part, provenance)
        yield


def write_together(
    folder: Path, pictures: Sequence[tuple[str, Draw]], provenance: Provenance
) -> Generator[None, None, None]:
    """Draw and write pictures, each under its name; they appear when the last one is drawn, or none does.

    Raises `FileError`.
    """
    with ExitStack() as files:
        files.enter_context(folder_for(folder))
        for name, draw in pictures:
            save_png(draw(), files.enter_context(written_whole(folder / name)), provenance)
            yield


def save_png(picture: RGBA, path: Path, provenance: Provenance) -> None:
    """Write pixels (height, width, 4) as a PNG, without alpha if all of it is opaque."""
    about = PngInfo()
    for key, text in (("Software", SOFTWARE), ("Title", provenance.title), ("Description", provenance.description)):
        about.add_itxt(key, text)
    shown = picture if (picture[..., 3] < 255).any() else picture[..., :3]
    Image.fromarray(np.ascontiguousarray(shown)).save(
        path, "PNG", compress_level=PNG_COMPRESSION, dpi=(provenance.dpi, provenance.dpi), pnginfo=about
    )
