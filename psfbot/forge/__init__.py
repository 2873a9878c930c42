"""Where changes to the catalog go: GitHub, a plain git remote, or a folder of patches."""
