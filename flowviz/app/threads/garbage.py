"""Python's search for garbage, which stops all threads: for 0.4 s once TensorFlow is loaded."""

import gc
import sys
from functools import cache


def pause_garbage_search() -> None:
    """Search for no garbage while much is loaded that stays."""
    gc.disable()


def resume_garbage_search() -> None:
    """Search for garbage again, except among what came with TensorFlow."""
    if "tensorflow" in sys.modules:
        _spare_what_is_loaded()
    gc.enable()


@cache
def _spare_what_is_loaded() -> None:
    gc.freeze()  # once: freezing again would keep the garbage of the time between as well
