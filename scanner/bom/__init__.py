"""What a bill of materials of AI systems holds: components, what each depends on, and how that is known. Data alone.

`recipes` says what each kind of resource is in a bill, `bill` makes one of an inventory, and `minimum_elements` what is
there of what the G7 ask for. A format writes it.
"""
