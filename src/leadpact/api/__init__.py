"""What programs talk to: the REST interface, the collector, the endpoint of web forms."""
