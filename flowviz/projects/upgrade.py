"""Older formats of the project file are brought up to the present one, a version at a time."""

from typing import Any

FORMAT_VERSION = 5


def upgraded(text: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a project file of any version, as the present version has it. Raises `KeyError`, `ValueError`."""
    version = text["format_version"]
    if version == 1:
        text = _from_1(text)
    if version <= 3:
        text = _from_3(text)
    return _from_4(text) if version <= 4 else text


def _from_1(text: dict[str, Any]) -> dict[str, Any]:
    """There was one family, with equal widths in practice, and its layers were called couplings."""
    flow = dict(text["flow"])
    widths = flow.pop("hidden")
    if len(set(widths)) != 1:
        raise ValueError(f"hidden layers of different widths, {widths}, are no longer known")
    flow |= {"family": "realnvp", "layers": flow.pop("couplings"), "width": widths[0], "depth": len(widths)}
    return {**text, "flow": flow}


def _from_3(text: dict[str, Any]) -> dict[str, Any]:
    """All targets were texts in the built-in font, their lines centered."""
    return {**text, "target": {**text["target"], "kind": "text"}}


def _from_4(text: dict[str, Any]) -> dict[str, Any]:
    """No network saw waves of its input; now those of the default flow do."""
    return {**text, "flow": {**text["flow"], "waves": 0}}
