"""The commands about lessons: lesson list, check, observations, worksheet."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from flowviz.cli.messages import say
from flowviz.cli.outputs import check_output
from flowviz.files import atomic_write
from flowviz.lessons import (
    GROUPS,
    Observation,
    check_lesson,
    lesson_file,
    lesson_warnings,
    read_lesson,
    setup_keys,
    shipped_lessons,
)
from flowviz.specs.export_kinds import Paper
from flowviz.specs.shares import counted

app = typer.Typer(
    help="List the lessons of the window, check one of your own, or make a worksheet of one.",
    add_completion=False,
    rich_markup_mode=None,
)


@app.command(name="list")
def list_lessons() -> None:
    """List the lessons that come with flowviz. In the window, they are in the Help menu."""
    for lesson in shipped_lessons():
        typer.echo(f"{lesson.name:<24}{lesson.title} ({lesson.minutes} min). {lesson.summary}")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Lesson files, which end in .toml.", metavar="FILE.toml ...")],
) -> None:
    """Check lessons that you have written. An error or a warning names the line and the key."""
    for path in files:
        lesson = check_lesson(path)
        for warning in lesson_warnings(lesson):
            typer.echo(f"Warning: {warning}", err=True)
        typer.echo(f'{path} is a lesson of {counted(len(lesson.steps), "step")}, "{lesson.title}".')


@app.command()
def observations() -> None:
    """List what the conditions of a lesson can observe, and what the setup of a step can set."""
    for title, group in GROUPS.items():
        typer.echo(f"{title}\n{_table((each.name, _kind(each), _described(each)) for each in group)}\n")
    keys = ((name, "", f"{description}. Example: {name} = {example}") for name, description, example in setup_keys())
    typer.echo(f"Keys of a setup\n{_table(keys)}")


@app.command()
def worksheet(
    lesson: Annotated[str, typer.Argument(help="Name or number of a lesson, or a lesson file.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The PDF to write.")],
    answers: Annotated[bool, typer.Option("--answers", help="Add a page with the answers.")] = False,
    paper: Annotated[Paper, typer.Option("--paper", help="The size of the pages.")] = "a4",
) -> None:
    """Write a lesson as a worksheet, with lines to write on."""
    from flowviz.lessons.worksheet import save_worksheet  # loads matplotlib

    path = lesson_file(lesson)
    check_output(output, [".pdf"], [path])
    found = read_lesson(path)
    with atomic_write(output) as part:
        save_worksheet(found, part, answers=answers, paper=paper)
    say(f"Wrote {output}.")


def _kind(observation: Observation) -> str:
    return observation.unit or observation.kind


def _described(observation: Observation) -> str:
    choices = f": {', '.join(observation.choices)}" if observation.choices else ""
    limits = f"; {observation.range_words}" if observation.range_words else ""
    return f"{observation.description}{choices}{limits}."


def _table(rows: Iterable[tuple[str, str, str]]) -> str:
    return "\n".join(f"  {name:<27}{kind:<12}{text}" if kind else f"  {name:<18}{text}" for name, kind, text in rows)
