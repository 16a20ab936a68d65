"""Checkpoint files: during a long training, its state so far is saved as a project beside the output file.

A checkpoint file is removed once the result is saved. One that is left over belongs to an interrupted training, which
can be continued from it.
"""

import shlex
from itertools import count
from pathlib import Path

from flowviz.errors import FileError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import is_file, reason
from flowviz.projects.format import load_project, save_project
from flowviz.projects.project import Project
from flowviz.specs import TrainingSpec

CHECKPOINT_SUFFIX = f".checkpoint{PROJECT_SUFFIX}"


def checkpoint_path(output: Path) -> Path:
    """Return the path of the checkpoint file of a training that will write the file `output`."""
    return output.with_name(f"{output.name.removesuffix(PROJECT_SUFFIX)}{CHECKPOINT_SUFFIX}")


def is_checkpoint_name(path: Path) -> bool:
    """Return whether a path ends as that of a checkpoint file does."""
    return path.name.lower().endswith(CHECKPOINT_SUFFIX)


def save_checkpoint(project: Project, output: Path) -> None:
    """Save the current state of a training that will write the file `output`.

    Raises:
        FileError: If the checkpoint file cannot be written.
    """
    save_project(project, checkpoint_path(output))


def discard_checkpoint(output: Path) -> None:
    """Remove the checkpoint file, if any, of a training whose result has been saved to the file `output`."""
    checkpoint_path(output).unlink(missing_ok=True)


def set_checkpoint_aside(output: Path) -> Path | None:
    """Rename the checkpoint file, if any, of an earlier training, so that it is not taken for that of a new training.

    Args:
        output: The file that both trainings write.

    Returns:
        The new path, at which no file was before, or None if there is no checkpoint file.

    Raises:
        FileError: If the file cannot be renamed.
    """
    path = checkpoint_path(output)
    if not path.exists():
        return None
    names = (path.with_name(f"{path.name.removesuffix(PROJECT_SUFFIX)}.{n}{PROJECT_SUFFIX}") for n in count(1))
    aside = next(name for name in names if not name.exists())
    try:
        return path.rename(aside)
    except OSError as error:
        raise FileError(f"{path} cannot be renamed: {reason(error)}.") from error


def check_no_checkpoint(output: Path) -> None:
    """Check that a new training that writes the file `output` would not replace a checkpoint file.

    Raises:
        FileError: If there is a checkpoint file.
    """
    path = checkpoint_path(output)
    if path.exists():
        raise FileError(
            f"{path} is the checkpoint of an interrupted training. To continue that training, run: "
            f"{_command(output, str(output))}. To discard it, remove the file."
        )


def latest_state(path: Path, output: Path) -> tuple[Project, Path]:
    """Return the most advanced state of a training.

    Args:
        path: The project file of the training. It need not exist if there is a checkpoint file beside it.
        output: The file that the training will write.

    Returns:
        The state, and the file that holds it: the project file or a checkpoint file.

    Raises:
        FileError: If a file cannot be read, or if there is a checkpoint file that does not continue this project and
            would be replaced.
    """
    own = checkpoint_path(path)
    at = path if is_file(path) or not is_file(own) else own
    latest = load_project(at)
    for checkpoint in (own, checkpoint_path(output)):
        if not is_file(checkpoint) or checkpoint.samefile(at):
            continue
        saved = load_project(checkpoint)
        is_ahead = saved.resumes_at > latest.resumes_at
        if not _is_same_training(saved, latest) or (is_ahead and _is_newer(at, checkpoint)):
            raise FileError(
                f"{checkpoint} is the checkpoint of an interrupted training, but {path} has changed since. To continue "
                f"that training, run: {_command(checkpoint, 'FILE')}. To discard it, remove the file."
            )
        if is_ahead:
            latest, at = saved, checkpoint
    return latest, at


def _command(path: Path, output: str) -> str:
    """Return the command that continues a training, for a shell."""
    return shlex.join(["flowviz", "resume", str(path), "-o", output])


def _is_same_training(one: Project, other: Project) -> bool:
    """Return whether both are states of the same training, apart from its budget, which the user can change."""
    first, second = ((each.target, each.flow, each.edits, _without_budget(each)) for each in (one, other))
    return first == second


def _without_budget(project: Project) -> TrainingSpec:
    return project.training.model_copy(update={"steps": None, "seconds": None})


def _is_newer(one: Path, other: Path) -> bool:
    return one.stat().st_mtime_ns > other.stat().st_mtime_ns
