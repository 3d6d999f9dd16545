"""The graph over HTTP: the SPARQL 1.1 Protocol, and pages for people that no query can stop.

The process that answers HTTP holds no data. Whatever looks at the graph is a task, done by a worker
process that may be killed (``kg.web.workers``); its answer comes back whole or as a problem.
"""
