"""specs + records <-> one .flowviz file."""

from flowviz.projects.format import from_bytes, is_project, load_project, save_project, to_bytes
from flowviz.projects.gallery import Example, example, examples
from flowviz.projects.project import Plan, Project

__all__ = [
    "Example",
    "Plan",
    "Project",
    "example",
    "examples",
    "from_bytes",
    "is_project",
    "load_project",
    "save_project",
    "to_bytes",
]
