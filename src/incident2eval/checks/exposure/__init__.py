"""What must not get out: whose it is, what of it tells, and where it left."""
