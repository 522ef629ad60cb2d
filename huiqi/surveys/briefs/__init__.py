"""Briefs for leaders 信息专报 on paper: charts, Word, PDF, and the workbook of all tables."""
