"""Edits of the layers of a project, for the library."""

from flowviz.arguments import checked
from flowviz.projects.project import Project
from flowviz.specs.edits import Edits


@checked
def edit(project: Project, edits: Edits) -> Project:
    """Disable layers of the flow of a project, and bend their curves, without training it. Loads TensorFlow.

    The edits replace earlier ones; those of `Edits()` reset the flow. Its particles are followed anew, and its score is
    unknown until `rescored` computes it.

    Args:
        project: The project, which may be untrained: layers are the identity then.
        edits: The edits, such as `Edits(layers={3: LayerEdit(disabled=True)})`, by the numbers of the stages.

    Raises:
        SpecError: If the edits do not fit the flow.
        FileError: If the weights do not fit the flow.
    """
    return project.with_edits(edits)
