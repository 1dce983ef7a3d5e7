"""From the room log to every open socket of this process."""
