"""`python -m incident2eval`."""

import sys

from incident2eval.cli import main

sys.exit(main())
