"""The command line: parse, call the pipeline, print, exit with its code.

Nothing is imported here but click, so that `incident2eval --help` costs little more; a command's own file is
imported when the command is called.
"""

from incident2eval.cli._main import main
from incident2eval.cli._shell import COMMANDS, shell

__all__ = ["COMMANDS", "main", "shell"]
