"""The titles of the panes, which describe their flows."""

from flowviz.app.pane.pane import Title
from flowviz.app.workspace.colors import entrant_pen
from flowviz.app.workspace.entrants import FAILED, EntrantRun
from flowviz.specs.view import Theme

GAPS = {False: "test gap {:.3f}", True: "validation gap {:.3f}"}  # by whether the flow is not tested yet


def pane_title(run: EntrantRun, theme: Theme, step: int | None = None) -> Title:
    """Return the title of the pane of an entrant: its gap and its state, or the earlier moment that is shown.

    Args:
        run: The entrant.
        theme: The theme.
        step: The step whose nearest moment is shown. None for the latest one.
    """
    has_failed = run.status in FAILED
    gap = "" if run.gap is None else f" · {GAPS[run.is_validated].format(run.gap)}"
    words = f"⚠ {run.words()}" if has_failed else run.words()
    texts = f"{run.title}{gap} · {words}", f"{run.title} · {words}", run.title
    if (moment := run.project.timeline.earlier(step)) is not None:
        shown = f"step {moment.step:,}"
        last = run.project.timeline.moments[-1].step
        texts = f"{run.title} · {shown} of {last:,}", f"{run.title} · {shown}", f"{shown} · {run.title}"
    about = f"{run.title}: {run.project.flow.recipe.title}, learns {run.project.target.title}."
    tip = run.problem or f"{about} Alt+0 or a double click here enlarges the cloud; Return opens the flow on its own"
    return Title(run.name, texts, tip, entrant_pen(run.style, theme), run.fraction, has_failed)
