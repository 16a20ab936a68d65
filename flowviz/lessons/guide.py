"""The tables of the guide for teachers, `resources/guide/lessons.md`, as Markdown."""

from flowviz.lessons.lesson import COMPARISONS
from flowviz.lessons.observations import GROUPS, Observation
from flowviz.lessons.setup import setup_keys


def observation_tables() -> str:
    """Return a table of observations for each part of the program."""
    return "\n\n".join(
        f"**{title}**\n\n| observation | kind | what it is |\n|---|---|---|\n{chr(10).join(map(_row, group))}"
        for title, group in GROUPS.items()
    )


def setup_table() -> str:
    """Return the table of the keys of a setup."""
    rows = (f"| `{name}` | {description} | `{name} = {example}` |" for name, description, example in setup_keys())
    return "\n".join(["| key | what it sets | example |", "|---|---|---|", *rows])


def comparison_table() -> str:
    """Return the table of the comparisons of each kind of observation."""
    rows = (f"| {kind} | {', '.join(f'`{name}`' for name in names)} |" for kind, names in COMPARISONS.items())
    return "\n".join(["| kind | comparisons |", "|---|---|", *rows])


def _row(observation: Observation) -> str:
    kind = f"{observation.kind}, in {observation.unit}" if observation.unit else observation.kind
    choices = f": {', '.join(f'`{choice}`' for choice in observation.choices)}" if observation.choices else ""
    return f"| `{observation.name}` | {kind} | {observation.description}{choices} |"
