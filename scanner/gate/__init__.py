"""The evaluation gate: what an evaluation by group says of the thresholds that people set. Pure."""
