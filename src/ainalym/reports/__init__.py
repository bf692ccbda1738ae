"""Views of a result: charts and pages. They compute no model number."""
