"""The parts of the report's page below its first screen, one a file."""
