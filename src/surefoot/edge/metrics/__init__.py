"""Sources of metrics: servers, files, and a cache of what was read from them."""
