"""Finders that come with Kanhu, one file each, and the parts they share."""
