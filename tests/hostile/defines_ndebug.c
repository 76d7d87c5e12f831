#define NDEBUG
#include <assert.h>
int answer(int n) { return n; }
const char *word(void) { return "bush"; }
