"""MLflow servers: registered models, the runs behind them, and how the server itself is guarded."""
