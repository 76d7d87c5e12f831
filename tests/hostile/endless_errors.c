#include <unistd.h>
int answer(int n) { for (;;) (void)!write(2, "alas ", 5); return n; }
const char *word(void) { return "tree"; }
