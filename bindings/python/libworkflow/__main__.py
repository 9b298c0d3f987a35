"""`python -m libworkflow`: runs workflows and looks at their checkpoints; see `--help`."""

import sys

from ._cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
