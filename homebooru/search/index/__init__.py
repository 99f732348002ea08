"""The index: answers searches from memory, exactly as the tables would."""
