"""The frames of a film, eased as those of the window."""

from collections.abc import Sequence

from flowviz.rendering import Frame, eased


def eased_frames(goals: Sequence[Frame], moments: Sequence[int], seconds: float, *, repeats: bool) -> list[Frame]:
    """Return the frames of a film that follows its goals.

    Args:
        goals: Where each picture would be framed if it stood alone.
        moments: The moment of the training of each picture, by any number: the goal jumps from one to the next.
        seconds: The time between two pictures.
        repeats: Whether the first picture follows the last one.
    """
    frames, shown = list[Frame](), goals[0]
    for lap in range(1 + repeats):  # the second lap begins where the first one ends
        frames = []
        for number, goal in enumerate(goals):
            follows = number > 0 or lap > 0
            if follows:
                before = goals[number - 1] if moments[number - 1] == moments[number] else goal
                shown = eased(shown, before, goal, seconds)
            frames.append(shown)
    return frames
