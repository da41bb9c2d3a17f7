"""A local core of SuperTokens, for machines without the real one: development and tests.

Speaks what `supertokens-python` asks of a core (CDI 5.4): passwordless sign-in, sessions, users. Keeps its state in a
database of its own. Refuses the production profile: a real core is what is run there.
"""
