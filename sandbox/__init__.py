"""Simulated partner clouds, each run as a process of its own.

So far there is one: SatLoc Cloud, as far as it is publicly known. It speaks real HTTP, keeps its state in one file,
flies the jobs it is sent and can be told to misbehave. It imports nothing of the hub. See `docs/sandbox.md`.
"""
