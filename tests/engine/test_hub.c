/* A model's name: a folder, or a hub id in a cache that is laid out as the Hugging Face tools lay it out. */
#include "base/file.h"
#include "base/mem.h"
#include "engine/hub.h"
#include "tests/check.h"
#include <stdlib.h>
#include <sys/stat.h>

static const char commit[] = "0123456789abcdef0123456789abcdef01234567", other[] = "fedcba9876543210fedcba9876543210fedcba98";
static char root[] = "/tmp/coppice-hub-XXXXXX";

/* A file of the test's folder, with its folders made; name may begin anywhere below. */
static void put(const char *name, const char *text)
{
	char *path = file_join(root, name), *slash = strrchr(path, '/');
	*slash = '\0';
	OK(file_mkdirs(path));
	*slash = '/';
	OK(file_write(path, text, strlen(text)));
	mem_free(path);
}

#define REPO "hub/models--some-owner--A.model_1/"

/* In a snapshot, files are links into blobs; text NULL: the blob is not there. */
static void put_linked(const char *snapshot, const char *name, const char *text)
{
	char link_name[300], blob[300], target[200];
	snprintf(blob, sizeof blob, REPO "blobs/%s-%.4s", name, snapshot);
	if (text)
		put(blob, text);
	snprintf(link_name, sizeof link_name, REPO "snapshots/%s/%s", snapshot, name);
	snprintf(target, sizeof target, "../../blobs/%s-%.4s", name, snapshot);
	char *path = file_join(root, link_name), *slash = strrchr(path, '/');
	*slash = '\0';
	OK(file_mkdirs(path));
	*slash = '/';
	assert_int_equal(symlink(target, path), 0);
	mem_free(path);
}

static const char *path_of(const char *name)
{
	static char path[300];
	snprintf(path, sizeof path, "%s/%s", root, name);
	return path;
}

static int set_up(void **state)
{
	(void)state;
	static const char *const clear[] = {"HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HOME"};
	for (int i = 0; i < 4; i++)
		unsetenv(clear[i]);
	if (!mkdtemp(root))
		return -1;
	char text[64];
	snprintf(text, sizeof text, "%s\n", commit);
	put(REPO "refs/main", text);
	put(REPO "refs/refs/pr/7", other);
	put(REPO "refs/outside", "../../..");
	put_linked(commit, "config.json", "{}");
	put_linked(commit, "model.safetensors.index.json", "{\"weight_map\": {\"a\": \"x-1.safetensors\", \"b\": \"x-2.safetensors\", \"c\": \"x-3.safetensors\"}}");
	put_linked(commit, "x-1.safetensors", "x");
	put_linked(commit, "x-2.safetensors", NULL); /* the link is there, its blob is not */
	put_linked(other, "config.json", "{}");
	put_linked(other, "model.safetensors", "x");
	put("hub/models--some-owner--empty/refs/main", commit);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	char command[100];
	snprintf(command, sizeof command, "rm -rf '%s'", root);
	return system(command);
}

/* Where the id leads must end in `end`. */
static void leads_to(const char *id, const char *end)
{
	char *dir;
	OK(hub_find(&dir, id));
	size_t n = strlen(dir), k = strlen(end);
	if (n < k || strcmp(dir + n - k, end))
		fail_msg("%s leads to %s, want ...%s", id, dir, end);
	mem_free(dir);
}

static void use(const char *variable, const char *below)
{
	char *path = file_join(root, below);
	setenv(variable, path, 1);
	mem_free(path);
}

static void an_id_leads_to_the_snapshot_of_its_revision(void **state)
{
	(void)state;
	use("HF_HUB_CACHE", "hub");
	leads_to("some-owner/A.model_1", commit);
	leads_to("some-owner/A.model_1@main", commit);
	leads_to("some-owner/A.model_1@refs/pr/7", other);
	leads_to("some-owner/A.model_1@fedcba9876543210fedcba9876543210fedcba98", other);
	unsetenv("HF_HUB_CACHE");
}

static void the_cache_is_found_as_the_hub_tools_find_it(void **state)
{
	(void)state;
	char *dir;
	char link_name[200];
	put("home/.cache/huggingface/x", "");
	snprintf(link_name, sizeof link_name, "%s/home/.cache/huggingface/hub", root);
	assert_int_equal(symlink("../../../hub", link_name), 0);
	use("HOME", "home");
	leads_to("some-owner/A.model_1", commit);
	use("XDG_CACHE_HOME", "nothing"); /* each goes before the one above */
	FAILS(ERR_MISSING, "nothing/huggingface/hub/models--some-owner--A.model_1", hub_find(&dir, "some-owner/A.model_1"));
	use("HF_HOME", "");
	leads_to("some-owner/A.model_1", commit);
	use("HF_HUB_CACHE", "elsewhere");
	FAILS(ERR_MISSING, "elsewhere/models--some-owner--A.model_1", hub_find(&dir, "some-owner/A.model_1"));
	unsetenv("HF_HUB_CACHE");
	unsetenv("HF_HOME");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	FAILS(ERR_MISSING, "HF_HOME", hub_find(&dir, "some-owner/A.model_1"));
}

static void a_folder_of_that_name_goes_first(void **state)
{
	(void)state;
	char *dir, *mine = file_join(root, "hub");
	char before[1000];
	use("HF_HUB_CACHE", "hub");
	OK(hub_find(&dir, mine));
	assert_string_equal(dir, mine);
	OK(hub_check(dir, mine)); /* whatever is wrong with it, opening it says */
	mem_free(dir);
	assert_non_null(getcwd(before, sizeof before));
	put("some-owner/A.model_1/config.json", "{}");
	assert_int_equal(chdir(root), 0);
	OK(hub_find(&dir, "some-owner/A.model_1"));
	assert_string_equal(dir, "some-owner/A.model_1");
	assert_int_equal(chdir(before), 0);
	mem_free(dir);
	mem_free(mine);
	unsetenv("HF_HUB_CACHE");
}

static void what_is_not_there_says_which_command_would_get_it(void **state)
{
	(void)state;
	static const char *const no_id[] = {"nowhere", "a/b/c", "/nowhere/at/all", "a/", "/a", "./b", "a/..", "a b/c", "a/b@", "a/b@../x", "a/b@/x", ""};
	char *dir, longer[400];
	use("HF_HUB_CACHE", "hub");
	FAILS(ERR_MISSING, "`hf download some-owner/other` would", hub_find(&dir, "some-owner/other"));
	FAILS(ERR_MISSING, "`hf download some-owner/other --revision v2` would", hub_find(&dir, "some-owner/other@v2"));
	FAILS(ERR_MISSING, "no snapshot of revision v2", hub_find(&dir, "some-owner/A.model_1@v2"));
	FAILS(ERR_MISSING, "no snapshot of revision main", hub_find(&dir, "some-owner/empty"));
	FAILS(ERR_MISSING, "no snapshot of revision outside", hub_find(&dir, "some-owner/A.model_1@outside"));
	for (size_t i = 0; i < sizeof no_id / sizeof *no_id; i++) {
		FAILS(ERR_MISSING, "no such folder", hub_find(&dir, no_id[i]));
		assert_null(dir);
	}
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	longer[90] = '/';
	FAILS(ERR_MISSING, "no such folder", hub_find(&dir, longer));
	unsetenv("HF_HUB_CACHE");
}

static void an_incomplete_download_names_what_is_missing(void **state)
{
	(void)state;
	char *dir;
	use("HF_HUB_CACHE", "hub");
	OK(hub_find(&dir, "some-owner/A.model_1"));
	FAILS(ERR_MISSING, "x-2.safetensors and 1 other file are missing; `hf download some-owner/A.model_1` completes it", hub_check(dir, "some-owner/A.model_1"));
	put(REPO "blobs/x-2.safetensors-0123", "x");
	FAILS(ERR_MISSING, "incomplete: x-3.safetensors is missing", hub_check(dir, "some-owner/A.model_1"));
	put_linked(commit, "x-3.safetensors", "x");
	OK(hub_check(dir, "some-owner/A.model_1"));
	mem_free(dir);
	OK(hub_find(&dir, "some-owner/A.model_1@refs/pr/7"));
	OK(hub_check(dir, "some-owner/A.model_1@refs/pr/7"));
	assert_int_equal(unlink(path_of(REPO "blobs/model.safetensors-fedc")), 0); /* its link stays */
	FAILS(ERR_MISSING, "incomplete: every *.safetensors is missing; `hf download some-owner/A.model_1 --revision refs/pr/7` completes it",
	      hub_check(dir, "some-owner/A.model_1@refs/pr/7"));
	mem_free(dir);
	unsetenv("HF_HUB_CACHE");
}

static void a_model_is_called_what_people_call_it(void **state)
{
	(void)state;
	static const struct {
		const char *dir, *name;
	} cases[] = {
		{"/models/Qwen3.5-35B-A3B-FP8", "Qwen3.5-35B-A3B-FP8"}, {"sapling", "sapling"}, {"a/b//", "b"},
		{"/c/hub/models--some--A.model--v2_1/snapshots/0123abcd", "A.model--v2_1"}, {"models--some--A/snapshots/01/", "A"},
		{"/mine/snapshots/01", "01"}, {"snapshots/01", "01"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *name = hub_model_name(cases[i].dir);
		assert_string_equal(name, cases[i].name);
		mem_free(name);
	}
	char *here = hub_model_name("."), *top = hub_model_name("/");
	assert_true(*here && strcmp(here, "."));
	assert_string_equal(top, "");
	mem_free(here);
	mem_free(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_id_leads_to_the_snapshot_of_its_revision),
		TEST(the_cache_is_found_as_the_hub_tools_find_it),
		TEST(a_folder_of_that_name_goes_first),
		TEST(what_is_not_there_says_which_command_would_get_it),
		TEST(an_incomplete_download_names_what_is_missing),
		TEST(a_model_is_called_what_people_call_it),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
