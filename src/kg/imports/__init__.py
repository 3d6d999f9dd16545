"""Tables that others publish, as triples in the terms of kg, with what cannot be used by line."""
