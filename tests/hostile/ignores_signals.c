#include <signal.h>
int answer(int n)
{
	for (int i = 1; i < 65; i++)
		signal(i, SIG_IGN);
	for (;;)
		;
	return n;
}
const char *word(void) { return "tree"; }
