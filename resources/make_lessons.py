"""Train the flows that ship with the lessons, and save them with a few moments of their training.

    python resources/make_lessons.py [NAME ...]

It takes about four minutes. The files are reproducible on the same computer: every training has a budget of steps.
"""

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flowviz.projects import Comparison, Project, save_comparison, save_project
from flowviz.records import Finished, History, Moment, Timeline
from flowviz.specs import ConditionalSpec, FlowSpec, TargetSpec, TextSpec, TrainingSpec, comparison_spec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.specs.recipes import PERMUTE
from flowviz.specs.target import MIN_BLUR
from flowviz.targets import build_target
from flowviz.training import from_here, train, train_in_turns

LESSONS = Path(__file__).parent / "lessons"
MAX_FILE_BYTES, MAX_COMPARISON_BYTES = 1_500_000, 2_200_000  # bytes
EVERY_CHUNK = 1e-6  # seconds between two moments, of which a few are kept


@dataclass(frozen=True)
class Recipe:
    """A flow: what it learns, for how many steps, the earlier moments to keep, and the layers that are disabled."""

    target: TargetSpec
    flow: FlowSpec
    steps: int
    seed: int = 0
    moments: Collection[int] = (0,)
    disabled: Collection[int] = ()


@dataclass(frozen=True)
class Compared:
    """Flows that learn the same for as many steps: the target, all steps, and by name what is special about each."""

    target: TargetSpec
    steps: int
    flow: Mapping[str, Any]
    entrants: Mapping[str, Mapping[str, Any]]
    moments: Collection[int] = (0,)


SPLINE = FlowSpec(family="spline", layers=4, width=16)
TWO_WORDS = ConditionalSpec(sources=(TextSpec(text="BRAD"), TextSpec(text="KATIE")))
SMALLER_SPLINE = {"family": "spline", "layers": 3, "width": 16}
SWAPS = [stage for stage, kind in enumerate(SPLINE.bijector_kinds(), start=1) if kind == PERMUTE]
RECIPES = {
    # Splines can bend every column of particles as needed, so the columns are all that a missing permutation spoils.
    "hi": Recipe(TextSpec(text="HI"), SPLINE, 8_000),
    "hi_without_permutations": Recipe(TextSpec(text="HI"), SPLINE, 8_000, disabled=SWAPS),
    "thin_letters": Recipe(TextSpec(text="to be or not to be"), SPLINE, 15_000),
    "two_words": Recipe(TWO_WORDS, FlowSpec(**SMALLER_SPLINE).conditioned_on(TWO_WORDS.condition), 8_000),
    # The averages follow the batches slowly, so that the picture is still wrong at the end.
    "minibatch": Recipe(
        TextSpec(text="BRAD"),
        FlowSpec(layers=6, width=24, seed=2, normalization="minibatch", batch_normalization_momentum=0.999),
        2_000,
        seed=2,
        moments=(0, 250, 450, 650, 850, 1_050, 1_250, 1_450, 1_650, 1_850),
    ),
}
COMPARED = {
    "told_or_not": Compared(
        TWO_WORDS,
        8_000,
        SMALLER_SPLINE,
        {"told": {}, "not told": {"flow": {"ignores_condition": True}}},
    ),
    # Four affine layers cannot draw the letters well, so that each flow is wrong in its own way.
    "two_ways": Compared(
        TextSpec(text="MILK", blur=MIN_BLUR),
        4_000,
        {"layers": 4, "width": 24},
        {
            "samples": {},
            "density": {"training": {"objective": "density"}},
            "weighted density": {"training": {"objective": "weighted_density"}},
        },
        moments=(0, 50, 250, 450),
    ),
}
UNTRAINED = {
    # With a learning rate of 1, this flow diverges at once, whatever its seed.
    "unbounded": Project.untrained(
        TextSpec(text="BRAD"), FlowSpec(log_scale_bound=None), TrainingSpec(steps=2_000, warmup_steps=0)
    ),
}


def main() -> None:
    """Make the flows named on the command line, or all of them."""
    for name in sys.argv[1:] or [*RECIPES, *COMPARED, *UNTRAINED]:
        if name in COMPARED:
            make_comparison(name, compared(COMPARED[name]))
        else:
            make(name, UNTRAINED[name] if name in UNTRAINED else trained(RECIPES[name]))


def make(name: str, project: Project) -> None:
    """Save a flow without what only a training needs."""
    path = LESSONS / f"{name}.flowviz"
    save_project(replace(project, checkpoint=None), path)
    report(path, project, MAX_FILE_BYTES)


def make_comparison(name: str, comparison: Comparison) -> None:
    """Save a comparison without what only a training needs."""
    path = LESSONS / f"{name}.flowviz"
    for entrant, project in comparison.projects.items():
        comparison = comparison.with_project(entrant, replace(project, checkpoint=None))
    save_comparison(comparison, path)
    for project in comparison.projects.values():
        report(path, project, MAX_COMPARISON_BYTES)


def report(path: Path, project: Project, limit: int) -> None:
    """Print the size of a file, and the moments of a project in it."""
    if (size := path.stat().st_size) > limit:
        sys.exit(f"{path} has {size:,} bytes. The limit is {limit:,} bytes.")
    steps = [moment.step for moment in project.timeline.moments]
    print(f"{path}: {size:,} bytes, {project}, with the moments {steps}")  # noqa: T201


def trained(recipe: Recipe) -> Project:
    """Return the project of a flow after its whole training, with some of its moments."""
    target, training = recipe.target, TrainingSpec(steps=recipe.steps, seed=recipe.seed)
    edits = Edits(layers={stage: LayerEdit(disabled=True) for stage in recipe.disabled})
    untrained = Project.untrained(target, recipe.flow, training)
    start = from_here(untrained.with_edits(edits)) if edits else untrained
    history, moments = History(), dict[int, Moment]()
    events = train(build_target(target), recipe.flow, training, moment_seconds=EVERY_CHUNK, resume=start.checkpoint)
    for event in events:
        history = history.with_event(event)
        if isinstance(event, Moment) and event.step in recipe.moments:
            moments[event.step] = event
    assert isinstance(event, Finished)
    return replace(start.trained(event, history), timeline=Timeline((*moments.values(), event.snapshot)))


def compared(recipe: Compared) -> Comparison:
    """Return a comparison after the whole training of each entrant, with some of their moments."""
    entrants = [{"name": name, **special} for name, special in recipe.entrants.items()]
    shared = {"target": recipe.target, "flow": recipe.flow, "training": {"steps": recipe.steps}}
    comparison = Comparison.untrained(comparison_spec({**shared, "entrants": entrants}))
    moments: dict[str, list[Moment]] = {name: [] for name in recipe.entrants}
    for turn in train_in_turns(comparison, moment_seconds=EVERY_CHUNK):
        comparison = turn.comparison
        if isinstance(turn.event, Moment) and turn.event.step in recipe.moments:
            moments[turn.name].append(turn.event)
    for name, project in comparison.projects.items():
        timeline = Timeline((*moments[name], project.timeline.moments[-1]))
        comparison = comparison.with_project(name, replace(project, timeline=timeline))
    return comparison


if __name__ == "__main__":
    main()
