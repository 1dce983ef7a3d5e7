"""What viewers say, and what keeps it fit to be said: each module the one writer of its rows."""
