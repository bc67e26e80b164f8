"""Model cards and data sheets: what they should hold, what those that were read hold, and drafts. Pure, and knows no
provider."""
