"""The terminal: one short function a command. Results go to files or stdout, talk goes to stderr."""

import sys
from typing import Annotated

import typer

import flowviz
from flowviz.cli import files, inside, pictures, running
from flowviz.cli.talk import talk
from flowviz.errors import FlowvizError

app = typer.Typer(
    help="Watch a normalizing flow bend a Gaussian cloud into a word. Without a command, the window opens.",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (*running.COMMANDS, *pictures.COMMANDS, *inside.COMMANDS, *files.COMMANDS):
    app.command()(command)


def main() -> None:
    """The `flowviz` command. What a person got wrong is one sentence and exit code 2."""
    try:
        app()
    except FlowvizError as error:
        talk.print(str(error), markup=False, soft_wrap=True)
        sys.exit(2)


@app.callback()
def _window(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is, and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"flowviz {flowviz.__version__}")
    elif context.invoked_subcommand is None:
        from flowviz.app.main import run

        sys.exit(run())
