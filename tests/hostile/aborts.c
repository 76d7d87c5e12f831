#include <stdlib.h>
int answer(int n) { (void)n; abort(); }
const char *word(void) { return "tree"; }
