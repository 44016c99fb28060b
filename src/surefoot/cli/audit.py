"""Write, ask, verify, prove and export the audit log.

For whoever may open the database: what is done with the log is recorded in it, before there is an answer.
`surefoot audit VERB --help` tells more.
"""

from surefoot.cli._verbs import Verbs

COMMAND = Verbs(package="surefoot.cli.auditing", name="audit", help=__doc__)
