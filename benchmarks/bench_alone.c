/* `coppice bench` as a program of its own, with the same arguments: bench_alone [engine|fork|kernels] [options]. It links only what
 * measuring needs, so that it runs where libgit2 and libpcre2 are not: on a lent machine with a GPU, say. */
#include "commands/commands.h"

int main(int argc, char **argv)
{
	return command_main(&cmd_bench, argc, argv);
}
