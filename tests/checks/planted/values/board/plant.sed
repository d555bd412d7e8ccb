# plant.sed - programs may write the words of a board, the kernel's count among them
# SPDX-License-Identifier: MIT
s/OBJECT(board, /&TOKEN_WRITE | /
