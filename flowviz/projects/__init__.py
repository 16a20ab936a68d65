"""Projects: specs and records, saved together in one `.flowviz` file."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
