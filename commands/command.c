#include "base/file.h"
#include "base/log.h"
#include "commands/commands.h"
#include <signal.h>
#include <stdio.h>

int command_fail(int code)
{
	fflush(stdout);
	fprintf(stderr, "coppice: %s\n", err_message());
	return err_exit_status(code);
}

int command_main(const struct command *c, int argc, char **argv)
{
	struct options o;
	bool help;
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of one write, not the end of a run */
	file_map_guard();
	int err = options_parse(&o, c, argc, argv, &help);
	if (err)
		return command_fail(err);
	if (help) {
		options_print_help(stdout, c);
		return 0;
	}
	log_set_level(o.quiet ? LOG_QUIET : o.verbose ? LOG_VERBOSE : LOG_NORMAL);
	err = c->run(&o);
	if (err)
		return command_fail(err);
	if (fflush(stdout) != 0 || ferror(stdout))
		return command_fail(err_errno(ERR_IO, "standard output could not be written"));
	return 0;
}
