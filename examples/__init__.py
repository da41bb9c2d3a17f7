"""How to use OrderBuddy from outside, with the typed client (docs/integrating.md)."""
