"""The pages: each reads by a selector, so that somebody else's thing is 404, and shows what a presenter made of it."""
