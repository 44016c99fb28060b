"""Exports of the log: pure generators of lines; what is exported is never the stored form itself."""
