"""What is fast, measured, and the logs on which it is measured."""
