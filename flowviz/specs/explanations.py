"""Explanations of stages and views, for readers who know neither flows nor their software."""

from collections.abc import Mapping, Sequence

from flowviz.specs import recipes
from flowviz.specs.edits import LayerEdit
from flowviz.specs.recipes import RECORDED
from flowviz.specs.shares import folded_share, percent
from flowviz.specs.target import ConditionalSpec, MixSpec, TargetSpec, TextSpec, sources_of
from flowviz.specs.view import ColorBy, Direction, Mark, Velocity

BASE_CLOUDS: Mapping[str, str] = {
    "normal": "a round Gaussian cloud",
    "uniform": "an even square",
    "student_t": "a round cloud with far outliers",
    "mixture": "several Gaussian clouds",
    RECORDED: "the recorded particles",
}
BASES: Mapping[str, str] = {
    "normal": "The base is a round Gaussian cloud, whose density is a known formula.",
    "uniform": (
        "The base is a square that is filled evenly. Its edges are smooth, so that the density is a known formula "
        "that is not 0 anywhere."
    ),
    "student_t": (
        "The base is a round cloud with Student's t distribution, whose density is a known formula. It has many more "
        "far outliers than a Gaussian cloud, which helps with targets that have some as well."
    ),
    "mixture": (
        "The base is a mixture of several small Gaussian clouds, whose density is a known formula. A flow can bend and "
        "stretch the plane but not tear it: from a single cloud, bridges of stray particles remain between the pieces "
        "of a target, such as letters. With a cloud for each piece, no bridges are needed."
    ),
    RECORDED: "This is where the particles of the recorded flow start.",
}
_FROM_BASE = (
    "The flow moves each of its particles to a new place, layer by layer, until the cloud has become the target. Each "
    "layer can be undone exactly, so the density of the result is known exactly as well."
)

# The term of the field, and what the stage does.
STAGE_TITLES: dict[str, str] = {
    recipes.BASE: f"Base: {BASE_CLOUDS['normal']}",
    recipes.REAL_NVP: "Coupling: moves points up and down",
    recipes.ADDITIVE_COUPLING: "Additive coupling: shifts points up and down",
    recipes.SPLINE_COUPLING: "Spline coupling: moves points up and down along curves",
    recipes.MASKED_AUTOREGRESSIVE: "Autoregressive layer: moves points along both axes",
    recipes.INVERSE_AUTOREGRESSIVE: "Inverse autoregressive layer: moves points along both axes",
    recipes.BATCH_NORMALIZATION: "Batch normalization: shifts and scales",
    recipes.ACTNORM: "Actnorm: shifts and scales",
    recipes.PERMUTE: "Permutation: swaps the axes",
    recipes.LINEAR_MIXING: "Linear mixing: rotates, shears and stretches",
    recipes.SCALE: "Scale: stretches the axes",
    recipes.FLOW_STEP: "Flow step: follows the velocity",
    recipes.PLANAR_LAYER: "Planar layer: moves points along one direction",
    recipes.RADIAL_LAYER: "Radial layer: moves points toward a center or away from it",
}

SHORT_TERMS = {  # of layers, where there is little room
    recipes.MASKED_AUTOREGRESSIVE: "Autoregressive",
    recipes.INVERSE_AUTOREGRESSIVE: "Autoregressive",
    recipes.BATCH_NORMALIZATION: "Batch norm",
}
MOVED = "moves the particles"  # a layer of a recorded flow, of which nothing else is known
STILL = "points stay where they are"  # at a disabled layer
_UP_OR_DOWN = "points up or down, depending on their horizontal position"
_ALIKE = "the whole cloud in the same way"
# What the layer does to the points as they are displayed: permutations mirror the picture, so that every coupling moves
# points up or down.
LAYER_SENTENCES: dict[str, str] = {
    recipes.REAL_NVP: f"moves {_UP_OR_DOWN}",
    recipes.ADDITIVE_COUPLING: f"shifts {_UP_OR_DOWN}",
    recipes.SPLINE_COUPLING: f"moves {_UP_OR_DOWN}",
    recipes.MASKED_AUTOREGRESSIVE: f"moves all points sideways by the same rule, then {_UP_OR_DOWN}",
    recipes.INVERSE_AUTOREGRESSIVE: f"moves {_UP_OR_DOWN}, and all of them sideways by the same rule",
    recipes.BATCH_NORMALIZATION: f"shifts and scales {_ALIKE}",
    recipes.ACTNORM: f"shifts and scales {_ALIKE}",
    recipes.PERMUTE: "swaps the axes, so that the next layer changes the other coordinate",
    recipes.LINEAR_MIXING: f"rotates, shears and stretches {_ALIKE}",
    recipes.SCALE: f"stretches {_ALIKE}, by one factor for each axis",
    recipes.FLOW_STEP: "moves points along the velocity field for a short time, and neighbors move almost alike",
    recipes.PLANAR_LAYER: "moves points along one direction, those on the two sides of a line in opposite ways",
    recipes.RADIAL_LAYER: "moves points straight toward a center or away from it, depending on their distance",
}
STAGES: dict[str, str] = {
    recipes.BASE: (f"{BASES['normal']} {_FROM_BASE}"),
    recipes.REAL_NVP: (
        "A coupling keeps the horizontal coordinate of each particle and changes only the vertical one: it is "
        "stretched by a factor and shifted. Factor and shift are read from curves that depend on the horizontal "
        "coordinate alone. Because that coordinate stays the same, they can be read again afterward to undo the move."
    ),
    recipes.ADDITIVE_COUPLING: (
        "An additive coupling keeps the horizontal coordinate of each particle and shifts the vertical one, by a curve "
        "that depends on the horizontal one. It shears the cloud but never stretches it: areas stay the same."
    ),
    recipes.SPLINE_COUPLING: (
        "A spline coupling keeps the horizontal coordinate and sends the vertical one along a rising curve made of "
        "smooth pieces, a different curve for each horizontal position. Steep pieces spread particles out, flat ones "
        "press them together. Because the curve always rises, it can be followed backward."
    ),
    recipes.MASKED_AUTOREGRESSIVE: (
        "An autoregressive layer first moves the horizontal coordinate by two fixed numbers, and then the vertical one "
        "by curves of the new horizontal coordinate. Undoing it is fast; applying it takes one step per coordinate."
    ),
    recipes.INVERSE_AUTOREGRESSIVE: (
        "This is the inverse of an autoregressive layer: the vertical coordinate is moved by curves of the old "
        "horizontal coordinate. Applying it is fast; undoing it takes one step per coordinate."
    ),
    recipes.BATCH_NORMALIZATION: (
        "Batch normalization stretches and shifts the whole cloud in the same way for all particles. On the way from "
        "the data to the base, it gives the cloud mean 0 and spread 1. Mean and variance are measured during training, "
        "as running averages; γ and β are learned. It keeps the numbers in a range in which the layers learn well."
    ),
    recipes.ACTNORM: (
        "Actnorm stretches and shifts the whole cloud by four numbers: a factor and a shift for each coordinate. They "
        "start at values that standardize the data, and are learned from there."
    ),
    recipes.PERMUTE: (
        "A permutation swaps the two coordinates: the cloud is mirrored across the diagonal. A coupling changes only "
        "the vertical coordinate, so without swaps the horizontal one would never change. Nothing is learned here, and "
        "areas stay the same."
    ),
    recipes.LINEAR_MIXING: (
        "A linear mixing multiplies each particle by one learned 2 × 2 matrix: the whole cloud is rotated, sheared and "
        "stretched in the same way. It replaces a permutation, so that the next coupling moves points in another "
        "direction."
    ),
    recipes.SCALE: (
        "A scale stretches each coordinate by one learned factor. In NICE, whose couplings keep all areas the same, "
        "this is the layer that changes them."
    ),
    recipes.FLOW_STEP: (
        "A velocity field says, for every place and time, in which direction and how fast a particle drifts, like the "
        "wind on a weather map. One network has learned it for all times from 0 to 1, and each step follows it for a "
        "short while. No layer has to be invertible by construction: paths in a smooth velocity field never cross, so "
        "a short step moves neighbors almost alike and can be undone. The density follows from the divergence: "
        "particles spread out where the field points apart, and crowd together where it converges."
    ),
    recipes.PLANAR_LAYER: (
        "A planar layer moves all particles along one direction u. How far depends only on their distance from one "
        "line: particles on its two sides move in opposite ways, and those far from it all by the same amount. So the "
        "cloud is pulled apart or pressed together along a single line, or sheared. Each layer has only five "
        "numbers, so even 32 layers draw a word with smeared letters."
    ),
    recipes.RADIAL_LAYER: (
        "A radial layer moves each particle on the straight line through one center, toward it or away from it. How "
        "far depends only on the distance from the center: the effect is strongest near it, and fades far from it. So "
        "the cloud gets one dense spot or one hole. Each layer has only four numbers, so even 32 layers draw a "
        "word as a row of blobs."
    ),
}

BUILT_IN_KINDS = tuple(STAGES)
RECORDED_STAGE = (
    "This is a layer of another program's flow. It shows the particles as they were recorded; flowviz does not know "
    "the map that moves them."
)

RECORDED_DENSITIES: Mapping[bool | None, str] = {  # by whether they are estimated
    True: (
        "The heat map is the density of this stage, estimated from the particles because no density was recorded: it "
        "is blurred, and unknown where there are no particles. The lines enclose 50, 90 and 99% of the probability."
    ),
    False: (
        "The heat map is the density of this stage, interpolated between the places where it was recorded. The lines "
        "enclose 50, 90 and 99% of the probability."
    ),
}
MARKS: Mapping[Mark, str] = {
    "points": "Each dot is one particle. The particles are the same at every stage.",
    "density": (
        "The heat map is the density of this stage, exact up to rounding if no step folds the plane over. It is "
        "not estimated from the dots but computed from the formula of the base and the stretching of every layer up to "
        "here. The lines enclose 50, 90 and 99% of the probability."
    ),
    "grid": (
        "This is a square grid on the base, carried through the layers. Where its cells grow, the layers spread "
        "particles out; where they shrink, particles crowd together. The flow may bend the grid but never tears or "
        "folds it."
    ),
    "paths": (
        "The lines show how particles have moved from the base to this stage: the selected particles, or a random "
        "sample."
    ),
    "velocity": (
        "The arrows show how this layer moves points; at the base, how the first layer does. For flow steps, they are "
        "the velocity field at the time of this stage, and particles follow them from step to step. The arrow in the "
        "legend gives the scale. Faint arrows are cut, because points move even farther or faster there."
    ),
    "target": "At the last stage, the shape behind the particles is the target that the flow learns.",
}

VELOCITIES: Mapping[Velocity, str] = {
    "learned": "",
    "best": (
        "This is not the learned velocity but the best possible one for independent pairs: at every place and time, "
        "the mean velocity of all straight lines from the base to the target that pass there. A table is known by its "
        "training points only, so the best velocity leads every particle to one of them. A flow that reached it would "
        "have memorized the table; it generalizes because it does not."
    ),
    "difference": (
        "Here, they are the learned velocity minus the best possible one for independent pairs, with a scale of their "
        "own. They show what is still to be learned; with a transport plan as the pairing, also how much straighter "
        "its paths are."
    ),
}

COLOR_TITLES: Mapping[ColorBy, str] = {
    "quadrant": "Quadrant",
    "angle": "Angle",
    "radius": "Radius",
    "component": "Component",
    "log_density": "Log-density",
    "log_det": "Log|det J|",
    "leaked": "Leaked",
    "weight": "Weight",
    "selection": "Selection",
    "column": "Column",
}
_SAME = "The color is the same at every stage, so you can see which part of the base becomes which part of the target."
COLORS: Mapping[ColorBy, str] = {
    "quadrant": f"The color shows the quarter of the base in which a particle starts. {_SAME}",
    "component": (
        f"The color shows the component of the mixture at the base from which a particle most likely comes. {_SAME} "
        "If the base is not a mixture, the color shows the quarter of the base instead."
    ),
    "angle": f"The color shows the direction from the center of the base in which a particle starts. {_SAME}",
    "radius": f"The color shows how far from the center of the base a particle starts. {_SAME}",
    "log_density": (
        "The color shows the logarithm of the density at the particle. It is higher where particles crowd together."
    ),
    "log_det": (
        "The color shows log|det J|, the logarithm of the factor by which this layer stretches the area around the "
        "particle. Above 0 it spreads particles out, below 0 it presses them together. The sum over all layers turns "
        "the density of the base into that of the target."
    ),
    "leaked": (
        "The particles that do not land on the target stand out at every stage, so you can see from which part of the "
        "base they come. They have leaked: a single Gaussian is one piece, which a flow can bend but not tear, so "
        "bridges remain between the pieces of a target. A mixture base with as many pieces needs no bridges."
    ),
    "weight": (
        "The color shows the importance weight of a particle: the density of the target where it ends, divided by that "
        "of the flow. Above 1, the flow has too few particles there; below 1, it has too many. No color tells of parts "
        "of the target that no particle reaches."
    ),
    "column": "The color shows a value that was recorded with each particle. It is the same at every stage.",
    "selection": "The particles that you select, by a click, a rectangle or a lasso, stand out at every stage.",
}

DIRECTION_TITLES: Mapping[Direction, str] = {
    "generate": "Generate: base → target",
    "encode": "Encode: target → base",
}
DIRECTIONS: Mapping[Direction, str] = {
    "generate": "Generate: the cloud of the base moves through the layers to the target.",
    "encode": (
        "Encode: points of the target (for a table, its validation points) move back through the inverse layers. The "
        "flow is not trained on them. If it has learned well, they form the cloud of the base there. Any trace of the "
        "target that remains has not been learned yet. View ▸ Latents Against the Base measures it."
    ),
}

OVERVIEW = "All stages at once, from the base to the target, row by row. Click one to open it."
NO_DENSITY = "The density is not shown here because it is computed for one stage at a time."
BESIDE = (
    "Both halves show the same part of the plane at the same scale: the particles on the left, and the density, the "
    "grid or both on the right."
)
PROBE = (
    "The crosshair marks the same point at every stage: where it comes from, where it is here, and where it goes. It "
    "need not be a particle, because the layers move the whole plane."
)


def folded(share: float) -> str:
    """Explain that densities are inexact, because steps fold the plane over at a share, 0 to 1, of the particles."""
    return (
        f"Densities and NLLs are inexact: the steps fold the plane over at {folded_share(share)} of the particles, so "
        "they cannot be undone uniquely there. Increase the integrator steps."
    )


def add_kind(kind: str, title: str, action: str, explanation: str) -> None:
    """Describe a kind of stages of an extension: its title, what it does, such as "moves points", and how."""
    STAGE_TITLES[kind] = f"{title}: {action}"
    LAYER_SENTENCES[kind] = action
    STAGES[kind] = explanation


def base_explanation(base: str) -> str:
    """Return the explanation of stage 0 for a base distribution."""
    return BASES[base] if base == RECORDED else f"{BASES[base]} {_FROM_BASE}"


def bends(edit: LayerEdit) -> str:
    """Return the number of bends of a layer in words, such as "2 bends", or an empty text."""
    count = len(edit.bumps)
    return f"{count} {'bend' if count == 1 else 'bends'}" if count else ""


def stage_title(kind: str, edit: LayerEdit | None = None) -> str:
    """Return the term of a kind of stage and what the stage does, such as "Coupling: moves points up and down".

    A layer that is edited says so, and a disabled one says that it does nothing.
    """
    title = STAGE_TITLES[kind]
    if edit is None or not (edit.disabled or edit.bumps):
        return title
    term, colon, action = title.partition(": ")
    if edit.disabled:
        return f"{term}, disabled: {STILL}"
    return f"{term} with {bends(edit)}{colon}{action}"


def layer_sentences(
    kinds: Sequence[str],
    stage: int,
    *,
    encoded: bool = False,
    base: str = "normal",
    edit: LayerEdit | None = None,
) -> tuple[str, str]:
    """Return a sentence about what a stage does, such as "Permutation 2 of 7: swaps the axes, …", and a shorter one.

    Args:
        kinds: The kind of each stage, from the base on.
        stage: The number of the stage.
        encoded: Whether points of the target are shown on their way back to the base. They are at this stage before
            its layer is undone.
        base: The base distribution.
        edit: The edit of the layer.
    """
    kind = kinds[stage]
    if kind == recipes.BASE:
        cloud = BASE_CLOUDS[base]
        if encoded:
            short = "Base: points of the target"
            return f"{short}, with all layers undone; ideally, {cloud}", short
        return f"Base: {cloud}, in which every particle starts", f"Base: {cloud}"
    term, _, action = STAGE_TITLES[kind].partition(": ")
    count = kinds.count(kind)
    name = f"{term} {kinds[: stage + 1].count(kind)} of {count}" if count > 1 else term
    is_disabled = edit is not None and edit.disabled
    if edit is not None and edit.bumps and not is_disabled:
        name += f" with {bends(edit)}"
    if encoded:
        name = f"Next to undo: {name[0].lower()}{name[1:]}, which"
    elif not is_disabled:
        name += ":"
    if is_disabled:
        return f"{name} is disabled: {STILL}", f"{name} is disabled"
    return f"{name} {LAYER_SENTENCES[kind]}", f"{name} {action}"


SURFACES: Mapping[str, str] = {
    "image": "the picture",
    "shape": "the shape",
    "drawing": "the drawing",
    "points": "the points",
}
EARLIER_SURFACE = "the earlier target"


def surface(target: TargetSpec) -> str:
    """Return what the particles of a target land on, such as "the letters"."""
    if isinstance(target, TextSpec):
        return "the letters" if any(map(str.isalpha, target.text)) else "the characters"
    if isinstance(target, MixSpec | ConditionalSpec):
        surfaces = {surface(source) for source in sources_of(target)}
        return surfaces.pop() if len(surfaces) == 1 else "the target"
    return SURFACES[target.kind]


def score(
    on_target: float | None,
    target: TargetSpec | None,
    legibility: float | None = None,
    covered: int | None = None,
    parts: int | None = None,
) -> str:
    """Return how well particles hit a target, such as "64% legible · 97% end on the letters", or "" if that is unknown.

    If particles miss whole parts, this replaces the legibility: "2 of 4 letters covered · 97% end on the letters".

    Args:
        on_target: The share of the particles, from 0 to 1. None if it is unknown.
        target: The target. None if it is an earlier one of the training, of which nothing else is known.
        legibility: How clearly the particles show the strokes, from 0 to 1. None if it is unknown.
        covered: The number of parts of the target that they cover. None if it is unknown.
        parts: The number of all parts. None if it is unknown.
    """
    if on_target is None:
        return ""
    clarity = "" if legibility is None else f"{percent(legibility)} legible · "
    if covered is not None and parts is not None and covered < parts:
        noun = "letters" if target and surface(target) == "the letters" else "parts"
        clarity = f"{covered} of {parts} {noun} covered · "
    return f"{clarity}{percent(on_target)} end on {surface(target) if target else EARLIER_SURFACE}"
