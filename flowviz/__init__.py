"""flowviz: watch a normalizing flow bend a Gaussian cloud into a word.

`from flowviz import ...` offers the library: the specs say what is asked for, the functions of `flowviz.library` do it.
Importing the package loads neither TensorFlow nor Qt, and each name only when it is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__version__ = "0.1.0"
