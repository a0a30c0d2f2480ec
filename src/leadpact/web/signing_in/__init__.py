"""How people get in: password, second factor, single sign-on, invitation."""
