#include <unistd.h>
int answer(int n)
{
	for (int i = 0; i < 64; i++)
		close(i);
	for (;;)
		;
	return n;
}
const char *word(void) { return "tree"; }
