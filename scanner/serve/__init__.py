"""Pages over a saved report or a history, for whoever sits at this machine: read only, and never beyond it."""
