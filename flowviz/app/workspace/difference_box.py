"""The box that chooses the flow whose density is subtracted from those of the others."""

from collections.abc import Mapping

from flowviz.app.widgets.controls import ChoiceBox
from flowviz.app.widgets.form import bind_fields
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.links import LinksState

TIP = "Color each cloud by how much more density its flow has than another flow that learns the same target"
MAX_CHARACTERS = 16  # longer names are elided
MIN_FLOWS = 2  # with a single flow, there is nothing to compare


class DifferenceBox(ChoiceBox):
    """Combo box with an item for no difference and one for each flow of a comparison."""

    def __init__(self, compared: ComparedState, links: LinksState) -> None:
        super().__init__("differenceBox", "Difference from another flow", {})
        self.setToolTip(TIP)
        self.limit_width(MAX_CHARACTERS)
        compared.watch(_choices, self.offer)
        compared.watch(lambda value: len(value.runs) >= MIN_FLOWS, self.setEnabled)
        bind_fields(links, lambda value: value, {"reference": self}, links.change)


def _choices(compared: Compared) -> Mapping[str, str]:
    return {"": "No difference", **{run.key: f"Minus {run.title}" for run in compared.runs}}
