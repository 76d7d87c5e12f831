/* engine/hub.h - layer 2. Which folder a model's name means: a folder, or a hub id (owner/name, owner/name@revision) looked up
 * in the local cache of the Hugging Face tools. Nothing is ever downloaded.
 *
 *   cache:  $HF_HUB_CACHE, else $HF_HOME/hub, else $XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub
 *     models--owner--name/refs/main         the commit that this name stood for when it was downloaded
 *     models--owner--name/snapshots/COMMIT  the folder; its files are links into models--owner--name/blobs */
#ifndef ENGINE_HUB_H
#define ENGINE_HUB_H

#include "base/err.h"

/* *dir: yours. A folder of that name goes first. ERR_MISSING says where was looked and which command would download;
 * ERR_IO: it may not be looked for there. */
int hub_find(char **dir, const char *name) CHECK_RESULT;
/* For a dir that hub_find gave: ERR_MISSING names the files of an incomplete download, and the command that completes it.
 * A folder that is no snapshot of the cache is left to whoever opens it. */
int hub_check(const char *dir, const char *name) CHECK_RESULT;
/* What people call the model in this folder: the folder's name; of a snapshot of the cache the name behind the owner's. Yours. */
char *hub_model_name(const char *dir);

#endif
