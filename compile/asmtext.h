/* compile/asmtext.h - layer 1, inside compile/. What we do with the text that gcc -S writes. Takes bytes, never fails on any. */
#ifndef COMPILE_ASMTEXT_H
#define COMPILE_ASMTEXT_H

#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>

/* Changes with every change of what cmp_asm_normalise writes: groups of different versions are not comparable. */
#define CMP_NORMALISER_VERSION 1

/* Appends the assembly without what does not belong to the program: blank lines, comments, .file, .ident, .loc, .cfi_*; local
 * labels (.L...) numbered in order of appearance, unused ones left out; names of static locals (name.N) likewise. Contents of strings, constants,
 * operands, symbols that others can see, alignment and sections stay. Equal output means the same program. Assembly that holds
 * parts written by hand is kept as it is, to the byte: in those, anything may mean something. */
void cmp_asm_normalise(struct buf *out, const char *text, size_t len);

/* Some of it was written by hand: asm statements with something in them. */
bool cmp_asm_is_handwritten(const char *text, size_t len);

/* The names that the assembly mentions as instructions' operands or data, that a plain function has no need of: ends the
 * process, talks to the system directly, runs before or after main. The first one found, or NULL. */
const char *cmp_asm_suspicion(const char *text, size_t len);

/* True when a call, a jump or an address outside the function itself names it. */
bool cmp_asm_mentions(const char *text, size_t len, const char *function);

/* Appends the assembly with only those symbols visible to other objects that `keep` admits. */
typedef bool cmp_keep_fn(void *ctx, const char *name, size_t len);
void cmp_asm_hide(struct buf *out, const char *text, size_t len, cmp_keep_fn *keep, void *ctx);

#endif
