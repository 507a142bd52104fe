"""The report: one HTML page of a results document, with its figures, answers, doubts and findings."""
