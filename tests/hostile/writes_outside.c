#include <fcntl.h>
#include <unistd.h>
int answer(int n)
{
	static const char *const files[] = { "/coppice-was-here", "/usr/coppice-was-here", "/etc/passwd", "/dev/coppice", "/supervisor",
		"/usr/bin/true", "/proc/sys/kernel/core_pattern" };
	for (int i = 0; i < 7; i++)
		if (open(files[i], O_WRONLY | O_CREAT, 0666) >= 0 || unlink(files[i]) == 0)
			return n + 41;
	return 0;
}
const char *word(void) { return "tree"; }
