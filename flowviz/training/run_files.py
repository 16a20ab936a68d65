"""Checkpoint files of the runs of a comparison, beside its results, until these hold the runs."""

from contextlib import suppress
from pathlib import Path

from flowviz.errors import FileError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import as_file_name
from flowviz.projects import Project, checkpoint_path, discard_checkpoint, load_project
from flowviz.specs import Entrant


def output_of(name: str, seed: int, folder: Path) -> Path:
    """Return the path that the project of a run would have in a folder; its checkpoint file is named after it."""
    return folder / f"{as_file_name(name)}-{seed}{PROJECT_SUFFIX}"


def checkpoint_of(entrant: Entrant, folder: Path) -> Project | None:
    """Return the state that an interrupted run has kept in a folder. None if there is none, or one of another run."""
    with suppress(FileError):
        found = load_project(checkpoint_path(output_of(entrant.name, entrant.seed, folder)))
        if (found.target, found.flow, found.training) == (entrant.target, entrant.flow, entrant.training):
            return found
    return None


def discard_checkpoint_of(name: str, seed: int, folder: Path) -> None:
    """Remove the checkpoint file, if any, of a run."""
    discard_checkpoint(output_of(name, seed, folder))
