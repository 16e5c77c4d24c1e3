"""A pack to hand on: what is in it, for whom, and what of it has to stay hidden."""
