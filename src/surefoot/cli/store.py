"""Migrate, check, back up, restore and move the database.

For whoever may open the database. `surefoot store VERB --help` tells more.
"""

from surefoot.cli._verbs import Verbs

COMMAND = Verbs(package="surefoot.cli.storing", name="store", help=__doc__)
