"""Pages for people who work outside the admin: customers and pilots, and ops who look at what they see."""
