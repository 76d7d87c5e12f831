#include <sys/ptrace.h>
#include <sys/wait.h>
int answer(int n)
{
	if (ptrace(PTRACE_ATTACH, 1, 0, 0) == 0)
		return n + 41;
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0)
		return n + 41;
	return 0;
}
const char *word(void) { return "tree"; }
