"""The ways a picture comes in: a browser, an encoder over RTMP, an nginx in front."""
