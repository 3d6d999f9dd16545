"""Links to Wikidata, or to any other Wikibase: checked, found, filled, compared, given back.

What is asked of Wikidata is asked by :class:`kg.wikidata.client.Client`, and only when a caller
makes one; everything else works on items that were read.
"""
