"""Format 1 of the comparison file: the project files of several entrants in one file.

Like a project file, it is a safetensors file: arrays, and a JSON text in the metadata, here under the key
"flowviz-comparison". Saving the same comparison always produces the same bytes.

    metadata    format_version    1
                names             names of the entrants, in their order
                seeds             number of runs that were asked for, for each entrant
                styles            numbers of the colors of the entrants, unless they count up from 0
    arrays      project/NUMBER    uint8: the project file of an entrant, see `format.py`, counted from 0
                trials            uint8: the results of the runs as a CSV table, see `records/trial.py`
                nlls/NUMBER       float32 (n,): the NLL of each test point in flow units, for the run in that row of the
                                  table, counted from 0; missing if it is unknown
                limits            uint8: the limits by counting as such a table, each with the name of an entrant that
                                  has this target; only if they are asked for. Older versions of flowviz ignore them
                selected          uint8 (1,): number of the selected entrant, whose `seen` is the view of all; missing
                                  if no window has shown them. Older versions of flowviz ignore this array and the
                                  next one
                selection         uint8: the selected particles, like those of a project; missing if there are none

Files are not trusted. Each project is checked as if it were a file of its own, and the projects must be comparable: one
to six of them, with different names and equal budgets.
"""

import csv
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from safetensors.numpy import load, save

from flowviz.errors import FileError
from flowviz.files import write_bytes
from flowviz.projects.arrays import checked, flags_of
from flowviz.projects.comparison import Comparison
from flowviz.projects.format import from_bytes, to_bytes
from flowviz.projects.header import COMPARISON, file_holds, metadata
from flowviz.projects.storage import NotOurs, checked_content, read_content
from flowviz.records import Selection, Trial, to_csv
from flowviz.records.trial import from_csv
from flowviz.specs.comparison import MAX_ENTRANTS
from flowviz.specs.spec import Spec

COMPARISON_VERSION = 1
MAX_TABLE_BYTES = 10_000_000  # bytes of CSV, far more than those of six entrants with 1000 seeds each


class ComparisonText(Spec):
    """JSON metadata of a comparison file."""

    format_version: int
    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_ENTRANTS)]
    seeds: int
    styles: tuple[Annotated[int, Field(ge=0, lt=MAX_ENTRANTS)], ...] = ()


def save_comparison(comparison: Comparison, path: Path, *, private: bool = False) -> None:
    """Save a comparison to a file, atomically even if the power fails.

    Args:
        comparison: The comparison. Of each project, only what `Project.storable` returns is saved.
        path: The file to write or replace.
        private: Whether to make the file readable by the user only.

    Raises:
        FileError: If the comparison is too large, if it could not be opened again, or if the file cannot be written.
    """
    write = partial(comparison_to_bytes, comparison)
    content = checked_content(write, comparison_from_bytes, "comparison", "Remove a flow.")
    write_bytes(path, content, lasting=True, private=private)


def load_comparison(path: Path) -> Comparison:
    """Load a comparison from a file that `save_comparison` wrote.

    Raises:
        FileError: If the file cannot be read, is damaged, or is not a comparison.
    """
    return read_content(path, comparison_from_bytes)


def is_comparison(path: Path) -> bool:
    """Return whether a file begins like one that `save_comparison` wrote."""
    return file_holds(path, COMPARISON)


def comparison_to_bytes(comparison: Comparison) -> bytes:
    """Return the content of a comparison file."""
    arrays: dict[str, NDArray[Any]] = {
        f"project/{number}": np.frombuffer(to_bytes(project), np.uint8)
        for number, project in enumerate(comparison.projects.values())
    }
    trials = comparison.ordered_trials()
    arrays["trials"] = np.frombuffer(to_csv(trials).encode(), np.uint8)
    arrays |= {f"nlls/{row}": each.test_nlls for row, each in enumerate(trials) if each.test_nlls is not None}
    if (known := comparison.limits) is not None:
        targets = {project.target: name for name, project in comparison.projects.items()}
        limits = to_csv(replace(known[target], name=name) for target, name in targets.items() if target in known)
        arrays["limits"] = np.frombuffer(limits.encode(), np.uint8)
    if comparison.selected:
        arrays["selected"] = np.array([comparison.names.index(comparison.selected)], np.uint8)
        arrays |= {"selection": np.packbits(comparison.selection.chosen)} if comparison.selection else {}
    text = {"format_version": COMPARISON_VERSION, "names": comparison.names, "seeds": comparison.seeds}
    styles = [comparison.style(name) for name in comparison.names]
    if styles != list(range(len(styles))):
        text["styles"] = styles
    return save(arrays, metadata={COMPARISON: json.dumps(text)})


def comparison_from_bytes(content: bytes) -> Comparison:
    """Return the comparison from the content of a comparison file.

    Raises:
        FileError: If the content is damaged, is not that of a comparison, or has a newer format.
    """
    text = metadata(content, COMPARISON)
    try:
        if (version := int(text["format_version"])) > COMPARISON_VERSION:
            raise FileError(
                f"It has format {version}, but this version of flowviz supports comparisons up to format "
                f"{COMPARISON_VERSION}. Install a newer version of flowviz."
            )
        found, arrays = ComparisonText(**text), load(content)
        del content  # free its memory for the traces
        projects = {name: from_bytes(_bytes(arrays, f"project/{number}")) for number, name in enumerate(found.names)}
        if len(projects) < len(found.names):
            raise ValueError("a name is used twice")
        if len({*found.styles}) < len(found.styles):
            raise ValueError("two entrants have the same style")
        styles = dict(zip(found.names, found.styles, strict=bool(found.styles)))
        limits = (
            {projects[each.name].target: replace(each, test_nlls=None) for each in _trials(arrays, "limits", projects)}
            if "limits" in arrays
            else None
        )
        selected = found.names[checked(arrays["selected"], np.uint8).item()] if "selected" in arrays else ""
        chosen = flags_of(arrays.get("selection"), projects[selected].trace.positions.shape[1]) if selected else None
        selection = None if chosen is None else Selection(chosen)
        return Comparison(
            projects, _trials(arrays, "trials", projects), found.seeds, styles, limits, selected, selection
        )
    except (*NotOurs, csv.Error) as error:
        raise FileError("It is damaged or was not written by flowviz.") from error


def _trials(arrays: Mapping[str, NDArray[Any]], table: str, names: Collection[str]) -> tuple[Trial, ...]:
    """Return the results in a table. Raises `ValueError` or `csv.Error` if they are not those of the entrants."""
    content = _bytes(arrays, table)
    if len(content) > MAX_TABLE_BYTES:
        raise ValueError(f"a table of {len(content)} bytes is too large")
    trials = from_csv(content.decode())
    keys = [(trial.name, trial.seed) for trial in trials]
    if len({*keys}) < len(keys) or not {trial.name for trial in trials} <= {*names}:
        raise ValueError("a run is listed twice, or belongs to no entrant")
    if not all((trial.family + trial.failure).isprintable() for trial in trials):  # free of terminal escape sequences
        raise ValueError("the family or the failure of a run cannot be printed")
    return tuple(replace(trial, test_nlls=_nlls(arrays, f"nlls/{row}")) for row, trial in enumerate(trials))


def _nlls(arrays: Mapping[str, NDArray[Any]], name: str) -> NDArray[np.float32] | None:
    """Return the NLLs of test points, or None if there are none. Raises `ValueError` if they are invalid."""
    if name not in arrays:
        return None
    nlls: NDArray[np.float32] = checked(arrays[name], np.float32)
    if nlls.ndim != 1 or not len(nlls) or not np.isfinite(nlls).all():
        raise ValueError(f"{name} does not hold the NLLs of points")
    return nlls


def _bytes(arrays: Mapping[str, NDArray[Any]], name: str) -> bytes:
    return checked(arrays[name], np.uint8).tobytes()
