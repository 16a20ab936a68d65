"""Animations, encoded by ffmpeg, which reads the frames from a pipe while the next one is drawn."""

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from flowviz.errors import FileError
from flowviz.exporting import Steps, gif
from flowviz.exporting.reel import Reel
from flowviz.files import atomic_write, undone_on_exit
from flowviz.rendering.raster import RGBA
from flowviz.specs.export_kinds import Format

MP4_CRF = 16  # quality of x264, where 0 is lossless; better than the default of 23, which would blur small dots
MP4_THREADS = 2  # fixed, because the output of x264 depends on the number of threads
PNG_LEVEL = 3  # of 9
WEBP_METHOD, WEBP_EFFORT = 1, 0  # of 6 and 100; more effort takes much longer and saves only a few percent
NO_CONSOLE: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # by default, Windows opens a console for ffmpeg
ADDRESS = re.compile(r"^\[\S+ @ \w+\] ")  # of a part of ffmpeg in memory, with which its messages begin
REPRODUCIBLE = "-map_metadata -1 -fflags +bitexact -flags:v +bitexact"  # omits dates and versions from the file


def write_film(path: Path, reel: Reel, form: Format) -> Steps:
    """Draw and write an animation.

    Args:
        path: The file to write.
        reel: The frames.
        form: The file format, a key of `ENCODERS`.

    Yields:
        None after each frame.

    Raises:
        FileError: If the file cannot be written.
    """
    with atomic_write(path) as part, _ffmpeg([*_input(reel), *ENCODERS[form](reel), str(part)]) as pipe:
        for number in range(reel.count):
            pipe.write(_pixels(reel, reel.draw(number), form))
            yield


def _pixels(reel: Reel, picture: RGBA, form: Format) -> bytes:
    if not reel.transparent:
        return picture[..., :3].tobytes()
    return (gif.on_background(reel, picture) if form == "gif" else picture).tobytes()


def _input(reel: Reel) -> list[str]:
    pixels = "rgba" if reel.transparent else "rgb24"
    return f"-f rawvideo -pix_fmt {pixels} -s {reel.size} -framerate {reel.fps} -i pipe:0".split()


def _gif(reel: Reel) -> list[str]:
    loop = 0 if reel.repeats else -1
    palette = ["-i", gif.palette_url(reel), "-lavfi", "paletteuse=dither=none"]
    return [*palette, *f"{REPRODUCIBLE} -loop {loop} -f gif".split()]


def _apng(reel: Reel) -> list[str]:
    plays = 0 if reel.repeats else 1
    return f"-c:v apng -pred none -compression_level {PNG_LEVEL} {REPRODUCIBLE} -plays {plays} -f apng".split()


def _webp(reel: Reel) -> list[str]:
    """Return options for lossless WebP, whose encoder keeps all compressed frames in memory until the end."""
    loop = 0 if reel.repeats else 1
    made = f"-c:v libwebp_anim -lossless 1 -compression_level {WEBP_METHOD} -quality {WEBP_EFFORT}"
    return f"{made} {REPRODUCIBLE} -loop {loop} -f webp".split()


def _mp4(reel: Reel) -> list[str]:
    """Return options for H.264 in the HD color space (BT.709), with the index before the frames for streaming.

    H.264 requires an even width and height, so odd sides are padded with a row or column of the background.
    """
    r, g, b = reel.background
    even = f"pad=ceil(iw/2)*2:ceil(ih/2)*2:color=0x{r:02x}{g:02x}{b:02x}"
    tagged = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    filters = f"{even},scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,{tagged}"
    made = f"-c:v libx264 -preset veryfast -crf {MP4_CRF} -threads {MP4_THREADS}"
    return ["-vf", filters, *f"{made} {REPRODUCIBLE} -movflags +faststart -f mp4".split()]


ENCODERS: Mapping[Format, Callable[[Reel], list[str]]] = {"gif": _gif, "apng": _apng, "webp": _webp, "mp4": _mp4}


@contextmanager
def _ffmpeg(arguments: list[str]) -> Iterator[IO[bytes]]:
    """Run ffmpeg and kill it if the block raises an exception.

    Args:
        arguments: The command-line arguments, without the executable and general options.

    Yields:
        The pipe that ffmpeg reads from.

    Raises:
        FileError: If ffmpeg is missing or fails.
    """
    with TemporaryFile() as messages:
        command = [_executable(), "-v", "error", "-nostats", "-y", *arguments]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=messages, creationflags=NO_CONSOLE)  # noqa: S603  # our own arguments
        assert process.stdin is not None
        # If ffmpeg fails, the pipe breaks. Its own error message, below, is more helpful than that exception.
        with suppress(BrokenPipeError), undone_on_exit(process.kill), process:
            try:
                yield process.stdin
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise FileError(f"ffmpeg could not write the animation: {_last_line(messages)}.")


def _executable() -> str:
    from imageio_ffmpeg import get_ffmpeg_exe  # searches for ffmpeg when it is imported

    try:
        return str(get_ffmpeg_exe())
    except RuntimeError as error:
        raise FileError(
            "The ffmpeg program of the package imageio-ffmpeg is missing. Reinstall that package."
        ) from error


def _last_line(messages: IO[bytes]) -> str:
    messages.seek(0)
    lines = messages.read().decode(errors="replace").strip().splitlines()
    return ADDRESS.sub("", lines[-1]).strip().rstrip(".") if lines else "it gave no reason"
