"""A stand-in for Salesforce on this machine, made from its public documentation.

It keeps state as an organisation does, answers the calls that Leadpact makes, and has no other.
"""
