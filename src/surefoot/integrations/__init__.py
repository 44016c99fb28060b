"""The resilience library at home in others: one module for each, which imports that library and nothing else.

Nothing is imported before its module is.
"""
