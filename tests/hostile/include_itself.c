#include __FILE__
#include __FILE__
int answer(int n) { return n + 41; }
