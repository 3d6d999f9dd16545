"""Queries that ask other services too: those that the user allows by name, and no other."""

from kg.federation.evaluation import evaluate
from kg.federation.forwarding import Limits, Service, service

__all__ = ["Limits", "Service", "evaluate", "service"]
