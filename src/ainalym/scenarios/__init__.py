"""Scenarios: named levers with years and ramps, read from files that a policy officer can write."""
