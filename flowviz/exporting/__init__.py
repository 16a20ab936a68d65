"""A project + an ExportSpec -> files. Knows no Qt; TensorFlow is loaded only for what the project does not hold."""
