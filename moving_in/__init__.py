"""Moving in from the old system: its documents become rows of this hub, once each, and nothing of them is dropped."""
