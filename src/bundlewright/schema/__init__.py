"""The bundle schema: its compiled snapshot, how it is built, and its look-up (`walker`)."""
