"""Takes over what another program knew of the pictures in the library."""
