"""Export of a project to files, as an `ExportSpec` describes.

Does not import Qt. Loads TensorFlow only to compute data that the project does not contain.
"""
