"""The layer inspector: formula, numbers and curves of a stage, and explanations of what is shown."""

from html import escape
from math import isnan

from PyQt6.QtCore import Qt

from flowviz import rendering
from flowviz.app.editing.curve_bending import CurveBending
from flowviz.app.editing.curve_plot import CurvePlot
from flowviz.app.editing.layer_bar import LayerBar
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.pane.side_panel import SidePanel
from flowviz.app.widgets.controls import DisclosureButton, HelpButton, row
from flowviz.app.widgets.font_follower import ThemeFollower
from flowviz.app.widgets.labels import WrappingLabel, breakable, breakable_formula
from flowviz.records import StageReport, written
from flowviz.rendering.projection import is_split
from flowviz.specs import ViewSpec, explanations
from flowviz.specs.shares import percent
from flowviz.specs.view import Direction

OFFER = '<a href="#numbers">Show formula, numbers and curves</a>. This loads TensorFlow, which takes a few seconds.'
UNTRAINED = "Numbers appear here a moment after training starts."
LOADING = "Computing formula, numbers and curves…"
FEW = 4  # numbers of a stage that are shown at first: two for each axis


class Inspector(ThemeFollower, SidePanel):
    """Panel with the formula, numbers, curves and share of total stretching of a stage, and with explanations.

    Attributes:
        report_requested: Signal of the link that offers formula, numbers and curves.
        help: Shows and hides the explanations.
    """

    def __init__(self, editor: LayerEditor) -> None:
        super().__init__("layerInspector", "Layer inspector")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that the keyboard scrolls text without any control
        self.setAccessibleDescription("Formula, numbers and curves of the layer, and an explanation of what is shown")
        self._create_labels()
        self.report_requested = self._formula.linkActivated
        self._bar = LayerBar(editor)
        tip = "Show or hide the other numbers of this layer"
        self._more = DisclosureButton("moreNumbersButton", "More Numbers", tip, tip, "inspector/numbers", self._others)
        self._bending = CurveBending(editor, self)
        self._plot = CurvePlot(self._bending)
        self.help = HelpButton("inspector", self._explanation, self._view_explanation)
        top = row(self._title, self.help, stretched=self._title)
        facts = self._bar, self._formula, self._numbers, self._more, self._others, self._plot, self._share
        column = self.fill(top, *facts, self._explanation, self._view_explanation)
        column.addStretch(1)  # a tall panel keeps its contents together

    def _create_labels(self) -> None:
        self._title = WrappingLabel("inspectorTitle", "Stage")
        self._explanation = WrappingLabel("stageExplanation", "What this stage does")
        self._formula = WrappingLabel("stageFormula", "Formula")
        self._numbers = WrappingLabel("stageNumbers", "Numbers of this stage")
        self._others = WrappingLabel("otherStageNumbers", "Other numbers of this stage")
        self._share = WrappingLabel("stageShare", "Share of total stretching")
        self._view_explanation = WrappingLabel("viewExplanation", "What is shown")
        for label in (self._formula, self._numbers, self._others):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
            label.setAccessibleDescription("The text can be selected and copied")

    def show_stage(self, title: str, explanation: str, share: float, *, awaited: bool = True) -> None:
        """Show the title of a stage, its explanation, and its share of total stretching.

        The share is between 0 and 1, or NaN if it is unknown, perhaps because it is `awaited`.
        """
        self._title.setText(f"<b>{breakable(escape(title))}</b>")
        self._explanation.setText(explanation)
        unknown = f"not known{' yet' if awaited else ''}"
        self._share.setText(f"Share of total stretching: {unknown if isnan(share) else percent(share, 1)}")

    def show_report(self, report: StageReport | None, hint: str = UNTRAINED) -> None:
        """Show formula, numbers and curves of a stage, or a hint in place of them, as for an untrained flow."""
        self._formula.setText("<br>".join(map(breakable_formula, report.formula)) if report else hint)
        numbers = [f"{name} = {written(value)}" for name, value in report.numbers.items()] if report else []
        self._numbers.show_text("<br>".join(numbers[:FEW]))
        self._others.setText("<br>".join(numbers[FEW:]))
        self._more.setVisible(len(numbers) > FEW)
        self._others.setVisible(len(numbers) > FEW and self._more.isChecked())
        self._bending.show_report(report)

    def show_view(
        self,
        direction: Direction,
        view: ViewSpec,
        *,
        overview: bool,
        probed: bool,
        folded: float,
        estimated: bool | None = None,
    ) -> None:
        """Explain what is shown, and how to read it.

        Steps fold the plane over at a share of the particles. Densities of a recorded flow, and only those, are
        `estimated` from particles or not.
        """
        density = explanations.RECORDED_DENSITIES.get(estimated, explanations.MARKS["density"])
        drawn = rendering.small_view(view) if overview else view
        has_density = "density" in drawn.marks or drawn.color_by == "log_density"
        parts = [
            (explanations.OVERVIEW, overview),
            (explanations.NO_DENSITY, overview and "density" in view.marks),
            (explanations.DIRECTIONS[direction], True),
            *(
                (density if mark == "density" else text, mark in drawn.marks)
                for mark, text in explanations.MARKS.items()
            ),
            (explanations.VELOCITIES[view.velocity], "velocity" in drawn.marks and view.velocity != "learned"),
            (explanations.folded(folded), folded > 0 and has_density),
            (explanations.COLORS[drawn.color_by], bool(drawn.marks & {"points", "paths"})),
            (explanations.BESIDE, is_split(view) and not overview),
            (explanations.PROBE, probed),
        ]
        self._view_explanation.setText("<hr>" + "<p>".join(text for text, applies in parts if applies))

    def show_appearance(self) -> None:
        formula = self._formula.text()
        self._formula.clear()
        self._formula.setText(formula)  # a link keeps the color of the theme in which its text was set
