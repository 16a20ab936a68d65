"""The titles of the panes, which describe their flows."""

from flowviz.app.pane.pane import Title
from flowviz.app.workspace.colors import entrant_pen
from flowviz.app.workspace.entrants import FAILED, EntrantRun
from flowviz.specs.shares import percent
from flowviz.specs.view import Theme

GAPS = {False: "test gap {:.3f}", True: "validation gap {:.3f}"}  # by whether the flow is not tested yet


def pane_title(run: EntrantRun, theme: Theme, step: int | None = None) -> Title:
    """Return the title of the pane of an entrant: its gap and its state, or the earlier moment that is shown.

    Where there is little room, the gap or the moment is shown before the name, because the line shows which flow it is.
    Even there, the gap says on which points it was measured, and a training says how far it is.

    Args:
        run: The entrant.
        theme: The theme.
        step: The step whose nearest moment is shown. None for the latest one.
    """
    has_failed = run.status in FAILED
    gap = "" if run.gap is None else GAPS[run.is_validated].format(run.gap)
    words = f"⚠ {run.words()}" if has_failed else run.words()
    whole, brief = f"{gap} · {words}" if gap else words, words
    if (moment := run.project.timeline.earlier(step)) is not None:
        whole, brief = f"step {moment.step:,} of {run.project.timeline.moments[-1].step:,}", f"step {moment.step:,}"
    elif gap and not has_failed:
        brief = gap.replace("validation", "val.")
        if run.status == "training":
            brief = f"{percent(run.fraction)} · {brief}"
    # The end of the shortest text is cut if there is no room.
    shortest = run.title if brief == words else f"{brief.replace(' gap', '')} · {run.title}"
    texts = f"{run.title} · {whole}", f"{run.title} · {brief}", shortest
    about = f"{texts[0]}. {run.project.flow.recipe.title}, learns {run.project.target.title}."
    tip = run.problem or f"{about} Alt+0 or a double click here enlarges the cloud; Return opens the flow on its own"
    return Title(run.name, texts, tip, entrant_pen(run.style, theme), run.fraction, has_failed)
