"""Names of customers: how they are written, and when an ordinary word is one."""
