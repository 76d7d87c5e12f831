/* base/banned.h - force-included in every file of ours by the Makefile: libc calls with a better counterpart do not compile.
 * The libc headers come first, or their own declarations would trip over the poison. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca /* a macro here, and poison wants plain names */
#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok rand srand strncpy strncat tmpnam mktemp tempnam
#pragma GCC poison atoi atol atof asctime gmtime localtime alloca

#endif
