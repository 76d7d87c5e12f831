#include "search/group_id.h"
#include "search/store.h"
#include "search/store_pack.h"

int srch_group_id(char out[41], const void *assembly, size_t n)
{
	struct store_id id;
	pack_object_id(id.b, PACK_BLOB, assembly, n);
	store_id_hex(out, &id);
	return 0;
}
