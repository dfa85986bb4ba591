"""Footage of the demo: people cut out of a photograph, walking about in drawn rooms.

``composer.compose`` writes the files; ``monitor.demo.scenes`` says what happens in them and
``truth.truth`` what a perfect system would see. The way of a picture: ``outlines`` → ``cutouts``
→ ``wardrobe`` → ``figures`` give the people; ``textures``, ``walls``, ``furniture`` → ``setting``
give the place; ``paths`` → ``staging`` say who stands where; ``painter`` puts it together through
the pinhole camera of ``optics``, and ``encode`` writes it. Everything is deterministic.
"""
