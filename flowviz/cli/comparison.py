"""The command that compares flows: compare."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flowviz import process
from flowviz.cli import options
from flowviz.cli.interrupts import Interrupted
from flowviz.cli.messages import (
    comparison_table,
    console,
    progress_bar,
    say,
    steadiness_sentences,
    validation_sentence,
)
from flowviz.cli.outputs import check_folder_output, is_same_file
from flowviz.cli.plan_options import flow_fields
from flowviz.cli.spec_options import Given, given_files, parsed, read_spec, spec_options, takes
from flowviz.cli.target_sources import Sources, built, chosen_sources
from flowviz.errors import FileError, SpecError
from flowviz.exporting import comparison_tables
from flowviz.exporting.comparison_tables import caption
from flowviz.files import folder_for, write_bytes
from flowviz.library.pictures import render_comparison
from flowviz.projects import (
    Comparison,
    Project,
    is_comparison,
    is_project,
    load_comparison,
    load_project,
    save_comparison,
)
from flowviz.projects.recording import is_recording, with_target
from flowviz.records import Trial
from flowviz.specs import COMPARISON_PRESETS, ComparisonSpec, FlowSpec, TargetSpec, TrainingSpec, comparison_spec
from flowviz.specs.comparison import MAX_NAME, with_learning_rates
from flowviz.specs.comparison_presets import ComparisonPresetName
from flowviz.specs.fields import fields_of
from flowviz.specs.shares import counted
from flowviz.specs.training import replaced

if TYPE_CHECKING:
    from flowviz.training.jobs import Backend

COMPARISON, FIGURE = "comparison.flowviz", "figure.png"
TABLES = {f"table.{suffix}": text_of for suffix, text_of in comparison_tables.TABLES.items()}
FAILED_STATUS = 1  # of a comparison in which a run failed
PRESET_HELP = "; ".join(f"{name}: {preset.title}" for name, preset in COMPARISON_PRESETS.items())
NOTHING = (
    "There is nothing to compare. Give families separated by commas, such as --flow realnvp,spline, or --preset, "
    "or a file with the flows."
)


@takes(
    sources=chosen_sources,
    flow=flow_fields(fields_of(FlowSpec)),
    training=spec_options(fields_of(TrainingSpec)),
)
def compare(
    sources: Sources,
    flow: Given,
    training: Given,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="The folder to write.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...",
            help="A .json file with the flows, or a comparison to continue; and recorded flows of other programs.",
        ),
    ] = None,
    preset: Annotated[
        ComparisonPresetName | None,
        typer.Option(help=f"A prepared comparison, which shows the effect of one setting. {PRESET_HELP}."),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(help="Number of runs of each flow, whose seeds count up from its own.")
    ] = None,
    learning_rates: Annotated[
        str | None,
        typer.Option(help="Learning rates, separated by commas. Each flow is trained with each of them."),
    ] = None,
    baseline: Annotated[
        bool,
        typer.Option(
            "--baseline",
            help="Add a line with the limit by counting: the gap of an adaptive histogram of the target, which is no "
            "flow, but shows how sharp a flow could be.",
        ),
    ] = False,
    jobs: options.Jobs = -1,
    backend: options.BackendChoice = "loky",
    scheduler: options.Scheduler = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files in the folder instead of continuing.")] = False,
) -> None:
    """Compare flows, each trained for the same budget and, with --seeds or --learning-rates, several times.

    Name families with --flow, separated by commas, or give --preset, or a file: {"entrants": [{"name": NAME, "target":
    {...}, "flow": {...}, "training": {...}}, ...], "seeds": N, "baseline": true}. A target, a flow and a training
    beside this list apply to all of its flows, and so do options. A file without the list describes a single flow.
    Recorded flows of other programs, .npz or .flowviz files, are compared under the names of their files. They are not
    trained, and scored only if they contain the densities of the test points of the target.

    To find out how often training fails, give one family, several seeds and --learning-rates. Choose a rate by its
    validation NLL, and report its test gap; if you chose by the test gap, it would be biased.

    The folder gets figure.png, table.csv with a row for each run, table.md and table.tex with means and standard
    deviations over seeds, and comparison.flowviz, which keeps the flows. The tables are written after each run. If the
    command is interrupted, repeat it to continue: runs on this machine keep checkpoints in the folder until they end.
    With more --steps or --seconds, runs that have ended continue, and those with later seeds start over.
    Each run has one core, and --seconds count the processor time of its process. The exit status is 1 if any run
    failed.
    """
    from flowviz.training.limits import with_limits

    recorded = {path: load_project(path) for path in files or () if is_recording(path) or is_project(path)}
    file = _only_one([path for path in files or () if path not in recorded])
    spec = None
    if file or preset or "family" in flow or not recorded:
        values = {**_entrants(file, preset, flow), **({"baseline": True} if baseline else {})}
        spec = _requested(values, sources, flow, training, seeds, has_file=file is not None)
        if preset is not None:
            COMPARISON_PRESETS[preset].check(spec.entrants[0].target)
        if rates := options.numbers(learning_rates, "learning rates", "1e-3,1e-2"):
            spec = with_learning_rates(spec, rates)
    saved, places = output / COMPARISON, given_files(file)
    inputs = [path for path in [*sources.files, *(files or ())] if not is_same_file(path, saved)]
    check_folder_output(output, [COMPARISON, *TABLES, FIGURE], inputs, force=force or is_comparison(saved))
    begun = _begun(spec, places if force else [saved, *places], saved)
    begun = _with_recorded(begun, recorded, sources.target() if recorded and sources.are_given else None)
    for each in dict.fromkeys(entrant.target for entrant in begun.spec.entrants):
        built(each)
    with folder_for(output):
        if force and spec is not None:
            _discard_checkpoints(spec, output)
        found, status = _trained(with_limits(begun), output, jobs, backend, scheduler)
        if status:
            _keep_interrupted(found, output)
            raise typer.Exit(status)
        _report(found, output)
    if any(trial.ending == "failed" for trial in _asked(found)):
        raise typer.Exit(FAILED_STATUS)


COMMANDS = (compare,)


def _entrants(file: Path | None, preset: ComparisonPresetName | None, flow: Given) -> dict[str, Any]:
    """Return the values of the comparison that a file, a preset or --flow names. Raises `FlowvizError`."""
    families = flow.get("family", "")
    if (file is not None) + (preset is not None) + bool(families) > 1:
        raise SpecError("Give only one of --flow, --preset and a file with the flows.")
    if file is not None:
        return _read(file)
    if preset is not None:
        return {"entrants": [{"name": name, **values} for name, values in COMPARISON_PRESETS[preset].entrants.items()]}
    names = [name.strip() for name in families.split(",") if name.strip()]
    if not names:
        raise SpecError(NOTHING)
    return {"entrants": [{"name": name, "flow": {"family": name}} for name in names]}


def _read(file: Path) -> dict[str, Any]:
    if is_comparison(file):
        found = load_comparison(file)
        return {**found.spec.model_dump(), "entrants": [each.model_dump() for each in found.trained_entrants]}
    return read_spec(file)


def _requested(
    values: Mapping[str, Any], sources: Sources, flow: Given, training: Given, seeds: int | None, *, has_file: bool
) -> ComparisonSpec:
    """Return the comparison of values, with those of options for all entrants. Raises `SpecError`."""
    changed = {"flow": parsed(FlowSpec, {name: flow[name] for name in flow if name != "family"}), "training": training}
    target = {"target": sources.target()} if sources.are_given or not has_file else {}
    new = {name: given for name, given in changed.items() if given}
    entrants = values.get("entrants")
    if entrants is None:
        values = _changed(values, new, target)
    elif isinstance(entrants, list | tuple):
        values = {**values, "entrants": [_changed(each, new, target) for each in entrants]}
    return comparison_spec({**values, **({} if seeds is None else {"seeds": seeds})})


def _changed(entrant: Any, parts: Mapping[str, Given], target: Mapping[str, Any]) -> Any:
    """Return the values of an entrant with other fields of its flow and training; a budget replaces another one."""
    if not isinstance(entrant, Mapping):
        return entrant  # `comparison_spec` says what is wrong
    found = {**entrant, **target}
    for name, new in parts.items():
        old = found.get(name, {})
        if isinstance(old, Mapping):
            found[name] = replaced(old, new)
    return found


def _only_one(files: list[Path]) -> Path | None:
    if len(files) > 1:
        raise SpecError(f"{files[1]} is not a recorded flow. Give only one .json file or comparison.")
    return files[0] if files else None


def _with_recorded(
    comparison: Comparison | None, recorded: Mapping[Path, Project], target: TargetSpec | None
) -> Comparison:
    """Return a comparison with recorded flows as further entrants, named after their files. Raises `SpecError`."""
    from flowviz.training.recorded import with_recorded

    names: list[str] = []
    for path, project in recorded.items():
        stem, number = path.stem[: MAX_NAME - 3], 1
        while (name := f"{stem} {number}" if number > 1 else stem) in names:
            number += 1
        names.append(name)
        comparison = with_recorded(comparison, name, project if target is None else with_target(project, target))
    assert comparison is not None
    return comparison


def _begun(spec: ComparisonSpec | None, places: Sequence[Path], output: Path) -> Comparison | None:
    """Return the comparison, with the runs that one of the files already contains. Raises `FileError`.

    Recorded flows, which are added later, need no spec.
    """
    wanted = spec.entrants if spec else ()
    for path in filter(is_comparison, places):
        found = load_comparison(path)
        if spec is not None and spec.budget.exceeds(found.spec.budget):
            found = found.with_budget(spec.budget)
        if found.trained_entrants == wanted:
            found = found.with_legibility()
            if spec is None:
                return found
            return replace(
                found, seeds=spec.seeds, limits={} if spec.baseline and found.limits is None else found.limits
            )
        if path == output:
            raise FileError(
                f"{path} contains another comparison. Choose another folder, or give --force to replace it."
            )
    return Comparison.untrained(spec) if spec else None


def _trained(
    found: Comparison, folder: Path, jobs: int, backend: "Backend", scheduler: str | None
) -> tuple[Comparison, int]:
    """Train missing runs, writing all results after each; return the comparison and the exit status of a signal."""
    from flowviz.training.runs import compared_in_processes  # loads much that no other command needs

    total = found.seeds * len(found.trained_entrants)
    known = total - sum(len(found.missing(offset)) for offset in range(found.seeds))
    if known:
        say(f"Continuing {folder / COMPARISON}, which already contains {counted(known, 'run')} of {total}.")
    runs = compared_in_processes(
        found, jobs=jobs, backend=backend, scheduler=scheduler, folder=folder, configure=process.configure_worker
    )
    try:
        with closing(runs), progress_bar() as bar:
            task = bar.add_task("Runs", total=total, completed=known, figures=f"{known} of {total}")
            for count, found in enumerate(runs, start=known + 1):
                _write(found, folder)
                sentence = found.trials[-1].sentence()
                bar.update(task, completed=count, figures=f"{count} of {total}, {sentence}")
                if found.trials[-1].failure:
                    say(f"A run failed: {sentence}.")
    except Interrupted as interrupt:  # keep the runs that have ended
        return found, interrupt.status
    return found, 0


def _keep_interrupted(found: Comparison, folder: Path) -> None:
    """Write what an interrupted comparison has reached by now. A figure would take seconds."""
    from flowviz.training.runs import with_checkpoints

    kept = with_checkpoints(found, folder)
    if not kept.trials and kept is found:
        say("Interrupted before the first run ended. Nothing was written.")
        return
    _write(kept, folder)
    console().print(comparison_table(kept))
    total = kept.seeds * len(kept.trained_entrants)
    say(
        f"Interrupted after {len(_asked(kept))} of {counted(total, 'run')}. Repeat the command to continue in {folder}."
    )


def _discard_checkpoints(spec: ComparisonSpec, folder: Path) -> None:
    """Remove the checkpoint files of an earlier comparison with the same names."""
    from flowviz.training.run_files import discard_checkpoint_of

    for entrant in spec.entrants:
        for offset in range(spec.seeds):
            discard_checkpoint_of(entrant.name, entrant.seed + offset, folder)


def _asked(found: Comparison) -> list[Trial]:
    """Return the runs that this command asks for, without those of an earlier one with more seeds."""
    own = {entrant.name: entrant.seed for entrant in found.trained_entrants}
    return [trial for trial in found.trials if trial.name in own and trial.seed - own[trial.name] in range(found.seeds)]


def _write(found: Comparison, folder: Path) -> None:
    """Write the file and the tables of a comparison."""
    save_comparison(found, folder / COMPARISON)
    for name, text_of in TABLES.items():
        write_bytes(folder / name, text_of(found).encode())


def _report(found: Comparison, folder: Path) -> None:
    """Print the table of a comparison, and write all files."""
    _write(found, folder)
    render_comparison(found, folder / FIGURE)
    console().print(comparison_table(found))
    place = folder if folder.name else "this folder"
    if found.seeds > 1 or len({trial.learning_rate for trial in _asked(found)}) > 1:
        say(f"{steadiness_sentences(_asked(found))} {validation_sentence(_asked(found))}")
    say(f"{caption(found)} Wrote {', '.join((FIGURE, *TABLES))} and {COMPARISON} to {place}.")
