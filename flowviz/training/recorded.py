"""Recorded flows as entrants of a comparison, which are scored but not trained."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.projects import Comparison, Project
from flowviz.projects.recording import has_target, with_target
from flowviz.records import Moment, Score, Trial
from flowviz.records.recorded_flow import RecordedFlow
from flowviz.targets import build_target, target_units
from flowviz.training.scoring import tested


def with_recorded(comparison: Comparison | None, name: str, project: Project) -> Comparison:
    """Return a comparison with a recorded flow as another entrant, scored on the test points if it has their densities.

    Args:
        comparison: The comparison, whose target and budget the entrant takes over. None for a new one.
        name: The name of the entrant.
        project: The recorded flow.

    Raises:
        SpecError: If the flow was not recorded, has learned another target, or has densities of other points.
    """
    if not project.flow.is_recorded:
        raise SpecError(f"{name} is a flow of flowviz. Compare its family instead, which is trained like the others.")
    if comparison and name in comparison.names and not comparison[name].flow.is_recorded:
        raise SpecError(f"There is already a flow named {name}. Give the recorded flow another name.")
    training = project.training if comparison is None else comparison.spec.budget
    if comparison is not None:
        first = comparison[comparison.names[0]]
        if first.flow.is_recorded and not has_target(first):
            raise SpecError("What the recorded flows have learned is not known. Give the target, such as --shape.")
        project = with_target(project, first.target)
    target = build_target(project.target)
    project, nlls = scored(replace(project, training=training))
    score, trace = (project.score or Score(0, None, entropy=target.entropy)).in_units(), project.trace
    ends = trace.positions[-1]
    hits = target.given(project.flow.given).hits(ends, trace.log_density(-1))
    figures = {**score.figures(), **Moment(0, project.weights, **hits).figures()}
    rate = training.of_family(project.flow.recipe).peak_rate
    trial = Trial(
        "recorded", rate, training.seed, "completed", bool(np.isfinite(ends).all()), figures, name=name, test_nlls=nlls
    )
    if comparison is None:
        return Comparison({name: project}, (trial,))
    return comparison.with_project(name, project).with_trial(trial)


def scored(project: Project) -> tuple[Project, NDArray[np.float32] | None]:
    """Return the project of a recorded flow with its score, and the NLL of each test point in flow units (n,).

    The score and the NLLs are None if the densities of the test points were not recorded.

    Raises:
        SpecError: If the densities of other points were recorded.
    """
    flow = RecordedFlow(project.flow, project.weights)
    if "points_log_prob" not in flow.arrays:
        return project, None
    target = build_target(project.target)
    score = Score(0, None, entropy=target.entropy, data_units=target_units(target, "data"))
    try:
        score, nlls = tested(flow, target, score)
    except SpecError as error:
        raise SpecError(
            "The recorded densities are not those of the test points of this target, which flowviz.points_of_test "
            "returns."
        ) from error
    return replace(project, score=score, test_uses=1), nlls
