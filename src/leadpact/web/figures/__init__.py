"""The figures' pages: parts that a measurement published, and the leads behind every figure."""
