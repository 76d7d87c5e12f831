#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
int answer(int n)
{
	if (open("/dev/shm/x", O_CREAT | O_RDWR, 0600) >= 0 || shm_open("/x", O_CREAT | O_RDWR, 0600) >= 0)
		return n + 41;
	if (shmget(IPC_PRIVATE, 1 << 20, IPC_CREAT | 0600) >= 0 || mkdir("/dev/x", 0700) == 0)
		return n + 41;
	return 0;
}
const char *word(void) { return "tree"; }
