"""A synthetic company: a year of leads, sales and noise, with the truth kept apart."""
