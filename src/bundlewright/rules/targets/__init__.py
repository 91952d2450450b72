"""Family 7: targets: which there are, where they deploy, as whom, and what is kept safe."""
