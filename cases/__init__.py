"""The cases that every metric meets; short files to read and to copy."""
