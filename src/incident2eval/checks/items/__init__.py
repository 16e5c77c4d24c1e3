"""Items: the rows of a batch, and what was decided of each."""
