"""Who may do what: people, roles, sessions, tokens; decided here, kept in the store."""
