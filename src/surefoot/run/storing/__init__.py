"""Stores as a whole: backed up, restored, moved, checked, without loss."""
