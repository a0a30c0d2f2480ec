"""What sets customers apart, and what follows: a definition of the MQL, a scorecard."""
