"""What a run found, told in one HTML file."""

from hourglass.report.document import write_report

__all__ = ["write_report"]
