"""PURE when things are due: schedules by the wall clock, and the rhythm of reports."""
