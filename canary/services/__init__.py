"""One run: its cast and job, how far it has come, and what it leaves behind."""
