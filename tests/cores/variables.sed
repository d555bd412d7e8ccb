# variables.sed - makes each variable of a module a thread's own
# SPDX-License-Identifier: MIT
# A definition is on one line: static, without a parenthesis but in its initialiser or attribute; or a
# type in one or two words, a name, perhaps a size and an initialiser.
/^[[:space:]]*static (inline |const )/b
s/^([[:space:]]*)static ([^(=]*(=.*|__attribute__.*)?;)/\1static _Thread_local \2/
s/^(struct [a-z_]+|u?int[0-9]+_t|bool|unsigned|int) (\**[a-z_]+(\[[A-Z_]+\])?( = .*)?;)/_Thread_local \1 \2/
