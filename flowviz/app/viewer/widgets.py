"""The widgets that show a flow."""

from dataclasses import dataclass

from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.viewer.history_bar import HistoryBar
from flowviz.app.viewer.inspector import Inspector
from flowviz.app.viewer.playback_bar import PlaybackBar
from flowviz.app.viewer.readout import Readout
from flowviz.app.viewer.stage_slider import StageSlider
from flowviz.app.viewer.stage_strip import StageStrip
from flowviz.app.viewer.view_bar import ViewBar


@dataclass(frozen=True)
class ViewerWidgets:
    """The widgets that the exploration speaks with."""

    bar: ViewBar
    cloud: CloudView
    readout: Readout
    strip: StageStrip
    scrubber: StageSlider
    playback: PlaybackBar
    history: HistoryBar
    inspector: Inspector
