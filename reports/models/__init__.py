"""reports' models."""

from reports.models.report import Report, ReportFigure, ReportPaper

__all__ = ["Report", "ReportFigure", "ReportPaper"]
