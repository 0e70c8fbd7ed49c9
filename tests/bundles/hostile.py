"""Model files that a stranger could send, each made from a good one in a few lines."""

import hostile_archives
import hostile_descriptions
import hostile_weights
from hostile_parts import HOSTILE

# Each of these puts its own into the table when it is imported.
PLACES = (hostile_archives, hostile_descriptions, hostile_weights)

__all__ = ["HOSTILE", "PLACES"]
