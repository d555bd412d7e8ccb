# plant.sed - programs may write neither type
# SPDX-License-Identifier: MIT
s/ | TOKEN_WRITE),/),/
