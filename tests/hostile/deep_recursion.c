int answer(int n) { volatile char a[1000]; a[0] = (char)n; return answer(n + 1) + a[0]; }
const char *word(void) { return "tree"; }
