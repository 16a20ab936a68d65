"""The start page: what flowviz is, how to install it, and what it looks like."""

import re
from pathlib import Path

from flowviz.projects import Example
from flowviz.specs import Seen
from site_pages.figures import Figures, Work
from site_pages.frame import Frame

RESOURCES = Path(__file__).parents[1]
PICTURES = ("layers.gif", "stages.png", "inside.png", "editing.png", "comparison.png", "drift.png", "window.png")


def write_start(frame: Frame, figures: Figures, example: Example) -> None:
    """Write the start page, with an example to scrub through, and the command of the README that installs flowviz."""
    content = example.comparison() if example.is_comparison else example.project()
    for name in PICTURES:
        frame.copy(RESOURCES / "pictures" / name, f"pictures/{name}")
    address = figures.address(Work(example.name, content), Seen())
    frame.write(
        "index.html", "start.html", "", "Watch a normalizing flow learn", figure=address, command=command_of_readme()
    )


def command_of_readme() -> str:
    """Return the command of the README that installs and starts flowviz."""
    text = (RESOURCES.parent / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- run -->\n```sh\n(.*?)\n```", text, re.DOTALL)
    assert found
    return found[1]
