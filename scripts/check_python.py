"""Say in one line whether this Python can run Hourglass.

It is written for every Python that can be called ``python3``, so that the line appears and not a
syntax error.
"""

import sys

SUPPORTED = ((3, 11), (3, 12), (3, 13))

if sys.version_info[:2] not in SUPPORTED:
    sys.exit(
        "Hourglass needs Python 3.11, 3.12 or 3.13; {} is {}.{}. "
        "Choose another: make PYTHON=python3.12 ...".format(sys.executable, *sys.version_info[:2])
    )
