"""Explanations of the figures that describe a flow."""

LEGIBILITY = (
    "How clearly the strokes stand out from the gaps beside them: 0% means smeared by the width of a stroke, 100% "
    "means as clear as the target, and most words can be read from about 50% on"
)
EFFECTIVE_SHARE = (
    "Effective sample size, as a share of the particles: how many exact draws from the target they are worth when they "
    "are weighted by its density, divided by that of the flow. Parts of the target that no particle reaches do not "
    "lower it"
)
LOG_NORMALIZER = (
    "log Z, the logarithm of the mean importance weight, in nats: 0 for a perfect flow, and below 0 if the flow misses "
    "a part of the target"
)
COVERED = "Number of parts of the target, such as letters, that get at least a quarter of their share of the particles"


def share_of_parts(count: int | None, parts: int | None) -> str:
    """Return how many parts of a target are covered, such as "2 of 4", or "" if there are no parts to tell apart."""
    return "" if count is None or parts is None or parts < 2 else f"{count} of {parts}"
