"""A synthetic job that goes through a simulated cloud every quarter of an hour, from the click to the records of its flight.

It takes the ways of every job: the same services, queues, workers, tables and files. It has a customer, a partner and an account
of its own, which hang on one key (`work.apart`), are shown to nobody, and last as long as the run.
"""
