"""REST resources that concern the whole hub: what waits for a person, and the description of the API."""
