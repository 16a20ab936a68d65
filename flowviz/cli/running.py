"""The commands that train: train, resume, trials."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event as Flag
from typing import Annotated, Literal

import typer

from flowviz.cli import options
from flowviz.cli.choosing import takes
from flowviz.cli.outputs import check_project_output, check_trial_outputs, is_same_file
from flowviz.cli.sources import Sources, built, chosen_sources
from flowviz.cli.talk import progress_bar, say, summary_table, talk, told
from flowviz.errors import FileError, SpecError
from flowviz.files import written_whole
from flowviz.projects import Project, load_project, save_project
from flowviz.records import Event, Finished, summarized, to_csv
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.training import LEARNING_RATE
from flowviz.training import trained


@takes(sources=chosen_sources, flow=options.chosen_flow, training=options.chosen_training)
def train(
    sources: Sources,
    flow: FlowSpec,
    training: TrainingSpec,
    output: options.Output,
    seed: options.Seed = 0,
    flow_seed: Annotated[int | None, typer.Option(help="Another start of the random numbers for the flow.")] = None,
    learning_rate: options.LearningRate = LEARNING_RATE,
    as_json: options.AsJson = False,
    force: options.Force = False,
) -> None:
    """Train a flow on a target and save it. Ctrl+C stops early and keeps the best of what was learned."""
    check_project_output(output, sources.files, force=force)
    flow = FlowSpec(**{**flow.model_dump(), "seed": seed if flow_seed is None else flow_seed})
    training = TrainingSpec(**{**training.model_dump(), "seed": seed, "learning_rate": learning_rate})
    _train(Project.untrained(sources.target(), flow, training), output, as_json)


def resume(
    project: options.ProjectFile,
    output: options.Output,
    as_json: options.AsJson = False,
    force: options.Force = False,
) -> None:
    """Go on with a training that was stopped, step for step as if it had not been, to the end of its budget."""
    check_project_output(output, [], force=force or is_same_file(project, output))
    found = load_project(project)
    if found.checkpoint is None:
        raise FileError(f"{project} holds no checkpoint to go on from: it was saved by an older flowviz.")
    _train(found, output, as_json)


@takes(sources=chosen_sources, flow=options.chosen_flow, training=options.chosen_training)
def trials(
    sources: Sources,
    flow: FlowSpec,
    training: TrainingSpec,
    output: options.Output,
    seeds: Annotated[int, typer.Option(help="How many runs at each rate, with the seeds 0, 1, ...")] = 5,
    learning_rates: Annotated[str, typer.Option(help="Rates to try, separated by commas.")] = f"{LEARNING_RATE:g}",
    plot: Annotated[Path | None, typer.Option(help="The plot, by default beside the table.")] = None,
    jobs: Annotated[int, typer.Option(help="How many runs at a time; one a core by default.")] = -1,
    backend: Annotated[
        Literal["loky", "dask"], typer.Option(help="This machine's processes, or a Dask cluster.")
    ] = "loky",
    scheduler: Annotated[str | None, typer.Option(help="The cluster, such as tcp://HOST:8786.")] = None,
    force: options.Force = False,
) -> None:
    """Train again and again with other seeds and rates: how often does it fail, and how good is it when it does not?"""
    from flowviz.rendering.trials import write_plot  # these load much that no other command needs
    from flowviz.training.trials import run_trials

    plot = plot or output.with_suffix(".png")
    check_trial_outputs(output, plot, sources.files, force=force)
    rates = _rates(learning_rates)
    specs = [TrainingSpec(**{**training.model_dump(), "learning_rate": rate}) for rate in rates]
    target = sources.target()
    runs = run_trials(target, flow, specs, range(seeds), jobs=jobs, backend=backend, scheduler=scheduler)
    done, total = [], seeds * len(rates)
    with suppress(KeyboardInterrupt), progress_bar() as bar:  # what is done by then is written
        task = bar.add_task("Trials", total=total, figures="")
        for trial in runs:
            done.append(trial)
            bar.update(task, advance=1, figures=trial.sentence())
    if not done:
        raise SpecError("It was interrupted before the first trial had ended. Nothing was written.")
    done.sort(key=lambda trial: (trial.learning_rate, trial.seed))
    with written_whole(output) as part:
        part.write_text(to_csv(done), encoding="utf-8", newline="")
    write_plot(done, plot)
    talk().print(summary_table(summarized(done)))
    say(f"Wrote {len(done)} of {total} trials to {output}, their plot to {plot}.")


COMMANDS = (train, resume, trials)


def _train(project: Project, output: Path, as_json: bool) -> None:
    """Train what is left of a project, with a progress bar, and save it."""
    if project.flow.warning:
        say(project.flow.warning)
    target, ending = built(project.target), list[Finished]()
    with _stop_on_interrupt() as stop, progress_bar() as bar:
        task = bar.add_task("Starting", total=1.0, figures="")

        def show(event: Event) -> None:
            bar.update(task, **told(event))
            if isinstance(event, Finished):
                ending.append(event)

        found = trained(project, target, on_event=show, should_stop=stop.is_set)
    save_project(found, output)
    [end] = ending
    if as_json:
        typer.echo(json.dumps(end.figures()))
    say(f"{end.sentence()} Saved {output}.")


@contextmanager
def _stop_on_interrupt() -> Iterator[Flag]:
    """A flag that the first Ctrl+C sets; a second one interrupts as always."""
    stop = Flag()

    def stop_and_keep(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop_and_keep)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _rates(text: str) -> list[float]:
    try:
        return sorted({float(rate) for rate in text.split(",")})
    except ValueError as error:
        raise SpecError(
            f"The learning rates {text!r} are not numbers separated by commas, such as 1e-3,1e-2."
        ) from error
