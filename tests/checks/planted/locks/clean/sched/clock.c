/* clock.c - no lock: words that contain one, a comment that names a mutex, a string
 * SPDX-License-Identifier: MIT */
const char *clock_block(void)
{
	return "spin_lock"; // pthread_mutex_lock
}
