"""What a pass about Google Cloud may overlook, where several checks say so."""

OUTSIDE = "projects outside the scan"
ACCOUNT_GRANTS = "grants on single service accounts"
#: Whoever may edit the virtual machine may change what Workbench set up.
MACHINE = "changes made to the machine in Compute Engine"
PERIMETERS = "whether a service perimeter closes its way to the internet"
