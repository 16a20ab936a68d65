"""PNG files, written one at a time or as a folder."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from flowviz.exporting import Steps
from flowviz.files import atomic_write, folder_for
from flowviz.records.provenance import SOFTWARE, Provenance
from flowviz.rendering.raster import RGBA

PNG_COMPRESSION = 3  # of 9; takes half the time of the default and 10% more space

Draw = Callable[[], RGBA]


def write_once(path: Path, save: Callable[[Path], object]) -> Steps:
    """Write a file in one step.

    Args:
        path: The file to write.
        save: Writes the whole content to the temporary file that it is given.

    Yields:
        None once, after the content is written.

    Raises:
        FileError: If the file cannot be written.
    """
    with atomic_write(path) as part:
        save(part)
        yield


def write_picture(path: Path, draw: Draw, provenance: Provenance) -> Steps:
    """Draw a picture and write it as a PNG, in one step as `write_once` does."""
    return write_once(path, lambda part: save_png(draw(), part, provenance))


def write_together(folder: Path, pictures: Sequence[tuple[str, Draw]], provenance: Provenance) -> Steps:
    """Draw pictures and write them as PNGs to a folder: all of them, after the last one is drawn, or none.

    Args:
        folder: The folder, which is created if necessary.
        pictures: The file name of each picture and a function that returns the picture.
        provenance: The metadata of all pictures.

    Yields:
        None after each picture.

    Raises:
        FileError: If a file cannot be written.
    """
    with ExitStack() as files:
        files.enter_context(folder_for(folder))
        for name, draw in pictures:
            save_png(draw(), files.enter_context(atomic_write(folder / name)), provenance)
            yield


def save_png(picture: RGBA, path: Path, provenance: Provenance) -> None:
    """Write a picture (height, width, 4) as a PNG, without an alpha channel if all pixels are opaque."""
    about = PngInfo()
    for key, text in (("Software", SOFTWARE), ("Title", provenance.title), ("Description", provenance.description)):
        about.add_itxt(key, text)
    shown = picture if (picture[..., 3] < 255).any() else picture[..., :3]
    Image.fromarray(np.ascontiguousarray(shown)).save(
        path, "PNG", compress_level=PNG_COMPRESSION, dpi=(provenance.dpi, provenance.dpi), pnginfo=about
    )
