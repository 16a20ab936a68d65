"""Options that several commands share: a group of them is the parameters of a function, which gives a spec."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any

Command = Callable[..., None]


def takes(**choosers: Callable[..., Any]) -> Callable[[Command], Command]:
    """Let a command have the options of each chooser in place of the parameter of that name, which is what it gives.

    An option of the same name in several of them, and in the command, is one option.
    """
    groups = {name: signature(choose).parameters for name, choose in choosers.items()}

    def decorated(command: Command) -> Command:
        own = {name: each for name, each in signature(command).parameters.items() if name not in choosers}

        @wraps(command)
        def with_options(**values: Any) -> None:
            chosen = {
                name: choosers[name](**{option: values[option] for option in group}) for name, group in groups.items()
            }
            command(**chosen, **{name: values[name] for name in own})

        options = {option: each for group in groups.values() for option, each in group.items()} | own
        with_options.__signature__ = Signature(  # type: ignore[attr-defined]  # typer reads it
            [each.replace(kind=Parameter.KEYWORD_ONLY) for each in options.values()]
        )
        return with_options

    return decorated
