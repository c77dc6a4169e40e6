"""JSON Schema of scenarios: what a file may write where, for editors and other programs."""
