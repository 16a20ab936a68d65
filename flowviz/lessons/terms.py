"""The glossary of the lessons: terms that a text links to, as [nat](term:nat) does, each explained in a sentence."""

from collections.abc import Mapping

TERMS: Mapping[str, str] = {
    "actnorm": "A layer that shifts the cloud and stretches it along each axis, by numbers that the training adjusts.",
    "base": "The round cloud, a Gaussian, at which a flow starts; its density at a point z has a formula, called N(z).",
    "batch": "The points of the target that one training step looks at, drawn anew for each step.",
    "batch-normalization": "A layer that shifts and scales the whole cloud, so that it keeps its usual size.",
    "condition": "Extra information about each point that a flow can use, such as the word that the point belongs to.",
    "coupling": "A layer that changes one coordinate, by an amount that only depends on the other one.",
    "density": "How crowded the points are at a place: their share of all points, divided by the size of the place.",
    "entropy": "The smallest loss that any flow can reach, because nobody can know where the next point will be.",
    "exp": "exp(x) is e to the power of x, where e is about 2.72; it undoes the natural logarithm.",
    "gap": "The loss minus the entropy: how far a flow is from a perfect one, which has a gap of 0.",
    "layer": "One of the simple maps that a flow applies to all particles, one after the other.",
    "legible": "How clearly the strokes of the letters stand out; most words can be read from about 50% on.",
    "log-det": "The logarithm of the factor by which a layer enlarges a small area; below 0, the area shrinks.",
    "loss": "The average of −log p over points of the target: how much they surprise the flow.",
    "nat": "The unit of a loss that is measured with the natural logarithm; 0.69 nats are one bit.",
    "network": "A function with thousands of adjustable numbers, which the training changes a little at each step.",
    "permutation": "A layer that swaps the two axes, so that the next coupling changes the other coordinate.",
    "realnvp": "A family of flows, whose couplings stretch and shift each column evenly.",
    "sample": "A point that the flow makes: it draws one from the base, and moves it through all layers.",
    "slope": "How steep a curve is: how far it rises when one goes one unit to the right.",
    "stage": "The cloud between two layers; stage 0 is the base, and stage 1 is what the first layer makes of it.",
    "test": "Points that are kept apart until the end, so that the result is measured on what the flow has never seen.",
    "validation": "Points that no training step learns from; they show during the training how well it goes.",
    "weight": "The density of the target at a particle, divided by that of the flow; high where particles are missing.",
}
