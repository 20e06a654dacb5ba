"""REST resources of jobs and assignments."""
