"""What one sees, in words for somebody who has met neither flows nor their software."""

from collections.abc import Mapping

from flowviz.specs import recipes
from flowviz.specs.view import ColorBy, Direction, Mark

STAGES: Mapping[str, str] = {
    recipes.BASE: (
        "The base is a round Gaussian cloud, whose density is a known formula. The flow moves every particle of it to "
        "a new place, layer by layer, until the cloud has become the target. Each layer can be undone exactly, so the "
        "density of the result is known exactly, too."
    ),
    recipes.REAL_NVP: (
        "A coupling keeps every particle's horizontal coordinate and moves only the vertical one: stretched by a "
        "factor and shifted, both read off curves that depend on the horizontal coordinate alone. Since that "
        "coordinate is kept, the curves can be read off afterwards just as well, and the move undone."
    ),
    recipes.ADDITIVE_COUPLING: (
        "An additive coupling keeps every particle's horizontal coordinate and shifts the vertical one, by a curve of "
        "the horizontal one. It shears the cloud but never stretches it: no area changes here."
    ),
    recipes.SPLINE_COUPLING: (
        "A spline coupling keeps the horizontal coordinate and sends the vertical one along a rising staircase of "
        "smooth pieces, a different staircase for each horizontal place. Steep pieces spread particles out and flat "
        "ones press them together; as it always rises, it can be walked backward."
    ),
    recipes.MASKED_AUTOREGRESSIVE: (
        "An autoregressive layer moves the horizontal coordinate first, by two fixed numbers, and then the vertical "
        "one by curves of where the horizontal one has come to. Undoing it is quick; doing it must wait for the first "
        "coordinate."
    ),
    recipes.INVERSE_AUTOREGRESSIVE: (
        "The inverse of an autoregressive layer: the vertical coordinate is moved by curves of where the horizontal "
        "one was before. Doing it is quick; undoing it must wait for the first coordinate."
    ),
    recipes.BATCH_NORMALIZATION: (
        "Batch normalization stretches and shifts the whole cloud, alike for all particles, so that on its way from "
        "the data to the base it has mean 0 and spread 1. The mean and the variance are measured while it trains, as "
        "running averages; γ and β are learned. It keeps the layers below in a range where they learn well."
    ),
    recipes.ACTNORM: (
        "Actnorm stretches and shifts the whole cloud, by four numbers: one factor and one shift for each coordinate. "
        "They start where they standardize the data, and are learned from there."
    ),
    recipes.PERMUTE: (
        "A permutation swaps the two coordinates: the cloud is mirrored about the diagonal. A coupling moves only the "
        "vertical coordinate, so without swaps the horizontal one would never change. Nothing is learned here, and no "
        "area changes."
    ),
    recipes.LINEAR_MIXING: (
        "A linear mixing multiplies every particle by one learned 2 × 2 matrix: the whole cloud is turned, sheared and "
        "stretched alike. It takes the place of a permutation: the next coupling then moves another direction."
    ),
    recipes.SCALE: (
        "A scale stretches each coordinate by one learned factor. In NICE, whose couplings never change an area, "
        "this is the layer that does."
    ),
}

MARKS: Mapping[Mark, str] = {
    "points": "Each dot is one particle; they are the same at every stage.",
    "density": (
        "The heat map is the exact density of this stage: not counted from dots, but computed from the formula of the "
        "base and the stretching of every layer up to here. Inside the lines lie 50, 90 and 99 % of the probability."
    ),
    "grid": (
        "A square grid on the base, carried through the layers. Where its cells grow, the layers spread particles "
        "thin; where they shrink, particles crowd. The flow may bend the grid but never tears or folds it."
    ),
    "paths": (
        "The tails show the ways of particles from the base to this stage: of a fair sample of all, or of those that "
        "are selected."
    ),
}

_STAYS = "It is the same at every stage, so one sees which part of the base belongs to which part of the target."
COLORS: Mapping[ColorBy, str] = {
    "quadrant": f"The color says in which quarter of the base a particle lies at stage 0. {_STAYS}",
    "angle": f"The color says in which direction from the middle of the base a particle lies at stage 0. {_STAYS}",
    "radius": f"The color says how far from the middle of the base a particle lies at stage 0. {_STAYS}",
    "log_density": "The color is the logarithm of the density where the particle is: higher where particles crowd.",
    "log_det": (
        "The color is log|det J|, the logarithm of the factor by which this one layer stretches the area around the "
        "particle: above 0 it spreads, below 0 it crowds. Added up over the layers, it turns the base's density into "
        "that of the target."
    ),
    "selection": (
        "The particles that you select, by a click, a rectangle or a lasso, stand out: at every stage the same ones."
    ),
}

DIRECTIONS: Mapping[Direction, str] = {
    "generate": "Generate: the Gaussian cloud of the base is pushed through the layers to the target.",
    "encode": (
        "Encode: points of the target itself are pulled back through the inverse layers. If the flow has learned well, "
        "they form a round Gaussian cloud at the base; what is left of the target there is what it has not learned."
    ),
}

OVERVIEW = "All stages at once, from the base to the target, row by row. Click one to look at it alone."
NO_DENSITY = "The density is left out here: it is computed for one stage at a time."
BESIDE = (
    "Both halves show the same part of the plane at the same scale: on the left the particles, on the right the "
    "density, the grid or both."
)
NOTHING_BESIDE = "Beside needs two things to show: the points or the paths, and the density or the grid."
PROBE = (
    "The crosshair is one and the same point at every stage: where it comes from, where it is here, and where it goes. "
    "It need not be a particle, since the layers move the whole plane."
)
