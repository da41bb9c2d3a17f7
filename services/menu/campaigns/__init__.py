"""Rewards for ordering through an origin."""
