"""The commands that train: train, resume, trials."""

import json
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Annotated

import typer

from flowviz import process
from flowviz.cli import options
from flowviz.cli.interrupts import Interrupted, stoppable
from flowviz.cli.loaded_project import edited
from flowviz.cli.messages import console, counted, describe, progress_bar, say, summary_table, validation_sentence
from flowviz.cli.outputs import check_training_output, check_trial_outputs, is_same_file
from flowviz.cli.plan_options import (
    fixed_flow_options,
    fixed_training_options,
    flow_options,
    requested_plan,
    settings_options,
    training_options,
)
from flowviz.cli.spec_options import Given, SpecFile, given_files, takes
from flowviz.cli.target_sources import Sources, built, chosen_sources
from flowviz.errors import FileError
from flowviz.files import check_writable
from flowviz.projects import (
    Project,
    check_no_checkpoint,
    check_storable,
    discard_checkpoint,
    latest_state,
    save_checkpoint,
    save_project,
    set_checkpoint_aside,
)
from flowviz.records import Event, Finished, Progress, Trial, summarized
from flowviz.records.trial import MEASURES, measure, measured
from flowviz.specs import TrainingSpec
from flowviz.targets import target_units
from flowviz.training import continued, trained
from flowviz.training.settings import adjusted, end_of, extended

if TYPE_CHECKING:
    from flowviz.training.trial_table import TrialTable

FAILED_STATUS = 1  # of a series in which a run failed


@takes(sources=chosen_sources, flow=flow_options, training=training_options)
def train(
    sources: Sources,
    flow: Given,
    training: Given,
    output: options.Output,
    spec: SpecFile = None,
    as_json: options.AsJson = False,
    force: options.ForceTraining = False,
) -> None:
    """Train a flow on a target, and save it as a project. Ctrl+C and SIGTERM end the training and save the best state.

    Every minute, a checkpoint is written beside the output, from which `resume` continues an interrupted training.
    """
    check_training_output(output, [*sources.files, *given_files(spec)], force=force)
    if not force:
        check_no_checkpoint(output)
    plan = requested_plan(sources, flow, training, spec)
    _train(Project.untrained(plan.target, plan.flow, plan.training), output, as_json, is_new=True)


@takes(settings=settings_options)
def resume(
    project: options.ProjectFile,
    output: options.Output,
    settings: Given,
    steps: Annotated[int | None, typer.Option(help="Train longer: this many steps in all.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Train longer: this many seconds in all.")] = None,
    edits: options.EditsFile = None,
    as_json: options.AsJson = False,
    force: options.Force = False,
) -> None:
    """Continue a training to the end of its budget, step for step as if it had never been stopped.

    If the training was interrupted, it continues from the checkpoint beside the project. With another learning rate,
    clip norm or batch, it continues from the same state, and the loss plot marks the change. A flow that was edited
    since is trained from what it shows, with a new budget: bumps stay on top of what it learns, and disabled layers
    do nothing.
    """
    check_training_output(output, [], force=force or is_same_file(project, output))
    found, at = latest_state(project, output)
    shown = found if edits is None else edited(found, edits)
    found = continued(shown)
    checkpoint = found.checkpoint
    if checkpoint is None:
        raise FileError(
            f"{project} cannot be continued, because it was saved by an older version of flowviz without a checkpoint."
        )
    is_edited = found is not shown
    if steps is not None or seconds is not None:
        found = extended(found, steps=steps, seconds=seconds)
    if is_edited:
        say("The flow was edited since it was trained. Training it from what it shows, with a new budget.")
    elif at != project:
        say(f"Continuing an interrupted training from its checkpoint {at}, step {checkpoint.step:,}.")
    elif end := end_of(found):
        say(f"{project} {end}. To train longer, give --steps or --seconds.")
        if not (output.exists() and output.samefile(project)):
            save_project(found, output)
            say(f"Saved {output}.")
        return
    _train(adjusted(found, **settings), output, as_json)


@takes(sources=chosen_sources, flow=fixed_flow_options, training=fixed_training_options)
def trials(
    sources: Sources,
    flow: Given,
    training: Given,
    output: options.Output,
    spec: SpecFile = None,
    seeds: Annotated[int, typer.Option(help="Number of runs at each rate, with the seeds 0, 1, ...")] = 5,
    learning_rates: Annotated[
        str | None, typer.Option(help="Learning rates, separated by commas; by default, that of the family.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="The plot; by default beside the table.")] = None,
    jobs: options.Jobs = -1,
    backend: options.BackendChoice = "loky",
    scheduler: options.Scheduler = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the table instead of continuing it.")] = False,
) -> None:
    """Train with many seeds and learning rates, to find out how often training fails, and how well it does otherwise.

    Choose a learning rate by the validation NLL, in the column validation_nll, and report the test gap of that rate: a
    test gap that selects is no longer unbiased.

    The table is written after each run. If the command is interrupted, repeat it: it continues. Each run has one core,
    and --seconds count the processor time of its process. The exit status is 1 if any run failed.
    """
    from flowviz.training.trial_table import TrialTable  # these load much that no other command needs
    from flowviz.training.trials import run_trials, settings_digest

    plot = plot or output.with_suffix(".png")
    check_trial_outputs(output, plot, [*sources.files, *given_files(spec)], force=force)
    given = sorted(set(options.numbers(learning_rates, "learning rates", "1e-3,1e-2")))
    plan = requested_plan(sources, flow, training, spec)
    rates = given or [plan.flow.recipe.learning_rate]
    specs = [TrainingSpec(**{**plan.training.model_dump(), "learning_rate": rate}) for rate in rates]
    table = TrialTable(output, settings_digest(plan.target, plan.flow, plan.training), force=force)
    known, status = len(table.done), 0
    if known:
        say(f"Continuing {output}, which already contains {counted(known, 'trial')}.")
    runs = run_trials(
        plan.target,
        plan.flow,
        specs,
        range(seeds),
        done=table.done,
        jobs=jobs,
        backend=backend,
        scheduler=scheduler,
        configure=process.configure_worker,
    )
    asked = {(plan.flow.family, rate, seed) for rate in rates for seed in range(seeds)}
    try:
        _run(runs, table, total=len(asked | table.done))
    except Interrupted as interrupt:  # what is done by then is reported
        status = interrupt.status
    if not table.trials:
        say("Interrupted before the first trial ended. Nothing was written.")
    else:
        _report(table.trials, output, plot)
    if status == 0 and any(trial.ending == "failed" and trial.key in asked for trial in table.trials):
        status = FAILED_STATUS
    if status:
        raise typer.Exit(status)


COMMANDS = (train, resume, trials)


def _run(runs: Generator[Trial, None, None], table: "TrialTable", total: int) -> None:
    """Add the trials to a table as they end, with a progress bar."""
    with closing(runs), progress_bar() as bar:
        task = bar.add_task("Trials", total=total, completed=len(table.done), figures=f"{len(table.done)} of {total}")
        for trial in runs:
            table.add(trial)
            bar.update(task, completed=len(table.trials), figures=f"{len(table.trials)} of {total}, {trial.sentence()}")
            if trial.failure:
                say(f"A trial failed: {trial.sentence()}.")


def _report(trials: Sequence[Trial], table: Path, plot: Path) -> None:
    """Print a summary of trials that have been written to a table, and plot their results if there are any."""
    from flowviz.rendering.trials import write_plot

    name, summaries = measure(trials), summarized(trials)
    console().print(summary_table(summaries, MEASURES[name]))
    say(validation_sentence(summaries))
    count = counted(len(trials), "trial")
    if measured(trials, name):
        write_plot(trials, plot)
        say(f"Wrote {count} to {table}, and a plot to {plot}.")
    else:
        say(f"Wrote {count} to {table}. There is no plot, because none of them has a result.")


def _train(project: Project, output: Path, as_json: bool, *, is_new: bool = False) -> None:
    """Train a project to the end of its budget, with a progress bar, and save it."""
    check_storable(project.flow)
    if project.flow.warning:
        say(project.flow.warning)
    target, ending = built(project.target), list[Finished]()
    units = target_units(target, "data")
    check_writable(output)
    checkpoints = _Checkpoints(output)
    if is_new:
        checkpoints.set_earlier_aside()
    with stoppable() as stop, progress_bar() as bar:
        task = bar.add_task("Starting", total=1.0, figures="")

        def show(event: Event) -> None:
            shown = event.in_units(units) if isinstance(event, Progress | Finished) else event
            bar.update(task, **describe(shown))
            if isinstance(shown, Finished):
                ending.append(shown)

        found = trained(project, target, on_event=show, should_stop=stop.is_made, on_checkpoint=checkpoints.save)
        _save(found, output)
        checkpoints.discard()
    [end] = ending
    if as_json:
        name = "flow" if units.are_flow_units else "data"
        changes = [change.as_json() for change in found.history.adjustments]
        figures = {**end.figures(), "nll_units": name, "log_det_of_units": units.log_det}
        typer.echo(json.dumps({**figures, "changes_of_settings": changes}))
    say(f"{end.sentence()} Saved {output}.")
    if not units.are_flow_units:
        say("NLLs are per area in the units of the data.")
    if stop.status:
        raise typer.Exit(stop.status)


def _save(project: Project, output: Path) -> None:
    """Save a training, or else keep it among the temporary files. Raises `FileError`, which says where it is."""
    try:
        save_project(project, output)
    except FileError as error:
        rescue = Path(mkdtemp(prefix="flowviz-")) / output.name
        save_project(project, rescue)
        raise FileError(f"{error} The training is saved as {rescue} instead.") from error


class _Checkpoints:
    """The checkpoint file of a training, and that of an earlier one to the same output, which --force replaces.

    The earlier one is kept under another name until there is something in its place.
    """

    def __init__(self, output: Path) -> None:
        self._output = output
        self._earlier: Path | None = None
        self._has_failed = False

    def set_earlier_aside(self) -> None:
        """Rename the checkpoint file of an earlier training. Raises `FileError`."""
        self._earlier = set_checkpoint_aside(self._output)
        if self._earlier is not None:
            say(f"The checkpoint of an earlier training is kept as {self._earlier} until this training writes its own.")

    def save(self, project: Project) -> None:
        """Save the current state of the training; print once if that fails, for example because the disk is full."""
        try:
            save_checkpoint(project, self._output)
        except FileError as error:
            if not self._has_failed:
                say(f"A checkpoint could not be written. Training continues. {error}")
            self._has_failed = True
        else:
            self._discard_earlier()

    def discard(self) -> None:
        """Remove the files once the result is saved."""
        discard_checkpoint(self._output)
        self._discard_earlier()

    def _discard_earlier(self) -> None:
        if self._earlier is not None:
            self._earlier.unlink(missing_ok=True)
