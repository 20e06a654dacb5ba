"""REST resources of logs and of what they were read as."""
