"""Files of the office -> core objects, with every problem named by file, line and column."""
