"""Alerts from their doors to incidents: decoded, ordered by time, routed."""
