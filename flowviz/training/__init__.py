"""Train a flow on a target: flow + target + spec -> events.

Importing this package does not load TensorFlow; `train` loads it when it runs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
