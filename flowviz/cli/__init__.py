"""The command line. Results go to files or stdout, messages to stderr."""

import errno
import sys
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

import flowviz
from flowviz import extensions, process
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
from flowviz.cli.interrupts import Interrupted, interruptible
from flowviz.cli.messages import say
from flowviz.cli.plan_options import FlowCommand
from flowviz.errors import FlowvizError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import check_readable, is_file, reason

OPEN = "open"
NUMBER_ERRORS = {  # by the type of an error of pydantic, whose own words are not for users
    "int_parsing": "not a whole number",
    "int_parsing_size": "too large a number",
    "float_parsing": "not a number",
    "string_unicode": "not a number",
}
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}  # what the system says of a file that cannot grow
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
    check_readable(project, sys.maxsize)
    _open_window(context.obj, project)


def main() -> None:
    """Run the `flowviz` command. A user error prints one sentence and exits with status 2."""
    process.configure()
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    """Return the exit status."""
    try:
        status = _invoke(arguments)
        if sys.stdout is not None:  # it is closed
            sys.stdout.flush()
    except _USAGE_ERROR as error:
        say(_usage_sentence(error))
        return 2
    except FlowvizError as error:
        say(str(error))
        return 2
    except Interrupted as interrupt:
        return interrupt.status
    except BrokenPipeError:  # the reader of stdout, such as head, has read enough
        process.discard_stdout()
        return 0
    except OSError as error:
        if error.errno not in FULL:  # not from stdout: other files are written by functions that raise `FileError`
            raise
        process.discard_stdout()
        say(f"Cannot write to stdout: {reason(error)}.")
        return 2
    return status


def _invoke(arguments: list[str]) -> int:
    """Run a command without the handling of errors in typer, which prints several lines and hides broken pipes."""
    try:
        with interruptible(), _command().make_context("flowviz", arguments) as context:
            _command().invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return 0


@cache
def _command() -> Any:
    """Return the command, whose many options take a while to collect."""
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
    sentences = _load_extensions(with_files or [])
    if self_test:
        raise typer.Exit(_test_self())
    context.obj = sentences
    if context.invoked_subcommand is None:
        _open_window(sentences)


def _load_extensions(paths: list[Path]) -> list[str]:
    """Run extensions, and say so. Raises `FileError` if a file cannot be read."""
    for path in paths:
        check_readable(path, sys.maxsize)
    sentences = [extension.sentence() for extension in extensions.load(paths)]
    for sentence in sentences:
        say(sentence)
    return sentences


def _open_window(news: list[str], project: Path | None = None) -> NoReturn:
    from flowviz.app.main import run

    run(project, news)


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
