/* Not hostile either: chat models like to bring a main of their own. It is never called. */
#include <stdio.h>
#include <stdlib.h>
int answer(int n) { return n + 41; }
const char *word(void) { return "tree"; }
int main(void) { printf("%d\n", answer(1)); exit(7); }
