"""How a provider is asked: pace, retries, limits, threads. What is asked is for others to say."""
