"""The file of suppressions: which failures somebody answers for, and how it is read and extended."""
