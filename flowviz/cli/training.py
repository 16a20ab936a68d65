"""The commands that train a flow: train, resume."""

import json
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer

from flowviz.cli import options
from flowviz.cli.interrupts import stoppable
from flowviz.cli.loaded_project import edited
from flowviz.cli.messages import describe, progress_bar, say
from flowviz.cli.outputs import check_training_output, is_same_file
from flowviz.cli.plan_options import (
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
from flowviz.records import Event, Finished, Progress
from flowviz.targets import base_warning, target_units
from flowviz.training import continued, trained
from flowviz.training.settings import adjusted, end_of, extended


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
        raise FileError(f"{project} has not been trained, so there is nothing to continue. Use flowviz train.")
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


COMMANDS = (train, resume)


def _train(project: Project, output: Path, as_json: bool, *, is_new: bool = False) -> None:
    """Train a project to the end of its budget, with a progress bar, and save it."""
    check_storable(project.flow)
    if project.flow.warning:
        say(project.flow.warning)
    target, ending = built(project.target), list[Finished]()
    if warning := base_warning(project.flow, target):
        say(warning)
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
        gaps = {"gaps": end.score.gaps, "nlls": end.score.nlls} if end.score.given else {}
        figures = {**end.figures(), **gaps, "nll_units": name, "log_det_of_units": units.log_det}
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
