"""What is served: a file for each address, with what it asks of the graph and how its page is set.

A task is a function that takes what a worker holds, and arguments by name that JSON can write. It
returns an answer, or raises a ``KgError`` or a ``Problem``; ``module.function`` is its name.
"""
