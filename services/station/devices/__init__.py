"""Devices with keys of their own: points of sale, printers, kitchen displays."""
