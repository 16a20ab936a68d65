"""The widgets that show a flow."""

from dataclasses import dataclass

from flowviz.app.cloud_view import CloudView
from flowviz.app.history_bar import HistoryBar
from flowviz.app.inspector import Inspector
from flowviz.app.playback_bar import PlaybackBar
from flowviz.app.readout import Readout
from flowviz.app.scrubber import Scrubber
from flowviz.app.strip import Strip
from flowviz.app.view_bar import ViewBar


@dataclass(frozen=True)
class Instruments:
    """The widgets that the exploration speaks with."""

    bar: ViewBar
    cloud: CloudView
    readout: Readout
    strip: Strip
    scrubber: Scrubber
    playback: PlaybackBar
    history: HistoryBar
    inspector: Inspector
