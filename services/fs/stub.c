#include "abi/service.h"
int64_t serve(struct words *words) { (void)words; return STATUS_NOT_FOUND; }
