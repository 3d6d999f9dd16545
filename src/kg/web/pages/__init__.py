"""The pages for people: what each one tells, made from a store, and how it is set."""
