/* files_names.h - the part of tests/guest/files.c about directories, and names in them
 * SPDX-License-Identifier: MIT
 * Each leaves the current directory as it was; there is a file `a`. */
#ifndef GUEST_FILES_NAMES_H
#define GUEST_FILES_NAMES_H

void use_directories(void);
void rename_things(void);
void live_nowhere(void);
void use_odd_names(void);
void use_many_names(void);
void make_names_anew(void);
void use_paths_at_edges(void);

#endif
