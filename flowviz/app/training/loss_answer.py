"""A short answer to what users of flows ask most: what the loss means, why it can be negative, and if it is good."""

from flowviz.records import Progress

WHY_NEGATIVE = "Why can the loss be negative?"
MEANING = "What does the loss mean?"
WHY = (
    "The loss is the mean of −log p, where p is the density of the flow at the points of the target. A density is not "
    "a probability: where points crowd into a small area, it exceeds 1, and −log p is negative there."
)
IS_IT_GOOD = (
    "<b>Is it good?</b> The sign alone says nothing. Compare the loss with the best possible one, the dashed line. The "
    "distance between them is the gap: when it is 0, no flow can do better."
)
UNKNOWN_BEST = (
    "<b>Is it good?</b> The sign alone says nothing, and the best possible loss of this target is unknown. Compare "
    "flows on the same target: lower is better. For a table of points, the density is per area in the units of the "
    "table, so other units would shift the loss."
)


def answer(progress: Progress | None) -> tuple[str, ...]:
    """Return the paragraphs of the answer, with the numbers of a progress report."""
    is_negative = progress is not None and (progress.validation_nll or 0) < 0
    why = f"<b>{WHY_NEGATIVE if is_negative else MEANING}</b> {WHY}"
    if progress is None:
        return why, IS_IT_GOOD
    if progress.entropy is None:
        return why, UNKNOWN_BEST
    if progress.validation_nll is None or progress.validation_gap is None:
        return why, IS_IT_GOOD, f"Here, the loss is {progress.sentence()}."
    numbers = [f"{number:.2f}".replace("-", "−") for number in (progress.validation_nll, progress.entropy)]
    gap = progress.validation_gap
    return (
        why,
        IS_IT_GOOD,
        f"Here, the loss is {numbers[0]}, the best possible {numbers[1]}, and the gap {gap:.2f} nats.",
    )
