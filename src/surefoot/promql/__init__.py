"""PromQL: reading it, pointing at what is wrong in it, comparing it and changing it.

The package knows nothing of SLOs. It stands on the parser of the promql-parser package, whose trees
carry no positions; the tokenizer here supplies them.
"""
