"""Files of projects and comparisons, and of extensions."""

import warnings
from pathlib import Path

from flowviz import extensions, projects
from flowviz.arguments import checked, level_of_user
from flowviz.extensions import Extension
from flowviz.file_kinds import PROJECT, check_suffix
from flowviz.projects import Comparison, Project


@checked
def load_extensions(*files: str | Path) -> tuple[Extension, ...]:
    """Run the code of installed extensions, and of files, which adds targets and families of flows.

    An extension that is broken does not stop the others: a warning says what is wrong, and so does its `problem`.

    Args:
        files: Python files that call `flowviz.extensions.register_target` or `register_family`.
    """
    found = extensions.load([Path(file) for file in files])
    for each in found:
        if each.problem:
            warnings.warn(each.sentence(), stacklevel=level_of_user())
    return found


@checked
def save(project: Project, path: str | Path) -> None:
    """Write a project to a file, whole or not at all.

    Raises:
        FileError: If it cannot be written, or if `load` could not open the file.
        SpecError: If the file ends in the suffix of another kind of file.
    """
    place = Path(path)
    check_suffix(place, PROJECT.written)
    projects.save_project(project, place)


@checked
def load(path: str | Path) -> Project:
    """Read a project from a file that flowviz saved.

    Raises:
        FileError: If it cannot be read, or is no project.
    """
    return projects.load_project(Path(path))


@checked
def save_comparison(comparison: Comparison, path: str | Path) -> None:
    """Write a comparison to a file, whole or not at all.

    Raises:
        FileError: If it cannot be written, or if `load_comparison` could not open the file.
        SpecError: If the file ends in the suffix of another kind of file.
    """
    place = Path(path)
    check_suffix(place, PROJECT.written)
    projects.save_comparison(comparison, place)


@checked
def load_comparison(path: str | Path) -> Comparison:
    """Read a comparison from a file that flowviz saved.

    Raises:
        FileError: If it cannot be read, or is no comparison.
    """
    return projects.load_comparison(Path(path))
