"""Azure OpenAI and AI Services (Foundry) accounts."""
