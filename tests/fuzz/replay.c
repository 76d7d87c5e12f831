/* Runs every file of a corpus folder through the fuzz target it is linked with: what a fuzzer once found stays found, under
 * plain gcc and the sanitizers. usage: fuzz_X CORPUS. With clang, `clang -fsanitize=fuzzer` replaces this main. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include <dirent.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return 2;
	}
	struct dirent **names;
	int n = scandir(argv[1], &names, NULL, alphasort), failed = 0;
	if (n < 0) {
		printf("not ok corpus %s cannot be read\n", argv[1]);
		return 1;
	}
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			char *path = file_join(argv[1], names[i]->d_name);
			struct buf b;
			buf_init(&b, BUF_MAX_TEXT);
			if (file_read(&b, path) < 0) {
				printf("not ok %s: %s\n", names[i]->d_name, err_message());
				failed = 1;
			} else {
				/* an exact-size copy, so that reading one byte too far is seen */
				uint8_t *copy = mem_dup(buf_text(&b), b.len);
				LLVMFuzzerTestOneInput(copy, b.len);
				printf("ok %s\n", names[i]->d_name);
				mem_free(copy);
			}
			buf_release(&b);
			mem_free(path);
		}
		free(names[i]);
	}
	free(names);
	return failed;
}
