/* search/store_impl.h - layer 3. What the store's own files share; nobody else includes it. The only header that may show
 * libgit2's types, which it forward-declares. */
#ifndef SEARCH_STORE_IMPL_H
#define SEARCH_STORE_IMPL_H

#include "base/map.h"
#include "search/store.h"
#include "search/store_pack.h"

struct git_repository;
struct git_odb;

struct store {
	char *dir;
	int lock; /* descriptor of the held lock file; -1 when open for reading */
	struct git_repository *repo;
	struct git_odb *odb;
	struct pack pack;    /* the batch */
	struct map in_batch; /* ids of its objects */
};

/* Sets the message from libgit2's own and returns code. */
int store_git_error(int code, const char *doing, const char *what);

#endif
