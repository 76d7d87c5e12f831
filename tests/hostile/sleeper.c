#include <unistd.h>
int answer(int n) { sleep(1000); return n + 41; }
const char *word(void) { return "tree"; }
