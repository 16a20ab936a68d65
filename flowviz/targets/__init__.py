"""Target distributions: build the distribution that a flow learns from its spec."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
