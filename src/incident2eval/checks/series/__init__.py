"""Series: what many runs of a workflow have in common, and whether it has changed."""
