"""The history of the tables: one for every database.

A file `NNNN_pre_…` may run while replicas of the version before still serve; `NNNN_post_…` only after the last
of them has gone. Its docstring says what it does.
"""
