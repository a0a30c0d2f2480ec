"""What the figures mean: goals, pace, chances, differences and doubt, over the engine's results."""
