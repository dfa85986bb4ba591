"""A district with a year of history, composed from a seed: the same seed, the same district.

Compose it with :func:`~benchmarks.district_year.compose.compose`, file it in an empty database
with :func:`~benchmarks.district_year.filing.file_year`.
"""
