"""Rendering of records to pixels, as a `ViewSpec` describes. Imports neither Qt nor TensorFlow."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
