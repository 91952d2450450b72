"""The steps of the job: extract, transform, load."""
