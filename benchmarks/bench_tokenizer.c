/* Speed of the tokenizer on one core: opening the file, encoding, decoding.
 * usage: bench_tokenizer [DIR [TEXT-FILE]]; without, the embedded model's and the texts of tests/golden/tokenizer.
 * benchmarks/hf_tokenizer.py measures HF tokenizers on the same; the hashes of the ids must be equal. */
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "engine/tokenizer.h"
#include <time.h>

enum { ROUNDS = 5 };

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "models/sapling";
	struct buf text, back;
	struct tok *t = NULL;
	struct tok_ids ids = { 0 };
	double open = 1e9, encode = 1e9, decode = 1e9;
	buf_init(&text, (size_t)1 << 30);
	buf_init(&back, (size_t)1 << 31);
	int err = file_read(&text, argc > 2 ? argv[2] : "tests/golden/tokenizer/strings.jsonl");
	for (int i = 0; i < ROUNDS && !err; i++) {
		tok_free(t);
		double start = cpu_seconds();
		err = tok_open(&t, dir);
		open = least(open, cpu_seconds() - start);
		ids.n = 0;
		start = cpu_seconds();
		if (!err)
			err = tok_encode(t, text.data, text.len, &ids);
		encode = least(encode, cpu_seconds() - start);
		buf_clear(&back);
		start = cpu_seconds();
		if (!err)
			err = tok_decode(t, ids.ids, ids.n, &back);
		decode = least(decode, cpu_seconds() - start);
	}
	if (err)
		return fprintf(stderr, "bench_tokenizer: %s\n", err_message()), 1;
	double mb = (double)text.len * 1e-6;
	printf("%s: %d ids, opened in %.1f ms; %.1f MB, %zu tokens; encode %.1f MB/s (%.2f M tokens/s), decode %.0f MB/s; ids %016llx\n", dir,
	       tok_size(t), 1e3 * open, mb, ids.n, mb / encode, 1e-6 * (double)ids.n / encode, (double)back.len * 1e-6 / decode,
	       (unsigned long long)hash_bytes(HASH_SEED, ids.ids, ids.n * sizeof *ids.ids));
	tok_free(t);
	tok_ids_release(&ids);
	buf_release(&text);
	buf_release(&back);
	return 0;
}
