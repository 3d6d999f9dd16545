"""The processes that look at the graph: each does one task at a time, and may be killed."""
