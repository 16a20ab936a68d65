"""What an export is made of."""

from dataclasses import dataclass
from pathlib import Path

from flowviz.projects import Project
from flowviz.specs import PictureSize


@dataclass(frozen=True)
class ExportSource:
    """A project as its file holds it.

    `path` is its file, None where it has none; `is_saved` says whether this file holds it as it is. `window` is the
    size of the picture in the window.
    """

    project: Project
    path: Path | None
    is_saved: bool
    window: PictureSize

    @property
    def named(self) -> Path:
        """Its file, or the one that it would have."""
        return self.path or Path(f"{as_file_name(self.project.target.title)}.flowviz")

    @property
    def again(self) -> Path:
        """A file for the same training, done once more; not over what was trained."""
        return self.named if self.path is None else self.named.with_stem(f"{self.named.stem} again")


def as_file_name(text: str) -> str:
    """A text as the name of a file on any system."""
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in text)
    return " ".join(kept.split())[:40] or "flowviz"
