"""Online learners of our own: the field's reference definitions, compiled."""
