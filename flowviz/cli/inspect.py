"""The commands that describe a project or this machine, and check flows: inspect, info, check."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import isfinite
from pathlib import Path
from textwrap import fill, wrap
from typing import Annotated, Any

import typer

from flowviz import extensions, machine
from flowviz.cli import options
from flowviz.cli.loaded_project import LoadedProject, project_at
from flowviz.cli.messages import say
from flowviz.cli.outputs import check_output
from flowviz.cli.plan_options import flow_options
from flowviz.cli.spec_options import Given, given_files, parsed, takes
from flowviz.errors import FlowvizError, SpecError
from flowviz.files import write_bytes
from flowviz.library.training import check_flow
from flowviz.projects import Project
from flowviz.records import Environment, Settings, StageReport, checked_stage, written
from flowviz.records.deviation import Deviation
from flowviz.specs import FlowSpec
from flowviz.specs.shares import counted, percent
from flowviz.targets.best_velocity import best_loss

HITS = "legibility", "effective_share", "log_normalizer", "covered", "parts"
BROKEN_STATUS = 1  # exit status if a flow breaks a law
WIDTH, INDENT = 80, "      "


def inspect(
    project: options.ProjectFile,
    entrant: options.Entrant = None,
    edits: options.EditsFile = None,
    stage: Annotated[int | None, typer.Option(help="Describe this stage only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    curves: Annotated[
        Path | None, typer.Option(help="Write the learned curves to this file.", metavar="FILE.csv")
    ] = None,
) -> None:
    """Describe each stage of a saved flow: its formula, its numbers, and its share of the total change of areas."""
    if curves is not None:
        check_output(curves, [".csv"], [project, *given_files(edits)])
    loaded = LoadedProject.at(project, entrant, edits=edits)
    found, edited = loaded.project.trace, loaded.project.edits
    stages = range(len(found.names)) if stage is None else (checked_stage(stage, found.last_stage),)
    shares = found.volume_shares
    sentences = {k: found.sentences(k, edited.of(k))[0] for k in stages}
    inspected = [_Inspected(loaded.flow.report(k, found), sentences[k], float(shares[k])) for k in stages]
    if curves is not None:
        _write_curves([each.report for each in inspected], curves)
    if as_json:
        objects = [each.as_json() for each in inspected]
        typer.echo(json.dumps(objects if stage is None else objects[0], ensure_ascii=False))
    else:
        typer.echo("\n\n".join(each.text() for each in inspected))


def info(
    project: Annotated[Path | None, typer.Argument(help="A project; without it, this machine.")] = None,
    entrant: options.Entrant = None,
    as_json: options.AsJson = False,
) -> None:
    """Describe a project and what it was trained with, or this machine: versions, devices, XLA, threads."""
    if project is None:
        from flowviz.flows.machine import system_info  # loads TensorFlow

        found = system_info()
    else:
        found = _project_info(project_at(project, entrant))
    typer.echo(json.dumps(found) if as_json else machine.format_info(found))


@takes(flow=flow_options)
def check(flow: Given, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check that the flows of extensions, or the flow given by --flow, obey the laws of normalizing flows.

    With random weights, inverses must undo layers, log-dets must be those of automatic differentiation, points must not
    depend on each other, layers must start as the identity and not depend on their names, training must follow the
    gradient of its loss, the density must integrate to 1, and samples must fit it. The exit status is 1 if a law does
    not hold.
    """
    values = parsed(FlowSpec, flow)
    names = [values["family"]] if "family" in values else extensions.families()
    if not names:
        raise SpecError(
            "There is no flow to check. Load an extension, such as flowviz --with my_flow.py check, or give --flow."
        )
    found = {name: check_flow(FlowSpec(**{**values, "family": name})) for name in names}
    if as_json:
        rows = [{"flow": name, **_as_row(each)} for name, deviations in found.items() for each in deviations]
        typer.echo(json.dumps(rows))
    else:
        for name, deviations in found.items():
            typer.echo("\n".join([name, *(f"  {_verdict(each)}  {each.sentence()}" for each in deviations)]))
    if not all(each.holds for deviations in found.values() for each in deviations):
        raise typer.Exit(BROKEN_STATUS)


COMMANDS = (inspect, info, check)


def _verdict(deviation: Deviation) -> str:
    return "holds" if deviation.holds else "FAILS"


def _as_row(deviation: Deviation) -> dict[str, Any]:
    """Return a deviation as a row for JSON, with None for an infinite error."""
    error = deviation.error if isfinite(deviation.error) else None
    return {**vars(deviation), "error": error, "holds": deviation.holds}


@dataclass(frozen=True)
class _Inspected:
    """A stage's report, a sentence about what it does, and its share of the change of areas, from 0 to 1."""

    report: StageReport
    sentence: str
    share: float

    def as_json(self) -> dict[str, Any]:
        """Return everything except the points of the curves."""
        report = self.report
        return {
            "stage": report.stage,
            "kind": report.kind,
            "sentence": self.sentence,
            "formula": report.formula,
            "numbers": dict(report.numbers),
            "disabled": report.disabled,
            "share_of_area_change": self.share,
            "curves": [curve.name for curve in report.curves],
            "across": report.across,
        }

    def text(self) -> str:
        """Return text with up to 80 characters per line."""
        report = self.report
        head = f"{report.stage:>2} · {report.kind}, {percent(self.share)} of the change of areas"
        numbers = "; ".join(f"{name} {written(number)}" for name, number in report.numbers.items())
        lines = [head, *(INDENT + line for line in (*wrap(f"{self.sentence}.", WIDTH - len(INDENT)), *report.formula))]
        if numbers:
            lines.append(fill(numbers, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT))
        return "\n".join(lines)


def _write_curves(reports: Sequence[StageReport], path: Path) -> None:
    """Write a table with a row for each point: stage, kind, curve, across, x, y. Raises `SpecError` without curves."""
    rows = [
        (report.stage, report.kind, curve.name, report.across, f"{x:.9g}", f"{y:.9g}")
        for report in reports
        for curve in report.curves
        for x, y in zip(curve.x, curve.y, strict=True)
    ]
    if not rows:
        raise SpecError("There are no curves to write, because these stages have no network. Choose another stage.")
    from pandas import DataFrame  # takes half a second

    table = DataFrame(rows, columns=["stage", "kind", "curve", "across", "x", "y"])
    write_bytes(path, table.to_csv(index=False, lineterminator="\n").encode())
    say(f"Wrote {counted(sum(len(report.curves) for report in reports), 'curve')} to {path}.")


def _project_info(project: Project) -> machine.SystemInfo:
    """Return what a project learns, how far it is, and the versions and the platform with which it got there."""
    steps, flow = project.history.step, project.flow
    if flow.is_recorded:
        moments = {"moments": len(project.timeline.moments)} if project.timeline.moments else {}
        score = project.score.in_units().sentence() if project.score else "unknown"
        particles = project.trace.positions.shape[1]
        return {
            "target": project.target.title,
            "family": flow.family,
            "stages": list(flow.stages),
            **moments,
            "particles": particles,
            "colors": list(project.trace.columns),
            "score": score,
        }
    names = [field.name for field in fields(Environment)]
    return {
        "target": project.target.title,
        "family": flow.family,
        "layers": flow.layers,
        **({"shown_at": flow.given_label} if flow.condition else {}),
        **flow.options,
        **({"pairing": flow.pairing, **_integration(project)} if flow.recipe.is_continuous else {}),
        "steps": int(steps[-1]) if len(steps) else 0,
        "ending": project.ending or ("unknown" if len(steps) else "not trained"),
        "score": project.score.in_units().sentence() if project.score else "unknown",
        **_hits(project),
        "uses_of_the_test_points": project.test_uses,
        **vars(Settings.of(project.training, flow.recipe)),
        "changes_of_settings": [change.sentence() for change in project.history.adjustments],
        **dict.fromkeys(names, "unknown"),
        **(vars(project.environment) if project.environment else {}),
    }


def _hits(project: Project) -> dict[str, str | float]:
    """Return how legible the particles are, their weights, and the covered parts, computed if the file lacks them."""
    moments, trace = project.timeline.moments, project.trace
    found: Mapping[str, Any] = moments[-1].hits if moments else {}
    try:
        if found.get("legibility") is None or found.get("parts") is None:
            found = project.build_target().hits(trace.positions[-1], trace.log_density(trace.last_stage))
    except FlowvizError:  # the font of a text is not installed, or a picture is damaged
        return dict.fromkeys(HITS, "unknown")
    return {name: "none" if found[name] is None else found[name] for name in HITS}


def _best_loss(project: Project) -> str | float:
    """Return the lowest possible regression loss of flow matching."""
    try:
        found = best_loss(project.build_target(), project.flow)
    except FlowvizError:  # as for the legibility
        found = None
    return "unknown" if found is None else found


def _integration(project: Project) -> machine.SystemInfo:
    """Return the losses, the integrator, and which shares of particles and test points its steps fold over."""
    last = project.history.last_progress()
    return {
        "regression_loss": (last and last.loss) or "unknown",
        "best_regression_loss": _best_loss(project),
        "integrator": project.flow.integrator or "",
        "integrator_steps": project.flow.integrator_steps or 0,
        "folded_particles": project.trace.folded_share,
        "folded_points": "unknown" if project.score is None else project.score.folded,
    }
