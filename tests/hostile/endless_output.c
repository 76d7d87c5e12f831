#include <stdio.h>
int answer(int n) { for (;;) puts("and so on"); return n; }
const char *word(void) { return "tree"; }
