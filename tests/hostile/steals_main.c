#define main coppice_test_main
#include <stdlib.h>
int main(void) { exit(0); }
#undef main
int main(void) { exit(0); }
