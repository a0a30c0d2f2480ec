"""The engine: from an agreement, a log and a moment to scores, stages and clocks."""
