"""What every room speaks of: nouns, checks, collectors, how replies become resources, and how text is made safe."""
