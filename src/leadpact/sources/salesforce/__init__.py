"""Salesforce as a customer system, through its public API."""
