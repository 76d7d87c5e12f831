#include "/dev/zero"
int answer(int n) { return n + 41; }
