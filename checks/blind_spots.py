"""What a pass may overlook, in the words that checks of several providers share. Each reads well after "not seen: "."""

#: Secrets are told by the names of what holds them and by their shape.
UNSHAPED = "credentials with a plain name and of no known shape"
IMAGE_VARIABLES = "variables that the image sets"
IMAGE_SETTINGS = "settings inside the image or the artifact"
#: Code in a serving container may fetch more than its definition names.
DOWNLOADS = "what code in the image or the artifact loads"
TRAINING_CODE = "buckets that the training code names by itself"
START_SCRIPTS = "what start-up scripts change on the machine"
#: A sink may be gone, closed to the service or filtered.
ARRIVAL = "whether the records arrive"
VERSIONS_DELETED = "lifecycle rules that delete earlier versions"
#: Which versions are supported is known as of the day this version was made.
LATER_ENDS = "ends of support announced after this version of mlposture"
#: Wikis, repositories, shared folders: what says of a model or of data what it is, and that it is right, people know.
CARDS = ("cards kept elsewhere", "whether what the card says is true")
SHEETS = ("data sheets kept elsewhere", "whether what a description says is true")
