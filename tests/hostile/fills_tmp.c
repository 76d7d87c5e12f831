#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int answer(int n)
{
	static char a[1 << 20];
	long written = 0;
	for (int i = 0; i < 400; i++) {
		char name[20];
		snprintf(name, sizeof name, "/tmp/f%d", i);
		int f = open(name, O_CREAT | O_WRONLY, 0600);
		if (f < 0 || write(f, a, sizeof a) != sizeof a)
			return written > 256 ? n + 41 : 0;
		written++;
		close(f);
	}
	return n + 41;
}
const char *word(void) { return "tree"; }
