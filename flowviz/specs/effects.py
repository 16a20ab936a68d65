"""Which choices make a difference to what an export writes."""

from collections.abc import Mapping, Set
from typing import Any

from flowviz.specs.export import ExportSpec, What

PICTURE = frozenset({"size", "scale", "background", "theme"})
PRINTED = PICTURE | {"dpi"}
PLOT = PRINTED | {"labels", "axes", "word_height"}
DRAWN = frozenset(
    {"marks", "color_by", "palette", "point_diameter", "word_height", "labels", "direction", "moment", "particles"}
) | {"fitted", "probe", "selection"}
VIEW = DRAWN | {"axes", "beside", "units"}
MOTION = frozenset({"range", "through", "in_betweens", "easing", "heading", "repeat"})
EFFECTS: Mapping[What, frozenset[str]] = {
    "view": PRINTED | VIEW | {"stage"},
    "stages": PRINTED | VIEW | {"range"},
    "sheet": PRINTED | DRAWN - {"fitted"} | {"range", "common_scale"},
    "animation": PICTURE | VIEW | MOTION | {"fps"},
    "frames": PRINTED | VIEW | MOTION,
    "trace": frozenset({"range", "direction", "moment", "particles", "units"}),
    "samples": frozenset({"moment", "particles", "units"}),
    "density": frozenset({"stage", "moment", "fitted", "size", "scale", "units"}),
    "losses": frozenset(),
}
FIELDS: Mapping[str, tuple[str, ...]] = {  # of the specs, where an effect is not called as its only field
    "range": ("first", "last"),
    "fitted": ("fitted", "center", "half_extent"),
}


def effects(spec: ExportSpec) -> frozenset[str]:
    """The choices that make a difference: fields of the spec and of what is in it, but for those of `FIELDS`."""
    if (spec.what, spec.format) == ("losses", "png"):
        return PLOT
    found = EFFECTS[spec.what]
    if "through" not in found or spec.seen.playback.through == "layers":
        return found
    if spec.seen.playback.through == "both":
        return found - {"moment"}
    return (found - {"moment", "range"}) | {"stage"}


def relevant(spec: ExportSpec) -> ExportSpec:
    """A spec that writes the same, and has no choice of its own where that makes no difference."""
    named = {field for effect in effects(spec) for field in FIELDS.get(effect, (effect,))}
    seen = spec.seen
    view_fields = named - ({"center", "half_extent"} if seen.fitted else set())
    view = type(seen.view)(**_chosen(seen.view, view_fields))
    if not (view.marks & {"density", "grid"} and view.marks & {"points", "paths"}):
        view = view.model_copy(update={"beside": False})
    playback = type(seen.playback)(**_chosen(seen.playback, named))
    looked_at = type(seen)(**_chosen(seen, named), view=view, playback=playback)
    return ExportSpec(what=spec.what, format=spec.format, **_chosen(spec, named), seen=looked_at)


def _chosen(spec: Any, named: Set[str]) -> dict[str, Any]:
    return {name: value for name, value in spec if name in named}
