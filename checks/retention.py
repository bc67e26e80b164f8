"""How long records of what a system did have to be kept, where nothing longer is asked for."""

#: Days of the longest six months, March to August: fewer are less than half a year in some year.
SIX_MONTHS = 184
