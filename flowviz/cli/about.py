"""The commands that show what comes with flowviz: gallery, cite, whats-new."""

from pathlib import Path
from typing import Annotated

import typer

from flowviz.about import citation, release_notes
from flowviz.cli import options
from flowviz.cli.messages import say
from flowviz.cli.outputs import check_project_output
from flowviz.errors import SpecError
from flowviz.projects import example, examples


def gallery(
    name: Annotated[str | None, typer.Argument(help="An example; without it, all are listed.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file to copy it to.")] = None,
    force: options.Force = False,
) -> None:
    """List the trained examples that come with flowviz, or copy one."""
    if name is None:
        for found in examples():
            typer.echo(f"{found.name:<18}{found.sentence}")
        return
    if output is None:
        raise SpecError(f"There is no output. Give a file: flowviz gallery {name} -o {name}.flowviz.")
    found = example(name)
    check_project_output(output, [], force=force)
    found.copy_to(output)
    say(f"Wrote {output}.")


def cite() -> None:
    """Print BibTeX entries for flowviz and the papers behind its flows."""
    typer.echo(citation(), nl=False)


def whats_new() -> None:
    """Print what is new in this and earlier releases."""
    typer.echo(release_notes(), nl=False)


COMMANDS = (gallery, cite, whats_new)
