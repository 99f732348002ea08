"""XMP: read in pictures and beside them, and sidecars edited without loss of what others wrote."""
