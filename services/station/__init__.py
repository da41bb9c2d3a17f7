"""Stations, tickets, devices and printers: what happens in the kitchen and at the counter."""
