#include "search/group_id.h"
#include <git2.h>

int srch_group_id(char out[41], const void *assembly, size_t n)
{
	git_oid id;
	if (git_libgit2_init() < 0 || git_odb_hash(&id, assembly, n, GIT_OBJECT_BLOB) < 0)
		return err_set(ERR_IO, "an object id could not be computed");
	git_oid_tostr(out, 41, &id);
	git_libgit2_shutdown();
	return 0;
}
