"""Pages for people: templates, one style sheet, charts as SVG. A page is one file that asks for nothing else."""
