"""Adapters: trained flows of other libraries, turned into projects that flowviz shows, compares and exports.

Each function takes a flow that its library trained, moves particles through the library's own layers, and records them.
A library is imported only when its adapter is called.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
