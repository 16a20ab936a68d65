"""Write the site: the start page, the gallery, the lessons, the guides, and the reference of the library.

    python resources/make_site.py DIR

It takes a few minutes, because some lessons show flows that are trained meanwhile. The site needs no network at run
time; `python -m http.server -d DIR` shows it. `pip install ".[site]"` installs the generator of guides and reference.
"""

import sys
import time
from pathlib import Path

from site_pages.figures import Figures
from site_pages.frame import Frame, sizes
from site_pages.gallery import write_gallery
from site_pages.guides import write_guides
from site_pages.lessons import LessonPages
from site_pages.pictures import Pictures
from site_pages.start import write_start

from flowviz.lessons import Lesson, shipped_lessons
from flowviz.projects import Example, examples

MAX_BYTES = 25_000_000


def main() -> None:
    """Write the site to the folder that the command names."""
    if len(sys.argv) != 2:
        sys.exit("Name one folder: python resources/make_site.py DIR")
    folder, start = Path(sys.argv[1]), time.monotonic()
    make(folder, examples(), shipped_lessons())
    parts = sizes(folder)
    total, pages = sum(parts.values()), sum(1 for _ in folder.rglob("*.html"))
    words = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in sorted(parts.items()))
    print(f"{folder}: {pages} pages, {total / 1e6:.1f} MB ({words}), {time.monotonic() - start:.0f} s")  # noqa: T201
    if total > MAX_BYTES:
        sys.exit(f"The limit is {MAX_BYTES / 1e6:.0f} MB.")


def make(folder: Path, gallery: list[Example], lessons: list[Lesson]) -> None:
    """Write a site with some examples and lessons."""
    frame = Frame(folder)
    figures, pictures = Figures(frame), Pictures(frame)
    write_start(frame, figures, gallery[0])
    write_gallery(frame, gallery)
    LessonPages(frame, figures, pictures).write(lessons)
    figures.write()
    write_guides(frame)
    frame.write_shared()


if __name__ == "__main__":
    main()
