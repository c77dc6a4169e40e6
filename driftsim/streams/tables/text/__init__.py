"""Text: files of rows as people and programs write them, cut into columns."""
