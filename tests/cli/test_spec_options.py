"""Options are made from the fields of specs: a new field is a new option, with its description as help."""

from typing import Annotated, Any

import pytest
import typer
from pydantic import Field

from flowviz.cli.commands import app
from flowviz.cli.spec_options import parsed, spec_options, takes
from flowviz.specs import ExportSpec, FlowSpec, Spec, TrainingSpec
from flowviz.specs.fields import Option, fields_of

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("command", "kind"),
    [("render", ExportSpec), ("train", FlowSpec), ("train", TrainingSpec)],
)
def test_every_field_is_an_option_with_its_description_as_help(command: str, kind: type[Spec]) -> None:
    helps = {option: param.help for param in COMMANDS[command].params for option in param.opts}
    for field in fields_of(kind).values():
        if kind is not ExportSpec or field.option.kinds:
            assert helps[f"--{field.option_name}"] == f"{field.description}."


class Cake(Spec):
    """A spec with fields of each kind."""

    tiers: Annotated[int, Field(title="Tiers", description="Number of tiers")] = 1
    iced: Annotated[bool, Field(title="Icing", description="Cover it with icing")] = False
    place: Annotated[
        tuple[float, float] | None, Field(title="Place", description="Where it is"), Option(form="X,Y", none="nowhere")
    ] = (0.0, 0.0)


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ("", {}),
        ("--tiers 3 --iced", {"tiers": 3, "iced": True}),
        ("--no-iced --place=-1,2.5", {"iced": False, "place": (-1.0, 2.5)}),
        ("--place nowhere", {"place": None}),
    ],
)
def test_only_given_options_are_passed_on(arguments: str, given: dict[str, Any]) -> None:
    found = list[dict[str, Any]]()
    program = typer.Typer(add_completion=False)

    @program.command()
    @takes(fields=spec_options(fields_of(Cake)))
    def bake(fields: dict[str, Any], name: str = "") -> None:
        found.append({**parsed(Cake, fields)})

    typer.main.get_command(program).main(arguments.split(), standalone_mode=False)
    assert found == [given]
