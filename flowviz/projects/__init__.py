"""specs + records <-> one .flowviz file."""

from flowviz.projects.gallery import Example, example, examples
from flowviz.projects.project import Project, load_project, save_project

__all__ = ["Example", "Project", "example", "examples", "load_project", "save_project"]
