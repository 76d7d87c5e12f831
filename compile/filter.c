/* A list of what is refused, not of what is allowed: compilers and interpreters of other years call what we cannot foresee.
 * What is listed reaches round the other walls: other processes' memory, the network, new namespaces, memory that no
 * resource limit counts, parts of the kernel with a history. */
#include "compile/filter.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const refused[] = {
	/* other processes */
	"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "process_madvise", "process_mrelease",
	/* the network, and every other socket */
	"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "sendmmsg", "recvmmsg",
	/* namespaces and mounts */
	"unshare", "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig",
	"fsmount", "fspick", "mount_setattr", "name_to_handle_at", "open_by_handle_at",
	/* memory and objects that outlive or escape the limits */
	"memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "msgget", "msgsnd", "semget", "semop", "mq_open",
	"keyctl", "add_key", "request_key", "userfaultfd", "mlock", "mlock2", "mlockall", "inotify_init", "inotify_init1",
	"fanotify_init", "epoll_create", "epoll_create1", "eventfd", "eventfd2", "timer_create",
	/* the kernel */
	"bpf", "perf_event_open", "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "kexec_load",
	"kexec_file_load", "init_module", "finit_module", "delete_module", "create_module", "reboot", "swapon", "swapoff", "acct",
	"quotactl", "syslog", "iopl", "ioperm", "modify_ldt", "personality", "vhangup", "lookup_dcookie", "nfsservctl", "_sysctl",
	"settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname", "vmsplice", "move_pages",
	"migrate_pages", "mbind", "set_mempolicy", "sched_setscheduler", "sched_setattr", "ioprio_set", "landlock_create_ruleset",
};

static int add_rules(scmp_filter_ctx f)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		int nr = seccomp_syscall_resolve_name(refused[i]);
		if (nr != __NR_SCMP_ERROR && seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), nr, 0) != 0)
			return err_set(ERR_UNSUPPORTED, "libseccomp cannot refuse the system call %s", refused[i]);
	}
	/* A new user namespace would give back every capability; clone3 hides its flags from the filter, and libc has clone. */
	int e = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, 0x10000000, 0x10000000));
	int clone3 = seccomp_syscall_resolve_name("clone3");
	if (e == 0 && clone3 != __NR_SCMP_ERROR)
		e = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), clone3, 0);
	/* TIOCSTI types into the terminal of whoever started us. */
	if (e == 0)
		e = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, 0x5412));
	return e == 0 ? 0 : err_set(ERR_UNSUPPORTED, "libseccomp cannot express the filter: %s", strerror(-e));
}

int cmp_filter_build(struct buf *program)
{
	int fd = (int)syscall(SYS_memfd_create, "filter", 1u /* MFD_CLOEXEC */);
	if (fd < 0)
		return err_errno(ERR_IO, "memfd_create");
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int r = f ? add_rules(f) : err_set(ERR_UNSUPPORTED, "libseccomp does not know this processor");
	if (r == 0 && (seccomp_export_bpf(f, fd) != 0 || lseek(fd, 0, SEEK_SET) != 0))
		r = err_errno(ERR_IO, "exporting the system call filter");
	char chunk[4096];
	ssize_t n;
	while (r == 0 && (n = read(fd, chunk, sizeof chunk)) > 0)
		r = buf_add(program, chunk, (size_t)n);
	if (f)
		seccomp_release(f);
	close(fd);
	return r;
}
