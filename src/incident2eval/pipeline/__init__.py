"""The spine: one file per command, each does its input and output through the rooms below and hands results on."""
