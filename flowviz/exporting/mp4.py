"""MP4 with H.264, by the ffmpeg that the package imageio-ffmpeg brings along."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from flowviz.errors import FileError, SpecError
from flowviz.exporting.reel import Encode, Reel
from flowviz.files import taken_back
from flowviz.rendering.raster import RGBA

MISSING = 'MP4 needs a package that is not installed. Install it with: pip install "flowviz[video]"'
QUALITY = 16  # crf of x264: 0 is without loss, 23 usual; lower than usual, since small dots are what it blurs first
THREADS = 2  # a fixed number: what x264 makes depends on it


def check_available() -> None:
    """Raise `SpecError` where the package is missing."""
    if find_spec("imageio_ffmpeg") is None:
        raise SpecError(MISSING)


def encoder(reel: Reel) -> Encode:
    """Writes an MP4. H.264 has even sides only: an odd one gets a row or a column of the ground. Raises `FileError`."""
    return partial(_write, _command(reel))


def _write(command: list[str], pictures: Iterator[RGBA], path: Path) -> None:
    with TemporaryFile() as said:
        process = subprocess.Popen([*command, str(path)], stdin=subprocess.PIPE, stderr=said)  # noqa: S603  # our own
        with suppress(BrokenPipeError), taken_back(process.kill), process:  # where it has ended it says itself why
            try:
                _hand_over(pictures, process)
            except BaseException:
                process.kill()
                raise
        if process.wait():
            raise FileError(f"ffmpeg could not write the animation: {_last_line(said)}.")


def _hand_over(pictures: Iterator[RGBA], process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    for picture in pictures:
        process.stdin.write(picture[..., :3].tobytes())


def _command(reel: Reel) -> list[str]:
    """Colors as HD has them, the index in front of the pictures, and neither dates nor versions."""
    r, g, b = reel.ground
    even = f"pad=ceil(iw/2)*2:ceil(ih/2)*2:color=0x{r:02x}{g:02x}{b:02x}"
    given = f"-f rawvideo -pix_fmt rgb24 -s {reel.size} -framerate {reel.fps} -i pipe:0 -an"
    # Said twice: newer ones believe the pictures, older ones the options.
    tagged = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    colors = "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv"
    filters = f"{even},scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,{tagged}"
    made = f"-c:v libx264 -preset veryfast -crf {QUALITY} -threads {THREADS}"
    same = "-map_metadata -1 -fflags +bitexact -flags:v +bitexact"
    return [
        _ffmpeg(),
        *["-v", "error", "-nostats", "-y"],
        *given.split(),
        *("-vf", filters),
        *f"{made} {colors} {same} -movflags +faststart -f mp4".split(),
    ]


def _ffmpeg() -> str:
    check_available()
    from imageio_ffmpeg import get_ffmpeg_exe

    try:
        return str(get_ffmpeg_exe())
    except RuntimeError as error:
        raise FileError("The ffmpeg of the package imageio-ffmpeg was not found. Install the package again.") from error


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip().rstrip(".") if lines else "it said nothing"
