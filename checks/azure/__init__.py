"""Microsoft Azure: Azure Machine Learning, Azure OpenAI and AI Services, and the storage and roles they rest on."""
