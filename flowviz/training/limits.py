"""Limits by counting: the scores of adaptive histograms, which show how sharp a flow could be."""

from dataclasses import replace

from flowviz import targets
from flowviz.projects import Comparison
from flowviz.records import Trial
from flowviz.specs import TrainingSpec
from flowviz.targets import AdaptiveHistogram, Target
from flowviz.training.scoring import generators, score_of, tested


def limit_of(target: Target, spec: TrainingSpec) -> Trial:
    """Return the score of an adaptive histogram of a target, as the result of a run without a name.

    The histogram is fitted to training points, and scored on the points that a training with this spec is scored on.
    Its NLLs are in the units of the data, and its parameters are the shares of its rectangles.
    """
    histogram = AdaptiveHistogram(target, generators(spec)[0])
    score, _ = tested(histogram, target, score_of(histogram, target, spec, step=0))
    score = score.in_units()
    return Trial(
        family="histogram",
        learning_rate=0.0,
        seed=spec.seed,
        ending="completed",
        finite=True,
        figures={
            "validation_nll": score.validation_nll,
            "test_nll": score.test_nll,
            "entropy": score.entropy,
            "gap": score.gap,
            "standard_error": score.standard_error,
            "parameters": histogram.leaves,
        },
    )


def with_limits(comparison: Comparison) -> Comparison:
    """Return a comparison with the limits by counting that it asks for, each computed in about a second.

    Raises:
        TargetError: If there is nothing to count.
        FileError: If a picture in a target is damaged.
    """
    limits = comparison.limits
    for project in comparison.projects.values():
        if limits is not None and project.target not in limits:
            limits = {**limits, project.target: limit_of(targets.build_target(project.target), project.training)}
    return replace(comparison, limits=limits)
