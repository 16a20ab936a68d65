"""Background threads and the delivery of their results."""
