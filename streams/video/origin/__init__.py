"""What players ask for: playlists, parts and segments of live shows and of replays."""
