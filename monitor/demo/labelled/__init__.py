"""Labelled frames: drawn rooms with people whose true boxes are known, as a YOLO-format set.

They stand in for a district's own frames where tools are tried, tested and compared. They are far
easier than a nursery: the people are made of two cut-outs.
"""
