"""What earlier reports say, and what has become of it. Knows no cloud and no check."""
