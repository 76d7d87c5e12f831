#include "/etc/passwd"
int answer(int n) { return n + 41; }
