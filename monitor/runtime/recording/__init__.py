"""Continuous recordings: filed, kept, played back, exported, and deleted when their time is over.

How, and in which order room is made on a full disk: docs/explanation/recording.md.
"""
