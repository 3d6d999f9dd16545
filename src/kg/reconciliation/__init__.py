"""The Reconciliation Service API 0.2: names of a spreadsheet matched with the things of a graph.

Specification: https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/.
"""
