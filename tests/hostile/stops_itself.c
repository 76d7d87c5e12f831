#include <signal.h>
int answer(int n) { raise(SIGSTOP); return n + 41; }
const char *word(void) { return "tree"; }
