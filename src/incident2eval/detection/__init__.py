"""Detection: whose name stands in a text, and which personal data and secrets."""
