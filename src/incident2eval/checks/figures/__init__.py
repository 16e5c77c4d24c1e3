"""Figures and dates: read from text and tables, and what gives them a ground."""
