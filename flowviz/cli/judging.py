"""The command that judges a density estimator: judge."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from flowviz.cli import options
from flowviz.cli.loaded_project import project_at
from flowviz.cli.messages import drained, say_columns
from flowviz.cli.outputs import check_output
from flowviz.cli.plan_options import requested_target
from flowviz.cli.spec_options import SpecFile, given_files, takes
from flowviz.cli.target_sources import Sources, chosen_sources
from flowviz.errors import SpecError
from flowviz.file_kinds import PICTURE
from flowviz.library import judging
from flowviz.library.pictures import render_judgment
from flowviz.targets import read_log_densities, reading_columns

INCONSISTENT_STATUS = 1


@takes(sources=chosen_sources)
def judge(
    sources: Sources,
    project: Annotated[
        Path | None, typer.Argument(help="A project, whose flow is judged against its own target.")
    ] = None,
    entrant: options.Entrant = None,
    spec_file: SpecFile = None,
    log_prob: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Log-densities of the points of --points, in nats.")
    ] = None,
    samples: Annotated[Path | None, typer.Option(metavar="FILE", help="Samples of the estimator.")] = None,
    samples_log_prob: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Log-densities of the samples, in nats.")
    ] = None,
    n: options.Count = judging.POINTS,
    seed: options.Seed = 0,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write a figure: .png, .svg or .pdf.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Judge whether a density estimator is consistent, and how well it fits a target.

    The estimator is the flow of a project, or comes from files: --points are points of the target, such as those that
    flowviz target draws, on which it was not trained. All are in the units of the data. The exit status is 1 if the
    estimator is inconsistent, but not if it is only a poor fit.
    """
    inputs = [*sources.files, *given_files(project, spec_file, log_prob, samples, samples_log_prob)]
    if output is not None:
        check_output(output, PICTURE.written, inputs)
    if len(sources.points) > 1:
        raise SpecError("There is more than one file of points. Give only one.")
    tables = {"points": next(iter(sources.points), None), "sample": samples}
    given: dict[str, Any] = {
        name: drained(reading_columns(path, sources.columns, options.MAX_POINTS, say_columns), f"Reading {path.name}")
        for name, path in tables.items()
        if path is not None
    }
    scores = {"log_prob": log_prob, "samples_log_prob": samples_log_prob}
    given |= {name: read_log_densities(path) for name, path in scores.items() if path is not None}
    others = replace(sources, points=[], columns=None)
    if project is not None and (others.are_given or spec_file or given):
        raise SpecError("A project is judged against its own target. Leave out other targets and files.")
    target = requested_target(others, spec_file) if project is None else project_at(project, entrant)
    found = judging.judge(target, **given, n=options.checked_count(n), seed=options.checked_seed(seed))
    typer.echo(json.dumps(found.as_json(), ensure_ascii=False) if as_json else found.text())
    if output is not None:
        render_judgment(found, output)
    if not found.is_consistent:
        raise typer.Exit(INCONSISTENT_STATUS)


COMMANDS = (judge,)
