"""A small RTMP server: it takes pictures and gives none (Adobe's RTMP specification 1.0)."""
