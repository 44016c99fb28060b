"""The verbs of ``surefoot audit``: one file = one verb, imported when it is called."""
