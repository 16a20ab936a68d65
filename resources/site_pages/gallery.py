"""The gallery as pages: each example to scrub through, with the command that made it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from flowviz.exporting.commands import train_command
from flowviz.projects import Comparison, Example, Project
from flowviz.specs import Seen
from flowviz.specs.export_kinds import Control
from flowviz.specs.shapes import heading_of
from flowviz.specs.view import Theme
from site_pages.figures import Work, page_spec, parts_of
from site_pages.frame import Frame


def write_gallery(frame: Frame, examples: Sequence[Example]) -> None:
    """Write a page for each example, and the list of all, with their pictures."""
    listed = [_listed(frame, example) for example in examples]
    for number, example in enumerate(examples):
        content = example.comparison() if example.is_comparison else example.project()
        view = content.seen.view if isinstance(content, Project) else Seen().view
        spec = page_spec(Seen(view=view), frozenset(get_args(Control)), 0)
        frame.write(
            f"gallery/{example.name}.html",
            "example.html",
            "Gallery",
            heading_of(example.name),
            sentence=example.sentence,
            command=command_of(content, example),
            name=example.name,
            before=listed[number - 1] if number else None,
            following=listed[number + 1] if number + 1 < len(listed) else None,
            **parts_of(Work(example.name, content), spec),
        )
        frame.index(f"gallery/{example.name}.html", heading_of(example.name), example.sentence)
    frame.write("gallery/index.html", "gallery.html", "Gallery", "Gallery", examples=listed)


def command_of(content: Project | Comparison, example: Example) -> Mapping[str, str]:
    """Return the command that repeats the training of an example, and the file that it needs, if any."""
    if isinstance(content, Comparison):
        entrants = content.spec.model_dump(mode="json", exclude_defaults=True)
        return {
            "file": json.dumps(entrants, indent=2, ensure_ascii=False),
            "command": f"flowviz compare entrants.json -o {example.name}/",
        }
    # The target of an example that was made of a picture comes from its file.
    command = train_command(content.plan, Path("mine.flowviz"), example.path)
    return {"file": "", "command": command.replace(str(example.path), f"{example.name}.flowviz")}


def _listed(frame: Frame, example: Example) -> Mapping[str, Any]:
    themes: tuple[Theme, ...] = get_args(Theme)
    pictures: dict[str, str] = {
        theme: frame.copy(example.thumbnail(theme), f"pictures/{example.thumbnail(theme).name}") for theme in themes
    }
    address = f"{example.name}.html"
    return {"title": heading_of(example.name), "sentence": example.sentence, "address": address, **pictures}
