"""The export dialog and the export job."""
