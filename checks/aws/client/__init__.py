"""All that speaks to AWS, and the only place that imports its SDK.

Nothing is re-exported, so that what is free of the SDK can be imported without it.
"""
