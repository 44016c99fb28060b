"""The verbs of ``surefoot store``: one file = one verb."""
