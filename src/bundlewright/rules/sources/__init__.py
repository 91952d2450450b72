"""Family 8: the source files that a bundle refers to, and the CI files that deploy it.

Rules on source files stand on the resource that refers to them. Each file is read and judged once,
however many resources refer to it; findings stand in the file itself.
"""
