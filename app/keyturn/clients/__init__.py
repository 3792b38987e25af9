"""One module per backup program: where its keys stand, how they are read, replaced and checked."""
