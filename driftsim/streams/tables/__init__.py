"""Tables: files of rows, read into columns of numbers and codes."""
