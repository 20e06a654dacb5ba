"""What can be done with customers and people: verb first, keyword-only, one short transaction each."""
