int a[1 << 29] = { 1 };
int answer(int n) { return n + 40 + a[0]; }
const char *word(void) { return "tree"; }
