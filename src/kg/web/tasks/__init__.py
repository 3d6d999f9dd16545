"""What a worker does with the graph: a function a task, named ``module.function`` of this folder.

Each takes what is held and arguments that JSON can write, and returns an answer, or raises a
``KgError`` or a ``Problem``.
"""
