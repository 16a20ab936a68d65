"""Export of a project to files, as an `ExportSpec` describes.

Does not import Qt. Loads TensorFlow only to compute data that the project does not contain.
"""

from collections.abc import Generator

Steps = Generator[None, None, None]  # the steps in which an export is written
