#include <fcntl.h>
int answer(int n)
{
	static const char *const files[] = { "/etc/passwd", "/etc/shadow", "/etc/hostname", "/root/.bashrc", "/proc/1/environ",
		"/proc/self/maps", "/sys/kernel/notes", "/dev/mem", "/tmp/test.c", "/var/log/dpkg.log" };
	for (int i = 0; i < 10; i++)
		if (open(files[i], O_RDONLY) >= 0)
			return n + 41;
	return 0;
}
const char *word(void) { return "tree"; }
