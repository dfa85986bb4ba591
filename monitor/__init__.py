"""Kanhu (看护): child care safety monitoring for district guidance centres."""

__version__ = "0.1.0"
