"""Tell who is on call now and next, simulate schedules, and write shifts as a calendar.

Everything is computed from the schedules of the workspace; nothing is stored. `surefoot oncall VERB --help` tells more.
"""

from surefoot.cli._verbs import Verbs

COMMAND = Verbs(package="surefoot.cli.rota", name="oncall", help=__doc__)
