#include "report/text.h"
#include "base/mem.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *rep_int(char out[32], int64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%lld", (long long)n), at = 0;
	for (int i = 0; i < len; i++) {
		out[at++] = digits[i];
		if ((len - 1 - i) % 3 == 0 && i + 1 < len && digits[i] != '-')
			out[at++] = ',';
	}
	out[at] = '\0';
	return out;
}

const char *rep_real(char out[32], double x, int decimals)
{
	if (isnan(x))
		snprintf(out, 32, "-");
	else
		snprintf(out, 32, "%.*f", decimals, x);
	return out;
}

const char *rep_share(char out[32], double a, double b)
{
	if (!(b > 0) || isnan(a))
		snprintf(out, 32, "-");
	else
		snprintf(out, 32, "%.1f %%", 100 * a / b);
	return out;
}

/* Bytes of the well-formed UTF-8 character at s, 0 when there is none. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
	if (!len || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
	bool outside = (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf4 && s[1] > 0x8f);
	return overlong || outside ? 0 : len;
}

void rep_html_escape(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = utf8_length((const unsigned char *)s + i, n - i);
		unsigned char c = (unsigned char)s[i];
		if (!len || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			buf_str(b, "\xef\xbf\xbd");
		else if (c == '&')
			buf_str(b, "&amp;");
		else if (c == '<')
			buf_str(b, "&lt;");
		else if (c == '>')
			buf_str(b, "&gt;");
		else if (c == '"')
			buf_str(b, "&quot;");
		else if (c == '\'')
			buf_str(b, "&#39;");
		else
			buf_add(b, s + i, len);
		i += len ? len : 1;
	}
}

char *rep_utf8(const char *s, size_t n)
{
	struct buf b;
	buf_init(&b, 3 * n + 1);
	for (size_t i = 0; i < n;) {
		size_t len = utf8_length((const unsigned char *)s + i, n - i);
		if (len)
			buf_add(&b, s + i, len);
		else
			buf_str(&b, "\xef\xbf\xbd");
		i += len ? len : 1;
	}
	char *text = buf_take(&b, NULL);
	buf_release(&b);
	return text ? text : mem_strdup("");
}

void rep_csv_field(struct buf *b, const char *s)
{
	if (!strpbrk(s, ",\"\r\n")) {
		buf_str(b, s);
		return;
	}
	buf_char(b, '"');
	for (; *s; s++) {
		if (*s == '"')
			buf_char(b, '"');
		buf_char(b, *s);
	}
	buf_char(b, '"');
}

void rep_csv_real(struct buf *b, double x)
{
	if (!isnan(x))
		buf_printf(b, "%.10g", x);
}

void rep_plot_label(struct buf *b, const char *s)
{
	for (; *s; s++) {
		char c = *s;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr(" _./:()+-,=", c);
		buf_char(b, plain ? c : '?');
	}
}
