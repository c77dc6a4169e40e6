"""JSON Schema of scenarios: what a file may write where, for editors and other programs."""

from pathlib import Path

SHIPPED = Path(__file__).with_name("scenario.schema.json")
