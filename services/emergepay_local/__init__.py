"""A local EmergePay, for machines without a merchant account: development and tests. It moves no real money.

Speaks the vendor's wire format as its npm package `emergepay-sdk` does, keeps a ledger that tests compare with ours,
and misbehaves when it is told to. Refuses the production profile. More in docs/emergepay.md.
"""
