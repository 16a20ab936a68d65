"""flowviz: watch a normalizing flow bend a Gaussian cloud into a word.

Importing the package loads neither TensorFlow nor Qt.
"""

__version__ = "0.1.0"
