"""The command `trials` of older versions, which prints the `compare` command that replaces it."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from flowviz.cli.messages import say
from flowviz.errors import SpecError
from flowviz.specs import PRESETS, FlowSpec
from flowviz.specs.fields import as_text, fields_of

ANY_OPTIONS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": list[str]()}
USUAL_SEEDS = "5"  # of `trials`; `compare` trains with one seed
STATUS = 2  # as for user errors


def trials(words: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Print the `compare` command that trains what `trials` of older versions trained."""
    say(
        "`flowviz compare` has replaced `flowviz trials`, and writes a folder. Existing tables of trials remain valid: "
        "they are CSV files with the columns of table.csv. Use this command instead:"
    )
    typer.echo(shlex.join(["flowviz", "compare", *converted(words or [])]))
    raise typer.Exit(STATUS)


def converted(words: Sequence[str]) -> list[str]:
    """Return the arguments of `compare` that correspond to arguments of the former `trials`.

    The output is a folder with the name of the table, and its figure takes the place of the plot.

    Raises:
        SpecError: If the name of a preset is unknown.
    """
    split = [part for word in words for part in (word.split("=", 1) if word.startswith("--") else [word])]
    found, arguments = list[str](), iter(split)
    for word in arguments:
        match word:
            case "-o" | "--output":
                found += ["-o", str(Path(next(arguments, "trials.csv")).with_suffix(""))]
            case "--plot":
                next(arguments, None)
            case "--spec":
                found += [next(arguments, "")]
            case "--preset":
                found += _flow_options(next(arguments, ""))
            case _:
                found += [word]
    if not {"--flow", "--spec"} & {*split, *found}:
        found += ["--flow", as_text(FlowSpec().family)]
    return found if "--seeds" in found else [*found, "--seeds", USUAL_SEEDS]


def _flow_options(preset: str) -> list[str]:
    choices = next((each.choices for name, each in PRESETS.items() if name == preset), None)
    if choices is None:
        raise SpecError(f"There is no preset {preset!r}. Choose one of {', '.join(PRESETS)}.")
    options = fields_of(FlowSpec)
    return [text for name, value in choices.items() for text in (f"--{options[name].option_name}", as_text(value))]
