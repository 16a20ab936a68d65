"""specs + records <-> one .flowviz file."""

from flowviz.projects.gallery import Example, example, examples
from flowviz.projects.project import Plan, Project, load_project, save_project

__all__ = ["Example", "Plan", "Project", "example", "examples", "load_project", "save_project"]
