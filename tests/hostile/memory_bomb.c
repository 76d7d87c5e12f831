#include <stdlib.h>
#include <string.h>
int answer(int n)
{
	for (;;)
		memset(malloc(1 << 20), 1, 1 << 20);
	return n;
}
const char *word(void) { return "tree"; }
