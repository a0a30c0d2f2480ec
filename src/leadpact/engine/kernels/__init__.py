"""The state machine that the agreement becomes: scoring, stages and clocks of one lead after another."""
