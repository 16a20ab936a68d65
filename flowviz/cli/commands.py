"""The commands. Loading them and their many options takes a while, so the window usually starts without them."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

import flowviz
from flowviz import process
from flowviz.cli import (
    about,
    comparison,
    desktop,
    inspect,
    judging,
    lessons,
    numbers,
    options,
    render,
    training,
    trials,
)
from flowviz.cli.messages import say
from flowviz.cli.plan_options import FlowCommand
from flowviz.cli.window import load_extensions, open_window
from flowviz.errors import FlowvizError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import is_file

OPEN = "open"
NUMBER_ERRORS = {  # by the type of an error of pydantic, whose own words are not for users
    "int_parsing": "not a whole number",
    "int_parsing_size": "too large a number",
    "float_parsing": "not a number",
    "string_unicode": "not a number",
}
_USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]  # typer exports this kind of usage error only


class _Commands(TyperGroup):
    """The commands, of which a file as the first argument selects `open`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        first = Path(args[0])
        if args[0] not in self.commands and (first.suffix == PROJECT_SUFFIX or is_file(first)):
            args = [OPEN, *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    help=(
        "Watch a normalizing flow turn a Gaussian cloud into a word. "
        "Without a command, the window opens; with a file, it opens that project."
    ),
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (
    *training.COMMANDS,
    *comparison.COMMANDS,
    *render.COMMANDS,
    *inspect.COMMANDS,
    *numbers.COMMANDS,
    *judging.COMMANDS,
    *desktop.COMMANDS,
    *about.COMMANDS,
):
    app.command(cls=FlowCommand)(command)
app.command("trials", hidden=True, context_settings=trials.ANY_OPTIONS)(trials.trials)
app.add_typer(lessons.app, name="lesson")


@app.command(OPEN, hidden=True)
def _open(context: typer.Context, project: options.ProjectFile) -> None:
    """Open the window with a project."""
    open_window(context.obj, project)


def invoke(arguments: list[str]) -> int:
    """Run a command, and return its exit status.

    Typer's own handling of errors is bypassed, because it prints several lines for each error and hides broken pipes.

    Raises:
        FlowvizError: If the command line is wrong, or the command fails for a reason that the user can fix.
    """
    try:
        with _command().make_context("flowviz", arguments) as context:
            _command().invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except _USAGE_ERROR as error:
        raise FlowvizError(_usage_sentence(error)) from error
    return 0


@cache
def _command() -> Any:
    """Return the command, whose options take a while to collect."""
    return typer.main.get_command(app)


def _usage_sentence(error: Any) -> str:
    """Return what is wrong with the command line, and which help explains it."""
    if isinstance(error.__cause__, ValidationError):
        detail = error.__cause__.errors()[0]
        if detail["type"] in NUMBER_ERRORS:
            error.message = f"{detail['input']!r} is {NUMBER_ERRORS[detail['type']]}"
    message = " ".join(error.format_message().replace("Value error, ", "").split()).removesuffix(".")
    return f"{message} (see {error.ctx.command_path if error.ctx else 'flowviz'} --help)."


@app.callback()
def _window(
    context: typer.Context,
    with_files: Annotated[
        list[Path] | None,
        typer.Option("--with", metavar="FILE.py", help="Run the code in this file, which adds targets or flows."),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version, and exit.")] = False,
    self_test: Annotated[bool, typer.Option("--self-test", help="Test flowviz on this machine, and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"flowviz {flowviz.__version__}")
        raise typer.Exit
    if self_test or context.invoked_subcommand not in (None, OPEN):
        process.keep_compiled_programs()
    sentences = load_extensions(with_files or [])
    if self_test:
        raise typer.Exit(_test_self())
    context.obj = sentences
    if context.invoked_subcommand is None:
        open_window(sentences)


def _test_self() -> int:
    """Print what works on this machine, and return the exit status."""
    from flowviz.self_test import self_test  # loads much that no command needs

    say("Testing flowviz on this machine. This takes about 20 seconds.")
    failed = list[str]()
    for finding in self_test():
        typer.echo(str(finding))
        if finding.needed and not finding.works:
            failed.append(finding.name)
    if failed:
        typer.echo(f"flowviz cannot run on this machine until these work: {', '.join(failed)}.")
        return 1
    typer.echo("Everything that flowviz needs works.")
    return 0
