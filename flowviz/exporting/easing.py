"""Easing of the view over the frames of an animation, as in the window."""

from collections.abc import Sequence

from flowviz.rendering import Frame, eased


def eased_frames(goals: Sequence[Frame], moments: Sequence[int], seconds: float, *, repeats: bool) -> list[Frame]:
    """Return the part of the plane that each picture of an animation shows, easing from goal to goal.

    Args:
        goals: The frame that each picture would have on its own.
        moments: A number for each picture that identifies its moment of training. Where it changes, the goal jumps.
        seconds: The time between two pictures.
        repeats: Whether the animation loops, so that the first picture follows the last one.

    Returns:
        A frame for each picture.
    """
    frames, shown = list[Frame](), goals[0]
    for lap in range(1 + repeats):  # a second lap that starts where the first one ends makes the loop seamless
        frames = []
        for number, goal in enumerate(goals):
            follows = number > 0 or lap > 0
            if follows:
                before = goals[number - 1] if moments[number - 1] == moments[number] else goal
                shown = eased(shown, before, goal, seconds)
            frames.append(shown)
    return frames
