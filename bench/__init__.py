"""Hot paths measured against a floor, in one run: `python -m bench`."""
