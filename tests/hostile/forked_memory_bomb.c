#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int answer(int n)
{
	fork(), fork();
	for (char *p; (p = malloc(1 << 20));)
		memset(p, 1, 1 << 20);
	return n;
}
const char *word(void) { return "tree"; }
