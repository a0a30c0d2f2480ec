"""The agreement on paper: PDF, Word and a web page of its own."""
