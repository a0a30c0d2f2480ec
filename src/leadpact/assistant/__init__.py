"""What an assistant asks a company's Leadpact, over the REST interface alone."""
