"""Projects: specs and records, saved together in one `.flowviz` file."""

from typing import TYPE_CHECKING

from flowviz.lazy_names import lazy_names

__all__ = [
    "Comparison",
    "Example",
    "Plan",
    "Project",
    "check_no_checkpoint",
    "check_storable",
    "checkpoint_path",
    "comparison_from_bytes",
    "comparison_to_bytes",
    "discard_checkpoint",
    "example",
    "examples",
    "from_bytes",
    "is_checkpoint_name",
    "is_comparison",
    "is_project",
    "latest_state",
    "load_comparison",
    "load_project",
    "save_checkpoint",
    "save_comparison",
    "save_project",
    "set_checkpoint_aside",
    "to_bytes",
]

if TYPE_CHECKING:
    from flowviz.projects.checkpoint_file import (
        check_no_checkpoint,
        checkpoint_path,
        discard_checkpoint,
        is_checkpoint_name,
        latest_state,
        save_checkpoint,
        set_checkpoint_aside,
    )
    from flowviz.projects.comparison import Comparison
    from flowviz.projects.comparison_file import (
        comparison_from_bytes,
        comparison_to_bytes,
        is_comparison,
        load_comparison,
        save_comparison,
    )
    from flowviz.projects.format import check_storable, from_bytes, is_project, load_project, save_project, to_bytes
    from flowviz.projects.gallery import Example, example, examples
    from flowviz.projects.project import Plan, Project
else:
    __getattr__ = lazy_names(
        __name__,
        checkpoint_file="check_no_checkpoint checkpoint_path discard_checkpoint is_checkpoint_name latest_state "
        "save_checkpoint set_checkpoint_aside",
        comparison="Comparison",
        comparison_file="comparison_from_bytes comparison_to_bytes is_comparison load_comparison save_comparison",
        format="check_storable from_bytes is_project load_project save_project to_bytes",
        gallery="Example example examples",
        project="Plan Project",
    )
