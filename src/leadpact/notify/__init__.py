"""Telling somebody something: one file a channel, a message in, a result out."""
