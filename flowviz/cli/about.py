"""The commands about flowviz itself: cite, whats-new."""

import typer

from flowviz.about import citation, release_notes


def cite() -> None:
    """Print BibTeX entries for flowviz and the flows that it offers first."""
    typer.echo(citation(), nl=False)


def whats_new() -> None:
    """Print what is new in this and earlier releases."""
    typer.echo(release_notes(), nl=False)


COMMANDS = (cite, whats_new)
