"""Lets `python -m homebooru` do what the `homebooru` command does."""

from homebooru.cli import main

if __name__ == "__main__":
    main()
