"""What the servers we ship with do for our sockets beyond ASGI; any other server runs them too."""
