"""Adapters: trained flows of other libraries, turned into projects that flowviz shows, compares and exports.

Each function takes what its library trained, follows particles through the library's own layers, and stores what it
finds. Only the module of an adapter imports its library, when it is called.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
