"""The web application: settings, addresses, pages."""
