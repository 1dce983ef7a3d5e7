"""The picture of a show: how it comes in, is packaged, is served, and what is made of it later."""
