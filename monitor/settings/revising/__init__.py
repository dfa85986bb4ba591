"""Changes to a district's file: written with its comments kept, checked, shown without secrets."""
