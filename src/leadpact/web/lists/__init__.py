"""One way to declare a list: columns, search, filters, order; the rest follows by itself."""
