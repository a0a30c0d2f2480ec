"""The state machine that an agreement becomes: score, stages and clocks, lead after lead."""
