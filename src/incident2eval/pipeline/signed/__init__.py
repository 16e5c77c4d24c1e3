"""What people signed, whom the project trusts with it, and whether all of it lets a workflow restart."""
