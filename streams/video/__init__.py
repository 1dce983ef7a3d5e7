"""Moving pictures: flags, boxes, segments and playlists; bytes in, bytes out, no Django."""
