"""How long records of what a system did have to be kept, where nothing longer is asked for."""

#: Days of the longest six months, March to August: fewer are less than half a year in some year.
SIX_MONTHS = 184
#: Why it is not known of a log that a system names, and that is not there.
NOT_THERE = "how long it would be kept, as there is no such {}"
