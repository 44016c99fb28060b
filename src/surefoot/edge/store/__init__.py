"""The store on SQLAlchemy Core: one file for each aggregate, one history of tables for both databases."""
