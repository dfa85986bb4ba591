"""Tracks kept for some days, so that rules can be tried on them: where people were, never pictures.

What is kept is exactly what the deciding code was told (:mod:`.calls`), packed into small chunks
(:mod:`.packing`) in one file for each room and hour (:mod:`.files`), written beside the work
(:mod:`.recorder`). Nothing in it tells who somebody is.
"""
