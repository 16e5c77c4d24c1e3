"""The spine: one file per command.

Each does its input and output through the rooms below and hands results on.
"""
