"""Train the flows that ship with the lessons, and save them with a few moments of their training.

    python resources/make_lessons.py [NAME ...]

It takes about two minutes. The files are reproducible on the same computer: every training has a budget of steps.
"""

import sys
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from flowviz.projects import Project, save_project
from flowviz.records import Finished, History, Moment, Timeline
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.specs.recipes import PERMUTE
from flowviz.targets import build_target
from flowviz.training import from_here, train

LESSONS = Path(__file__).parent / "lessons"
MAX_FILE_BYTES = 1_500_000  # bytes
EVERY_CHUNK = 1e-6  # seconds between two moments, of which a few are kept


@dataclass(frozen=True)
class Recipe:
    """A flow: what it learns, for how many steps, the earlier moments to keep, and the layers that are disabled."""

    text: str
    flow: FlowSpec
    steps: int
    seed: int = 0
    moments: Collection[int] = (0,)
    disabled: Collection[int] = ()


SPLINE = FlowSpec(family="spline", layers=4, width=16)
SWAPS = [stage for stage, kind in enumerate(SPLINE.bijector_kinds(), start=1) if kind == PERMUTE]
RECIPES = {
    # Splines can bend every column of particles as needed, so the columns are all that a missing permutation spoils.
    "hi": Recipe("HI", SPLINE, 8_000),
    "hi_without_permutations": Recipe("HI", SPLINE, 8_000, disabled=SWAPS),
    "thin_letters": Recipe("to be or not to be", SPLINE, 15_000),
    # The averages follow the batches slowly, so that the picture is still wrong at the end.
    "minibatch": Recipe(
        "BRAD",
        FlowSpec(layers=6, width=24, seed=2, normalization="minibatch", batch_normalization_momentum=0.999),
        2_000,
        seed=2,
        moments=(0, 250, 450, 650, 850, 1_050, 1_250, 1_450, 1_650, 1_850),
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
    for name in sys.argv[1:] or [*RECIPES, *UNTRAINED]:
        make(name, UNTRAINED[name] if name in UNTRAINED else trained(RECIPES[name]))


def make(name: str, project: Project) -> None:
    """Save a flow without what only a training needs."""
    path = LESSONS / f"{name}.flowviz"
    save_project(replace(project, checkpoint=None), path)
    if (size := path.stat().st_size) > MAX_FILE_BYTES:
        sys.exit(f"{path} has {size:,} bytes. The limit is {MAX_FILE_BYTES:,} bytes.")
    steps = [moment.step for moment in project.timeline.moments]
    print(f"{path}: {size:,} bytes, {project}, with the moments {steps}")  # noqa: T201


def trained(recipe: Recipe) -> Project:
    """Return the project of a flow after its whole training, with some of its moments."""
    target, training = TextSpec(text=recipe.text), TrainingSpec(steps=recipe.steps, seed=recipe.seed)
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


if __name__ == "__main__":
    main()
