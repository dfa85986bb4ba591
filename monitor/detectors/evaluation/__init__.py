"""Judging a model on labelled frames: people, ages, and whether a room looks attended."""
