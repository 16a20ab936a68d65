"""The score of a project whose weights have not been scored as they are now integrated or edited."""

from dataclasses import replace

from flowviz.arguments import checked
from flowviz.errors import FileError
from flowviz.projects import Project
from flowviz.targets import build_target


@checked
def rescored(project: Project) -> Project:
    """Return a project with the score of its current weights, integrator and edits. Loads TensorFlow.

    If the score is known, the project is returned unchanged. Otherwise, a flow without edits is measured on the test
    points if the project has never used them, for example after your own training loop. All other flows are measured on
    validation points, because each use of the test points makes them less independent of the choices that follow.

    Args:
        project: The project.

    Raises:
        FileError: If the project was neither trained nor edited, or the weights do not fit the flow.
        TargetError: If there is nothing to learn.
    """
    if project.score is not None:
        return project
    if not project.weights.parameters and not project.edits:
        raise FileError("The project was not trained, so there is nothing to score.")
    from flowviz.training.scoring import score_of, tested

    steps, flow, target = project.history.step, project.build_flow(), build_target(project.target)
    step = project.history.kept_step or (int(steps[-1]) if len(steps) else 0)
    score = score_of(flow, target, project.training, step)
    if project.test_uses or project.edits:
        return replace(project, score=score)
    score, _ = tested(flow, target, score)
    return replace(project, score=score, test_uses=int(score.test is not None))
