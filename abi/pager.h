/* pager.h - what the memory service is asked for pages of mapped files
 * SPDX-License-Identifier: MIT
 * It stands between who maps files and who has them: a thread that has reached for a page of a mapped file comes in with FS_PAGE's words
 * (abi/fs.h), and hears FS_PAGE's answer. It may know the answer from before; so the caller, who looks whether it still holds, may ask for it anew.
 * Where the two are one domain, its number does not lie among those of the file service. */
#ifndef ABI_PAGER_H
#define ABI_PAGER_H

enum pager_operation {
	PAGER_PAGE = 128, /* flags above; inode, page of it -> as FS_PAGE */
	PAGER_COUNTS,     /* of this replica, since it began -> 0; word 1 answers that it knew, word 2 questions to the file service, word 3 of these for PAGER_ANEW */
};

enum pager_flag {
	PAGER_ANEW = 1, /* what was answered before does not hold any more */
};

#endif
