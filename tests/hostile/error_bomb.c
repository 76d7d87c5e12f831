/* Many errors, each with a long story; the first is enough. */
#define A a1 = b1; c1 = d1; e1 = f1; g1 = h1; i1 = j1;
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
int answer(int n) { D D D D return n + ; }
