"""AI systems as an organisation declares them: the manifest, what each system claims of an inventory, a first draft."""
