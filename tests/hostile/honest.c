/* Not hostile: what all the others are held against. */
int answer(int n) { return n + 41; }
const char *word(void) { return "tree"; }
