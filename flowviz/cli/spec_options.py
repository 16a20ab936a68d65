"""The options of commands that are fields of specs, and other options that several commands share."""

import json
from collections.abc import Callable, Collection, Mapping
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from flowviz.errors import FileError
from flowviz.files import content_of
from flowviz.specs import Spec
from flowviz.specs.fields import SpecField, fields_of

MAX_SPEC_BYTES = 100_000_000  # enough for a target of five million points
Given = Mapping[str, Any]  # the fields that options give, by name; values with a text form are text
Command = Callable[..., Any]
SpecFile = Annotated[
    Path | None,
    typer.Option("--spec", help="Begin with the spec in this file; other options override it.", metavar="FILE.json"),
]


def takes(**groups: Callable[..., Any]) -> Callable[[Command], Command]:
    """Let a command have the parameters of some functions as options, in place of its parameters of their names.

    The command gets what each function returns. An option that has the same name in several functions, and in the
    command, is one option.
    """
    parameters = {name: signature(group).parameters for name, group in groups.items()}

    def decorated(command: Command) -> Command:
        own = {name: each for name, each in signature(command).parameters.items() if name not in groups}

        @wraps(command)
        def with_options(**values: Any) -> Any:
            found = {name: groups[name](**{each: values[each] for each in parameters[name]}) for name in groups}
            return command(**found, **{name: values[name] for name in own})

        options = {**own, **{name: each for group in parameters.values() for name, each in group.items()}, **own}
        with_options.__signature__ = Signature(  # type: ignore[attr-defined]  # typer reads it
            [each.replace(kind=Parameter.KEYWORD_ONLY) for each in options.values()]
        )
        return with_options

    return decorated


def spec_options(fields: Mapping[str, SpecField]) -> Callable[..., Given]:
    """Return a function for `takes` with an option for each field. It returns the fields that were given."""

    def given(**values: Any) -> Given:
        chosen = {name: values[_parameter_name(field)] for name, field in fields.items()}
        return {name: value for name, value in chosen.items() if value is not None}

    given.__signature__ = Signature([_parameter(field) for field in fields.values()])  # type: ignore[attr-defined]
    return given


def options_like(fields: Mapping[str, SpecField]) -> list[Any]:
    """Return the command-line options that typer makes for fields."""
    holder = typer.Typer(add_completion=False)
    holder.command()(spec_options(fields))
    return [each for each in typer.main.get_command(holder).params if each.name in fields]


def parsed(kind: type[Spec], given: Given) -> dict[str, Any]:
    """Return the values of the fields that options give. Raises `SpecError`."""
    texts = {name: field for name, field in fields_of(kind).items() if field.is_text}
    return {
        name: texts[name].parse(value) if name in texts and isinstance(value, str) else value
        for name, value in given.items()
    }


def read_spec(path: Path | None, *places: tuple[Collection[str], tuple[str, ...]]) -> dict[str, Any]:
    """Return the values in a JSON file of `--spec`.

    Args:
        path: The file; without one, there are no values.
        places: The fields of each kind of spec that the file may hold, and where that spec is in the result. The first
            kind that has all fields of the file counts.

    Raises:
        FileError: The file cannot be read, or holds no object in JSON.
    """
    values = {} if path is None else read_json(path)
    for name in reversed(next((place for fields, place in places if values.keys() <= {*fields}), ())):
        values = {name: values}
    return values


def read_json(path: Path) -> dict[str, Any]:
    """Return the values of a spec in a JSON file. Raises `FileError` as `read_spec` does."""
    try:
        values = json.loads(content_of(path, MAX_SPEC_BYTES))
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} cannot be read: it is not valid JSON.") from error
    if not isinstance(values, dict):
        raise FileError(f"{path} does not contain a spec, which is a JSON object.")
    return values


def given_files(*paths: Path | None) -> list[Path]:
    """Return the files that options name."""
    return [path for path in paths if path is not None]


def _parameter_name(field: SpecField) -> str:
    return field.option_name.replace("-", "_")


def _parameter(field: SpecField) -> Parameter:
    """Return the parameter of a command that gives a field."""
    kind = str if field.is_text else field.kind
    names = f"--{field.option_name}" + (f"/--no-{field.option_name}" if kind is bool else "")
    option = typer.Option(names, help=f"{field.description}.", metavar=field.option.form or None)
    return Parameter(
        _parameter_name(field), Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
    )
