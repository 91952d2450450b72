"""A model: what it learns from, how it is judged, and what it predicts."""
