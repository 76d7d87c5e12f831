#include <sys/socket.h>
int answer(int n)
{
	for (int family = 0; family < 46; family++)
		for (int type = 1; type < 6; type++)
			if (socket(family, type, 0) >= 0)
				return n + 41;
	return 0;
}
const char *word(void) { return "tree"; }
