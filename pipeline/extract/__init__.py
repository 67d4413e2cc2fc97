"""Step 1: open the sources and read them in the background. A source is read completely, or an error is raised."""
