"""The commands that take over what another program knew, a module for each program."""
