"""Reports: what the traces of a study show, as tables, figures and a page."""
