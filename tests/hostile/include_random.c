#include "/dev/urandom"
int answer(int n) { return n + 41; }
