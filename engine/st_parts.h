/* engine/st_parts.h - layer 2, only for the files behind engine/safetensors.h. What a safetensors is made of. */
#ifndef ENGINE_ST_PARTS_H
#define ENGINE_ST_PARTS_H

#include "base/file.h"
#include "base/map.h"
#include "engine/safetensors.h"

struct safetensors {
	struct st_tensor *tensors; /* sorted by name once complete */
	size_t n, cap;
	struct map names; /* name -> index into tensors; owns the bytes of the names */
	struct file_map *maps;
	char **paths; /* [n_maps] */
	int n_maps;
	struct map lost;     /* the names of shards that are not there */
	struct map promised; /* tensors that the index promises in those: name -> which of `lost` */
	struct map broken;   /* tensors whose entry, or whose whole file by the index, could not be read: a problem says so */
	struct map unread;   /* the names of shards that are there and could not be read */
	bool indexed;        /* an index says what is in which shard */
	void *memory;        /* of tensors that are in no file */
	size_t bytes;
};

struct safetensors *st_new(void);
/* ERR_FORMAT when there is one of that name. The name is copied; t->data may still be NULL. */
int st_add(struct safetensors *s, const struct st_tensor *t) CHECK_RESULT;
/* One file's bytes. problems: an entry that is broken is added to it, and the others are read. */
int st_add_file(struct safetensors *s, const void *bytes, size_t size, struct eng_problems *problems) CHECK_RESULT;
/* After the last one: sorts. */
void st_finish(struct safetensors *s);

#endif
