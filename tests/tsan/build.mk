# build.mk - the headers that ThreadSanitizer's programs have in place of the kernel's
# SPDX-License-Identifier: MIT

HOST_TSAN += -iquote tests/tsan

$(addprefix $(BUILD)/unit/tsan/,ring inbox inbox_all): tests/tsan/lib/annotate.h
