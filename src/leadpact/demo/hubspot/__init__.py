"""A stand-in for HubSpot that keeps state, to try the two-way loop without an account.

Written from HubSpot's public documentation and the models of its client library; nothing of it was
compared with a real account.
"""
