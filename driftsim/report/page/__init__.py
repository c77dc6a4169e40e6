"""The page: everything a study has shown, in one HTML file."""
