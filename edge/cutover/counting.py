"""What the cut-over counts (docs/cut-over.md)."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

ROUTED = Counter("orderbuddy_cutover_requests_total", "Requests by rule and who answered", ["rule", "target"])
FAILED = Counter("orderbuddy_cutover_legacy_failures_total", "Calls that the old back end did not answer", ["reason"])
UNRESOLVED = Counter("orderbuddy_cutover_unresolved_total", "Requests whose restaurant a rule asks for, and unknown")
COMPARED = Counter("orderbuddy_cutover_compared_total", "Reads that were compared", ["outcome"])
FILE_GOOD = Gauge("orderbuddy_cutover_file_good", "1 while the rules in force are those of the file")
RULES = Gauge("orderbuddy_cutover_rules", "Rules in force")
