"""A package, so that what its tests share is put away after the last of them."""
