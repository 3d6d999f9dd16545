"""Changes of what is served: one after the other, of a folder or of one file."""
