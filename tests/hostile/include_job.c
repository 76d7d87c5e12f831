/* What lies in the sandbox beside the program is not worth including. */
#include "/supervisor"
int answer(int n) { return n + 41; }
