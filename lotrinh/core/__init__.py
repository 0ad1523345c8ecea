"""The rules of the field: pure, standard library only, no clock, no input and no output."""
