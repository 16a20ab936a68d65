"""The checkpoint of a training that will write a project file: a project, too, in a file beside that one.

It is written during long trainings and removed once the result is saved. If there is one otherwise, a training was cut
off and can continue from there.
"""

from pathlib import Path

from flowviz.errors import FileError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.projects.format import load_project, save_project
from flowviz.projects.project import Project
from flowviz.specs import TrainingSpec


def checkpoint_path(output: Path) -> Path:
    """Return the path of the checkpoint of a training that will write the file `output`."""
    return output.with_name(f"{output.name.removesuffix(PROJECT_SUFFIX)}.checkpoint{PROJECT_SUFFIX}")


def save_checkpoint(project: Project, output: Path) -> None:
    """Write the present state of a training that will write the file `output`. Raises `FileError`."""
    save_project(project, checkpoint_path(output))


def discard_checkpoint(output: Path) -> None:
    """Remove the checkpoint of a training whose result is in the file `output`."""
    checkpoint_path(output).unlink(missing_ok=True)


def check_no_checkpoint(output: Path) -> None:
    """Raise `FileError` if there is a checkpoint, which a new training that writes `output` would replace."""
    path = checkpoint_path(output)
    if path.exists():
        raise FileError(
            f"{path} holds a training that was cut off. Continue it with: flowviz resume {output} -o {output}. "
            "Or remove that file."
        )


def latest_state(path: Path, output: Path) -> tuple[Project, Path]:
    """Return the furthest state of a training, and the file that holds it: its project file or a checkpoint.

    Args:
        path: Project file of the training. It need not exist if there is a checkpoint beside it.
        output: File that the training will write.

    Raises:
        FileError: If a file cannot be read, or if a checkpoint does not continue the project: it would be replaced.
    """
    own = checkpoint_path(path)
    at = path if path.exists() or not own.exists() else own
    latest = load_project(at)
    for checkpoint in (own, checkpoint_path(output)):
        if not checkpoint.exists() or checkpoint.samefile(at):
            continue
        saved = load_project(checkpoint)
        is_ahead = _steps(saved) > _steps(latest)
        if not _is_same_training(saved, latest) or (is_ahead and _is_newer(at, checkpoint)):
            raise FileError(
                f"{checkpoint} holds a training that was cut off, but not that of {path} as it is now. Remove that "
                f"file, or continue it with: flowviz resume {checkpoint} -o FILE."
            )
        if is_ahead:
            latest, at = saved, checkpoint
    return latest, at


def _steps(project: Project) -> int:
    return project.checkpoint.step if project.checkpoint else 0


def _is_same_training(one: Project, other: Project) -> bool:
    """Return whether both are states of one training, whose budget may have been changed."""
    return (one.target, one.flow, _without_budget(one)) == (other.target, other.flow, _without_budget(other))


def _without_budget(project: Project) -> TrainingSpec:
    return project.training.model_copy(update={"steps": None, "seconds": None})


def _is_newer(one: Path, other: Path) -> bool:
    return one.stat().st_mtime_ns > other.stat().st_mtime_ns
