"""Around a gate: what is locked, what was proved, on which ground it stands, and the reports it left."""
