"""Back-tests: what would have fired on the tracks that are kept, beside what did fire."""
