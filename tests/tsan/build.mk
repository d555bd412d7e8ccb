# build.mk - the headers that ThreadSanitizer's programs have in place of the kernel's
# SPDX-License-Identifier: MIT

HOST_TSAN += -iquote tests/tsan

$(BUILD)/unit/tsan/ring $(BUILD)/unit/tsan/inbox: tests/tsan/lib/annotate.h
