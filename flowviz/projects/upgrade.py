"""Upgrades of older project file formats to the current one, one version at a time.

- Format 10 had an NLL in place of each measurement of a score.
- Format 9 had no edits.
- Format 8 had flows with a standard normal base only, which is no longer the default of all families.
- Format 7 used the same held-out points to select the kept state and to score it. What it calls held out is the
  validation set now, and it has no score. Half of the held-out points of a table are test points now, so a training
  that resumes does not keep the state that they helped to select.
- Format 6 had a fixed minimum bin height for all splines.
- Format 5 stored each array of the weights by name. It had neither moments nor a view.
- Format 4 had no networks with waves.
- Format 3 had text targets only.
- Format 2 stored every stage of the trace; later formats leave out permutations, which mirror the stage before.
- Format 1 had RealNVP flows only, and neither a checkpoint nor a round-trip error.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.projects.states import Layout
from flowviz.records import Weights
from flowviz.specs import FlowSpec
from flowviz.specs.flow import NETWORK_FIELDS
from flowviz.specs.recipes import BASE, PERMUTE, RECIPES

FORMAT_VERSION = 11
TRAINING_SHARE_OF_7 = 0.8  # of the points of a target
MIN_BIN_HEIGHT_OF_6 = 1e-3

Arrays = dict[str, NDArray[Any]]
Contents = tuple[dict[str, Any], Arrays]  # the JSON metadata, and the arrays by name


def upgraded(text: dict[str, Any], arrays: Arrays) -> Contents:
    """Upgrade the contents of a project file of any version to the current format.

    Args:
        text: The JSON metadata.
        arrays: The arrays by name. The dictionary may be modified.

    Returns:
        The metadata and arrays in the current format.

    Raises:
        KeyError, ValueError, TypeError, SpecError: If the contents are not valid in their format.
    """
    version = text["format_version"]
    for last, upgrade in UPGRADES:
        if version <= last:
            text, arrays = upgrade(text, arrays)
    return {**text, "format_version": FORMAT_VERSION}, arrays


def _from_1(text: dict[str, Any], arrays: Arrays) -> Contents:
    """Upgrade from format 1: name the only family, and rename couplings and hidden layers.

    The format allowed hidden layers of different widths, but in practice all widths were equal.
    """
    flow = dict(text["flow"])
    widths = flow.pop("hidden")
    if len(set(widths)) != 1:
        raise ValueError(f"hidden layers of different widths, {widths}, are no longer supported")
    flow |= {"family": "realnvp", "layers": flow.pop("couplings"), "width": widths[0], "depth": len(widths), "hats": 0}
    return {**text, "flow": flow}, arrays


def _from_2(text: dict[str, Any], arrays: Arrays) -> Contents:
    """Upgrade from format 2: drop the permutations from the trace."""
    stored = [kind != PERMUTE for kind in _kinds(text)]
    return text, arrays | {name: arrays[name][stored] for name in ("trace/positions", "trace/log_det")}


def _from_3(text: dict[str, Any], arrays: Arrays) -> Contents:
    """Upgrade from format 3: mark all targets as texts, which had the built-in font and centered lines."""
    return {**text, "target": {**text["target"], "kind": "text"}}, arrays


def _from_4(text: dict[str, Any], arrays: Arrays) -> Contents:
    """Upgrade from format 4: set the number of waves to 0, because the default has changed."""
    return {**text, "flow": {**text["flow"], "waves": 0}}, arrays


def _from_5(text: dict[str, Any], arrays: Arrays) -> Contents:
    """Upgrade from format 5: concatenate the weights to states, and split the trace into columns."""
    present = Weights(_taken(arrays, "parameters/"), _taken(arrays, "statistics/"))
    kept = Weights(_taken(arrays, "kept/parameters/"), _taken(arrays, "kept/statistics/"))
    layout = Layout.of(present)
    text = text | {"layout": vars(layout), "present": 0}
    states = [layout.rows(present)]
    if (checkpoint := text.get("checkpoint")) and (of_kept := checkpoint.get("kept")):
        text["checkpoint"] = {**checkpoint, "kept": {**of_kept, "state": 1}}
        states.append(layout.rows(kept))
    parameters, statistics = zip(*states, strict=True)
    columns, index = _columns(text, arrays.pop("trace/positions"), arrays.pop("trace/log_det"))
    return text, arrays | {
        "states/parameters": np.stack(parameters),
        "states/statistics": np.stack(statistics),
        "trace/columns": columns,
        "trace/index": index,
    }


def _from_6(text: dict[str, Any], arrays: Arrays) -> Contents:
    """Upgrade from format 6: give splines the minimum bin height that was fixed."""
    return _with_flows(text, {"min_bin_height": MIN_BIN_HEIGHT_OF_6}, ("spline",)), arrays


def _from_7(text: dict[str, Any], arrays: Arrays) -> Contents:
    """Upgrade from format 7: rename the held-out NLL, and train on 80% of the points of a target as before."""
    text, arrays = _with_old_split(_without_idle_choices(text)), dict(arrays)
    if checkpoint := text.get("checkpoint"):
        kept = checkpoint.get("kept")
        if kept and _has_points(text["target"]):
            kept = None
        if kept:
            kept = {**kept, "validation_nll": kept["heldout_nll"]}
            del kept["heldout_nll"]
        text = {**text, "checkpoint": {**checkpoint, "kept": kept}}
    arrays["history/validation_nll"] = arrays.pop("history/heldout_nll")
    return text, arrays


def _from_8(text: dict[str, Any], arrays: Arrays) -> Contents:
    """Upgrade from format 8: give all flows the only base distribution that there was."""
    return _with_flows(text, {"base": "normal"}, RECIPES), arrays


def _from_10(text: dict[str, Any], arrays: Arrays) -> Contents:
    """Upgrade from format 10: turn the NLLs of the score into measurements of an unknown number of points."""
    if not (score := text.get("score")):
        return text, arrays
    validation, test, error = (score[name] for name in ("validation_nll", "test_nll", "standard_error"))
    if (test is None) != (error is None):
        raise ValueError("a test NLL requires a standard error, and vice versa")
    measured = {
        "validation": None if validation is None else {"split": "validation", "points": 0, "mean": validation},
        "test": None if test is None else {"split": "test", "points": 0, "mean": test, "standard_error": error},
    }
    others = {name: score[name] for name in ("step", "entropy", "folded") if name in score}
    return {**text, "score": {**others, **measured}}, arrays


def _with_flows(text: dict[str, Any], missing: dict[str, Any], families: Iterable[str]) -> dict[str, Any]:
    """Add fields to the flow of some families, and to that of the next training."""
    if text.get("next"):
        text = {**text, "next": _with_flows(text["next"], missing, families)}
    return {**text, "flow": {**missing, **text["flow"]}} if text["flow"].get("family") in families else text


def _has_points(target: dict[str, Any]) -> bool:
    """Return whether a target is a table of points, or a mix with one."""
    return target["kind"] == "points" or any(_has_points(part["source"]) for part in target.get("parts", []))


def _with_old_split(values: Any) -> Any:
    """Return JSON with the previous training share of point targets, so that training resumes with the same points."""
    if isinstance(values, list):
        return [_with_old_split(value) for value in values]
    if not isinstance(values, dict):
        return values
    values = {name: _with_old_split(value) for name, value in values.items()}
    return {**values, "training_share": TRAINING_SHARE_OF_7} if values.get("kind") == "points" else values


def _without_idle_choices(text: dict[str, Any]) -> dict[str, Any]:
    """Remove network sizes from flows with tables. Early files of format 7 have them, although they mean nothing."""
    flow = dict(text["flow"])
    if text.get("next"):
        text = {**text, "next": _without_idle_choices(dict(text["next"]))}
    if flow.get("conditioner") != "table":
        return text
    return {**text, "flow": {name: value for name, value in flow.items() if name not in NETWORK_FIELDS}}


def _columns(
    text: dict[str, Any], positions: NDArray[Any], log_det: NDArray[Any]
) -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
    """Return the columns of a trace, and their numbers for each stage.

    Args:
        text: The JSON metadata, from which the stages are known.
        positions: Positions of the particles at the stored stages (stored, n, 2).
        log_det: Log-determinants at the stored stages (stored, n).
    """
    if positions.ndim != 3 or positions.shape[2] != 2 or log_det.shape != positions.shape[:2]:
        raise ValueError(f"positions {positions.shape} and log-dets {log_det.shape} do not match")
    columns = np.concatenate([positions.transpose(0, 2, 1), log_det[:, np.newaxis]], axis=1, dtype=np.float32)
    index: list[tuple[int, int, int]] = []
    stored = 0
    for kind in _kinds(text):
        if kind == PERMUTE:
            x, y, of_log_det = index[-1]
            index.append((y, x, of_log_det))
        else:
            index.append((stored, stored + 1, stored + 2))
            stored += 3
    if stored != 3 * len(positions):
        raise ValueError(f"{len(positions)} stored stages do not match the {len(index)} of the flow")
    return columns.reshape(stored, -1), np.array(index, np.uint16)


def _kinds(text: dict[str, Any]) -> tuple[str, ...]:
    return (BASE, *FlowSpec(**text["flow"]).bijector_kinds())


def _taken(arrays: Arrays, prefix: str) -> Arrays:
    names = [name for name in arrays if name.startswith(prefix)]
    return {name.removeprefix(prefix): arrays.pop(name) for name in names}


# The last format that each function upgrades, in the order in which they are applied: `_from_7` needs the base.
UPGRADES: tuple[tuple[int, Callable[[dict[str, Any], Arrays], Contents]], ...] = (
    (1, _from_1),
    (2, _from_2),
    (3, _from_3),
    (4, _from_4),
    (5, _from_5),
    (6, _from_6),
    (8, _from_8),
    (7, _from_7),
    (10, _from_10),
)
