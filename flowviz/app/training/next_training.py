"""What the next training would learn, in words beside those on the cloud that is seen."""

from flowviz.app.training.controls import RunState
from flowviz.specs import TargetSpec

LONGEST_TITLE = 24  # characters


def beside(shown: TargetSpec | None, chosen: TargetSpec, state: RunState, *, follows: bool) -> str:
    """What becomes of what is chosen, where the cloud has learned something else; nothing, where that is plain."""
    if shown is None or shown == chosen:
        return ""
    now, then = _named(shown), _named(chosen)
    anew = f"begins anew with {then}." if then != now else "begins anew with what is chosen now."
    match state:
        case RunState.IDLE:
            return f"The cloud still shows {now if then != now else f'the {now} of before'}; Train {anew}"
        case RunState.PAUSED if follows:
            return f"Resume turns it to {then}."
        case RunState.PAUSED | RunState.TRAINING if not follows:
            return f"Restart {anew}"
    return ""


def _named(spec: TargetSpec) -> str:
    title = spec.title
    return f"'{title if len(title) <= LONGEST_TITLE else f'{title[: LONGEST_TITLE - 1]}…'}'"
