/* report/text.h - layer 4. How numbers look to people, and how foreign text gets into files of ours.
 *
 * Task ids, programs and messages come from files and models: nothing of them reaches HTML, CSV or a gnuplot script except
 * through the functions below. Bytes that are no UTF-8, and control characters, become U+FFFD in HTML. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "base/buf.h"
#include <stdint.h>

/* "1,234,567" */
const char *rep_int(char out[32], int64_t n);
/* "0.123", or a dash where there is no number. */
const char *rep_real(char out[32], double x, int decimals);
/* "12.3 %" of a / b, or a dash. */
const char *rep_share(char out[32], double a, double b);

/* Appends text for an element or a quoted attribute. */
void rep_html_escape(struct buf *b, const char *s, size_t n);
/* Yours: the text with U+FFFD for every byte that is part of no UTF-8 character, for formats that must be UTF-8. */
char *rep_utf8(const char *s, size_t n);
/* Appends one CSV field, quoted where it must be (RFC 4180). */
void rep_csv_field(struct buf *b, const char *s);
/* Appends a number with every digit that matters; nothing for NaN. */
void rep_csv_real(struct buf *b, double x);
/* Appends what is harmless in a gnuplot string: letters, digits and a few signs; all else becomes '?'. */
void rep_plot_label(struct buf *b, const char *s);

#endif
