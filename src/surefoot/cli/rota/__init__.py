"""The verbs of ``surefoot oncall``: one file = one verb, imported when it is called."""
