"""IRC: the library's parsing, and everything that it takes to be welcome on a network and to stay there."""
