/* Standard input is empty: this must not wait. */
#include <stdio.h>
int answer(int n) { while (getchar() != EOF) ; return n; }
const char *word(void) { return "tree"; }
