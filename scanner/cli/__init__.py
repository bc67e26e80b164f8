"""Commands, options, configuration, and one run from its start to its end."""
