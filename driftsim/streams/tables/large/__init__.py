"""Large: tables that no memory holds, read a piece at a time."""
