"""Storage accounts that workspaces and AI accounts refer to."""
