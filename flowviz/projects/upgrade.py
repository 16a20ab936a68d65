"""Older formats of the project file are brought up to the present one, a version at a time.

Format 7 had one set of held-out points both to select the kept state and to score it: what it calls held out is the
validation set now, and it has no score. Format 6 had one smallest height for the bins of all splines. Format 5 stored
each array of the weights by its name, and neither moments nor what is seen. Format 4 had no flow with waves, format 3
no target but text. Format 2 stored every stage of the trace; later ones left out the permutations, which mirror the
stage before. Format 1, the first one, had RealNVP only, and neither the checkpoint nor the round-trip error.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.projects.states import Layout
from flowviz.records import Weights
from flowviz.specs import FlowSpec
from flowviz.specs.flow import NETWORK_FIELDS
from flowviz.specs.recipes import BASE, PERMUTE

FORMAT_VERSION = 8
TRAINING_SHARE_OF_7 = 0.8  # of points
MIN_BIN_HEIGHT_OF_6 = 1e-3

Arrays = dict[str, NDArray[Any]]


def upgraded(text: dict[str, Any], arrays: Arrays) -> tuple[dict[str, Any], Arrays]:
    """JSON and arrays of a project file of any version, as the present version has them.

    Raises `KeyError`, `ValueError`, `TypeError`, `SpecError` where they are not what that version has.
    """
    version = text["format_version"]
    if version == 1:
        text = _from_1(text)
    if version <= 2:
        arrays = _from_2(text, arrays)
    if version <= 3:
        text = _from_3(text)
    if version <= 4:
        text = _from_4(text)
    if version <= 5:
        text, arrays = _from_5(text, arrays)
    if version <= 6:
        text = _from_6(text)
    if version <= 7:
        text, arrays = _from_7(_without_idle_choices(text), arrays)
    return {**text, "format_version": FORMAT_VERSION}, arrays


def _from_1(text: dict[str, Any]) -> dict[str, Any]:
    """There was one family, with equal widths in practice, and its layers were called couplings."""
    flow = dict(text["flow"])
    widths = flow.pop("hidden")
    if len(set(widths)) != 1:
        raise ValueError(f"hidden layers of different widths, {widths}, are no longer known")
    flow |= {"family": "realnvp", "layers": flow.pop("couplings"), "width": widths[0], "depth": len(widths)}
    return {**text, "flow": flow}


def _from_2(text: dict[str, Any], arrays: Arrays) -> Arrays:
    """All stages of the trace were stored."""
    stored = [kind != PERMUTE for kind in _kinds(text)]
    return arrays | {name: arrays[name][stored] for name in ("trace/positions", "trace/log_det")}


def _from_3(text: dict[str, Any]) -> dict[str, Any]:
    """All targets were texts in the built-in font, their lines centered."""
    return {**text, "target": {**text["target"], "kind": "text"}}


def _from_4(text: dict[str, Any]) -> dict[str, Any]:
    """No network saw waves of its input; now those of the default flow do."""
    return {**text, "flow": {**text["flow"], "waves": 0}}


def _from_5(text: dict[str, Any], arrays: Arrays) -> tuple[dict[str, Any], Arrays]:
    """The weights were stored by name, and the trace by stage."""
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


def _from_6(text: dict[str, Any]) -> dict[str, Any]:
    """All bins of a spline were at least as high as they were wide."""
    plans = [text, *([text["next"]] if text.get("next") else [])]
    old, *following = [
        {**plan, "flow": {**plan["flow"], "min_bin_height": MIN_BIN_HEIGHT_OF_6}}
        if plan["flow"].get("family") == "spline"
        else plan
        for plan in plans
    ]
    return {**old, **({"next": following[0]} if following else {})}


def _from_7(text: dict[str, Any], arrays: Arrays) -> tuple[dict[str, Any], Arrays]:
    """The history and the kept state had a held-out NLL, and 80% of points were trained on."""
    text, arrays = _with_old_split(text), dict(arrays)
    if checkpoint := text.get("checkpoint"):
        kept = checkpoint.get("kept")
        kept = kept and {**kept, "validation_nll": kept["heldout_nll"]}
        if kept:
            del kept["heldout_nll"]
        text = {**text, "checkpoint": {**checkpoint, "kept": kept}}
    arrays["history/validation_nll"] = arrays.pop("history/heldout_nll")
    return text, arrays


def _with_old_split(values: Any) -> Any:
    """Return JSON whose point targets train on as many points as before, so that a training can resume on them."""
    if isinstance(values, list):
        return [_with_old_split(value) for value in values]
    if not isinstance(values, dict):
        return values
    values = {name: _with_old_split(value) for name, value in values.items()}
    return {**values, "training_share": TRAINING_SHARE_OF_7} if values.get("kind") == "points" else values


def _without_idle_choices(text: dict[str, Any]) -> dict[str, Any]:
    """Early files of version 7 have sizes of networks also in flows with tables, where they mean nothing."""
    flow = dict(text["flow"])
    if text.get("next"):
        text = {**text, "next": _without_idle_choices(dict(text["next"]))}
    if flow.get("conditioner") != "table":
        return text
    return {**text, "flow": {name: value for name, value in flow.items() if name not in NETWORK_FIELDS}}


def _columns(
    text: dict[str, Any], positions: NDArray[Any], log_det: NDArray[Any]
) -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
    """The stored stages as columns: x, y and log-det of each; and which of them are those of a stage."""
    if positions.ndim != 3 or positions.shape[2] != 2 or log_det.shape != positions.shape[:2]:
        raise ValueError(f"positions {positions.shape} and log-dets {log_det.shape} are no trace")
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
        raise ValueError(f"{len(positions)} stored stages do not make the {len(index)} of the flow")
    return columns.reshape(stored, -1), np.array(index, np.uint16)


def _kinds(text: dict[str, Any]) -> tuple[str, ...]:
    return (BASE, *FlowSpec(**text["flow"]).bijector_kinds())


def _taken(arrays: Arrays, prefix: str) -> Arrays:
    names = [name for name in arrays if name.startswith(prefix)]
    return {name.removeprefix(prefix): arrays.pop(name) for name in names}
