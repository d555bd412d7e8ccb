/* status.h - planted: a head without its licence */
