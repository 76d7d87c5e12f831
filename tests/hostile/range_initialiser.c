int a[] = { [0 ... 100000000] = 1 };
int answer(int n) { return n + 40 + a[5]; }
const char *word(void) { return "tree"; }
