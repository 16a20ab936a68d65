"""specs + records <-> one .flowviz file."""

from flowviz.projects.project import Project, load_project, save_project

__all__ = ["Project", "load_project", "save_project"]
