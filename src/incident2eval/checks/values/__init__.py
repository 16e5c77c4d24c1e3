"""Values: what stands where in an output of any shape, and whether two are the same in other clothes."""
