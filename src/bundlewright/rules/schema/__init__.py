"""Family 1: fields and values that a bundle's schema does not know.

Unknown fields and values of a wrong kind are looked for in each file, as the CLI does when it loads
them; missing fields and values that are not allowed in each target, where all files and overrides
have come together. Values that references bring are judged where they are used.
"""
