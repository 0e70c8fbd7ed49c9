"""What a run or a group of runs found, told in one HTML file."""

from hourglass.report.document import write_report
from hourglass.report.group import write_gallery_report, write_group_report

__all__ = ["write_gallery_report", "write_group_report", "write_report"]
