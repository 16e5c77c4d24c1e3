"""What a person reads in a terminal or on a page: lines, tables and trees, from facts that others found."""
