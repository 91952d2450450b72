"""The tables of the job: how they are read and written, and the steps that fill them."""
