"""The project that is exported."""

from dataclasses import dataclass
from pathlib import Path

from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import as_file_name
from flowviz.projects import Project
from flowviz.specs import FlowSpec, PictureSize
from flowviz.specs.export_kinds import What


@dataclass(frozen=True)
class ExportSource:
    """A project as its file stores it, and the name shown to the user.

    `path` is its file, or None; `is_saved` says whether the file is up to date. `window_size` is the size of the
    cloud in the window, in pixels, and `figure` the figure that covers it, or None.
    """

    project: Project
    name: str
    path: Path | None
    is_saved: bool
    window_size: PictureSize
    figure: What | None = None

    @property
    def file_name(self) -> str:
        """Return the name for exported files, without a suffix."""
        return as_file_name(self.name)

    @property
    def project_path(self) -> Path:
        """Return the file of the project, or the one that it would be saved to."""
        return self.path or Path(f"{self.file_name}{PROJECT_SUFFIX}")

    @property
    def unsaved_flow(self) -> FlowSpec | None:
        """Return the flow if the file may have another integrator; None if there is no file or it is up to date."""
        return None if self.path is None or self.is_saved else self.project.flow

    @property
    def retrained_path(self) -> Path:
        """Return a file for another run of the same training, which does not overwrite the project."""
        return self.project_path if self.path is None else self.path.with_stem(f"{self.path.stem} again")


def copied_message(title: str, *, is_saved: bool) -> str:
    """Return the message after a command, or Python code, was copied."""
    return f"The {title} was copied." + ("" if is_saved else " Save the project before you run it.")
