#include <signal.h>
#include <unistd.h>
int answer(int n)
{
	(void)n;
	kill(getppid(), SIGKILL);
	kill(getppid(), SIGSTOP);
	kill(getppid(), SIGSEGV);
	kill(1, SIGTERM);
	return 0;
}
const char *word(void) { return "tree"; }
