"""What happens around the steps: their outcome, their metrics, and what failures lead to."""
