"""What the verdicts of a scan, and what people declare, say of AI systems and of the controls of frameworks. Data only.

`reports` writes it.
"""
