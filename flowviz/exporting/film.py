"""An animation: its pictures are drawn in one thread while another one encodes them, a few at a time."""

from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue

from flowviz.exporting import apng, gif, mp4, webp
from flowviz.exporting.reel import Encode, Reel
from flowviz.files import written_whole
from flowviz.rendering.raster import RGBA
from flowviz.specs.export import Format

WAITING = 2  # pictures that are drawn and not yet encoded
PATIENCE_SECONDS = 0.1

ENCODERS: Mapping[Format, Callable[[Reel], Encode]] = {
    "gif": gif.encoder,
    "apng": apng.encoder,
    "webp": webp.encoder,
    "mp4": mp4.encoder,
}


class _Abandoned(Exception):  # noqa: N818
    """The rest of the pictures will not come."""


def write_film(path: Path, reel: Reel, form: Format) -> Generator[None, None, None]:
    """Draw and write an animation; yields after each picture. Raises `FileError`."""
    with written_whole(path) as part:
        encode = ENCODERS[form](reel)
        yield from _drawn_and_encoded(reel, lambda pictures: encode(pictures, part))


def _drawn_and_encoded(reel: Reel, encode: Callable[[Iterator[RGBA]], None]) -> Generator[None, None, None]:
    with ThreadPoolExecutor(1) as thread:
        belt = _Belt(Queue(WAITING))
        work = thread.submit(encode, belt.pictures())
        try:
            for number in range(reel.count):
                belt.put(reel.draw(number), work)
                yield
            belt.put(None, work)
        except BaseException:
            belt.abandon(work)
            raise
        work.result()


@dataclass(frozen=True)
class _Belt:
    """Takes pictures from one thread to the other; None is the end."""

    queue: Queue[RGBA | _Abandoned | None]

    def put(self, item: RGBA | _Abandoned | None, work: Future[None]) -> None:
        """Wait until there is room. Raises what the other thread, which no longer takes anything, ended with."""
        while not work.done():
            with suppress(Full):
                return self.queue.put(item, timeout=PATIENCE_SECONDS)
        return work.result()

    def abandon(self, work: Future[None]) -> None:
        """End the other thread, whatever it has done."""
        with suppress(Empty):
            while True:
                self.queue.get_nowait()
        with suppress(BaseException):  # what it ended with is known, or matters no longer
            self.put(_Abandoned(), work)
            work.result()

    def pictures(self) -> Iterator[RGBA]:
        """What comes, up to the end. Raises `_Abandoned`."""
        while (item := self.queue.get()) is not None:
            if isinstance(item, _Abandoned):
                raise item
            yield item
