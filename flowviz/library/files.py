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
    """Run the code of installed extensions and of files, which adds targets and families of flows.

    A broken extension does not stop the others: a warning says what is wrong, and so does its `problem` attribute.

    Args:
        *files: Python files that call `flowviz.extensions.register_target` or `register_family`.

    Returns:
        All extensions that were run, with what they added or why they failed.
    """
    found = extensions.load([Path(file) for file in files])
    for each in found:
        if each.problem:
            warnings.warn(each.sentence(), stacklevel=level_of_user())
    return found


@checked
def save(project: Project, path: str | Path) -> None:
    """Write a project to a file, completely or not at all.

    Args:
        project: The project.
        path: The file to write, usually with the suffix .flowviz.

    Raises:
        FileError: If the file cannot be written, or if `load` could not open it again.
        SpecError: If the path has the suffix of another kind of file.
    """
    place = Path(path)
    check_suffix(place, PROJECT.written)
    projects.save_project(project, place)


@checked
def load(path: str | Path) -> Project:
    """Read a project from a file that flowviz saved.

    Args:
        path: The file.

    Raises:
        FileError: If the file cannot be read or does not contain a project.
    """
    return projects.load_project(Path(path))


@checked
def save_comparison(comparison: Comparison, path: str | Path) -> None:
    """Write a comparison to a file, completely or not at all.

    Args:
        comparison: The comparison.
        path: The file to write, usually with the suffix .flowviz.

    Raises:
        FileError: If the file cannot be written, or if `load_comparison` could not open it again.
        SpecError: If the path has the suffix of another kind of file.
    """
    place = Path(path)
    check_suffix(place, PROJECT.written)
    projects.save_comparison(comparison, place)


@checked
def load_comparison(path: str | Path) -> Comparison:
    """Read a comparison from a file that flowviz saved.

    Args:
        path: The file.

    Raises:
        FileError: If the file cannot be read or does not contain a comparison.
    """
    return projects.load_comparison(Path(path))
