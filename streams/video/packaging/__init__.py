"""Fragmented MP4 becomes parts, segments and playlists: bytes in, bytes and text out, no Django."""
