"""What an export is made of."""

from dataclasses import dataclass
from pathlib import Path

from flowviz.files import as_file_name
from flowviz.projects import Project
from flowviz.projects.project import PROJECT_SUFFIX
from flowviz.specs import PictureSize


@dataclass(frozen=True)
class ExportSource:
    """A project as its file has it, and what people call it.

    `path` is this file, None where it has none; `is_saved` says whether it has the project already. `window` is the
    size of the picture in the window.
    """

    project: Project
    name: str
    path: Path | None
    is_saved: bool
    window: PictureSize

    @property
    def file_name(self) -> str:
        """For files that are made of it, without a suffix."""
        return as_file_name(self.name)

    @property
    def named(self) -> Path:
        """Its file, or the one that it would have."""
        return self.path or Path(f"{self.file_name}{PROJECT_SUFFIX}")

    @property
    def again(self) -> Path:
        """A file for the same training, done once more; not over what was trained."""
        return self.named if self.path is None else self.named.with_stem(f"{self.named.stem} again")


def copied(title: str, *, is_saved: bool) -> str:
    """What to say after a command, or Python, was copied; whether its project's file is as it is in the window."""
    save_first = "" if is_saved else f" Save the project first: the {title} reads its file."
    return f"The {title} was copied.{save_first}"
