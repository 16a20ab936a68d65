"""The parts of the site that `resources/make_site.py` writes."""
