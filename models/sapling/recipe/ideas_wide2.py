"""Ideas about text, codes, dates, money, measures, boards, bits and small machines."""

from ideas import idea


# --- numbers written in text --------------------------------------------------------------------

idea("hex_parse", "int (S s)", "hex to int, parse hex, from hex, hex value, hextoi", """
np: the value of the hexadecimal number [written |]in $s
v: convert [the hex digits in $s|the hexadecimal string $s] to an int
v: parse $s as a hexadecimal number, [upper and lower case allowed|in either case]
""", r"""int res = 0;
for (int i = 0; s[i] != '\0'; i++) {
int dig = isdigit(s[i]) ? s[i] - '0' : tolower(s[i]) - 'a' + 10;
res = res * 16 + dig;
}
return res;""", r"""int res = 0;
while (*s) {
char c = *s;
if (c >= '0' && c <= '9') res = res * 16 + (c - '0');
else if (c >= 'a' && c <= 'f') res = res * 16 + (c - 'a' + 10);
else res = res * 16 + (c - 'A' + 10);
s++;
}
return res;""", r"""return (int)strtol(s, NULL, 16);""", r"""int res = 0;
for (; *s; s++) {
res <<= 4;
if (*s <= '9') res += *s - '0';
else res += toupper(*s) - 'A' + 10;
}
return res;""")

idea("octal_parse", "int (S s)", "octal to int, parse octal, from octal, octal value", """
np: the value of the octal digits at the [start|beginning] of $s
v: read an octal number from the [start|beginning] of $s[, stopping at the first other character|]
v: parse the leading digits 0 to 7 of $s as an octal number
""", r"""int res = 0;
for (int i = 0; s[i] >= '0' && s[i] <= '7'; i++) res = res * 8 + (s[i] - '0');
return res;""", r"""int res = 0;
while (*s >= '0' && *s <= '7') {
res = res * 8 + *s - '0';
s++;
}
return res;""", r"""int res = 0;
for (; *s; s++) {
if (*s < '0' || *s > '7') break;
res = (res << 3) | (*s - '0');
}
return res;""")

idea("hex_string", "void (T out, unsigned x)", "to hex, hex string, int to hex, number to hex, format hex", """
v: write $x to $out as a hexadecimal number with [small|lowercase] letters
v: convert $x to [hex|hexadecimal] and store the text in $out
s: Writes the [hex|hexadecimal] digits of $x to $out, without leading zeros[.|; 0 gives "0".]
""", r"""sprintf(out, "%x", x);""", r"""int len = 1;
for (unsigned y = x; y >= 16; y /= 16) len++;
out[len] = '\0';
while (len > 0) {
len--;
out[len] = "0123456789abcdef"[x % 16];
x /= 16;
}""", r"""char tmp[9];
int i = 0;
do {
int dig = x & 15;
tmp[i++] = dig < 10 ? '0' + dig : 'a' + dig - 10;
x >>= 4;
} while (x != 0);
while (i > 0) *out++ = tmp[--i];
*out = '\0';""")

idea("octal_string", "void (T out, unsigned x)", "to octal, octal string, int to octal, format octal", """
v: write $x to $out in [octal|base 8]
v: convert $x to an octal string in $out
s: Writes the octal digits of $x to $out[, without leading zeros|].
""", r"""sprintf(out, "%o", x);""", r"""char tmp[12];
int i = 0;
do {
tmp[i++] = '0' + x % 8;
x /= 8;
} while (x > 0);
int j = 0;
while (i > 0) out[j++] = tmp[--i];
out[j] = '\0';""", r"""int len = 1;
for (unsigned y = x; y > 7; y >>= 3) len++;
out[len] = '\0';
for (int i = len - 1; i >= 0; i--) {
out[i] = '0' + (x & 7);
x >>= 3;
}""")

idea("low_hex_digit", "char (int n)", "hex digit, to hex digit, nibble to char, hex char", """
np: the hex digit for the low four bits of $n[, with lowercase letters|]
v: turn the lowest four bits of $n into a [lowercase |]hexadecimal digit
""", r"""return "0123456789abcdef"[n & 15];""", r"""int dig = n & 0xf;
if (dig < 10) return '0' + dig;
return 'a' + dig - 10;""", r"""n &= 15;
return n < 10 ? n + '0' : n - 10 + 'a';""", r"""static const char hex[] = "0123456789abcdef";
return hex[n & 0x0F];""")

idea("is_hex_string", "B (S s)", "is hex, all hex, is hex string, valid hex, hex only", """
p: all characters of $s are hexadecimal digits
p: $s [consists|is made] only of hex digits
p: $s contains nothing but the digits 0-9 and the letters a-f [in either case|or A-F]
""", r"""for (int i = 0; s[i] != '\0'; i++) {
if (!isxdigit(s[i])) return false;
}
return true;""", r"""while (*s) {
char c = tolower(*s);
bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
if (!ok) return false;
s++;
}
return true;""", r"""for (; *s; s++) {
if (!strchr("0123456789abcdefABCDEF", *s)) return false;
}
return true;""", r"""return s[strspn(s, "0123456789abcdefABCDEF")] == '\0';""")

idea("is_binary_string", "B (S s)", "is binary, all binary, binary digits only, is bit string", """
p: $s contains only the characters 0 and 1
p: $s is a [binary string|string of zeros and ones][ (an empty one counts)|]
""", r"""for (int i = 0; s[i] != '\0'; i++) {
if (s[i] != '0' && s[i] != '1') return false;
}
return true;""", r"""while (*s == '0' || *s == '1') s++;
return *s == '\0';""", r"""return strspn(s, "01") == strlen(s);""", r"""if (*s == '\0') return true;
if (*s != '0' && *s != '1') return false;
return SELF(s + 1);""")

idea("is_decimal", "B (S s)", "is decimal, is float, is real, valid decimal, is price", """
p: $s consists of digits with at most one dot among them[, and at least one digit|, at least one of them]
p: $s is a decimal number without sign: digits[,| and] at most one point, at least one digit
""", r"""int cnt = 0, k = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (isdigit(s[i])) cnt++;
else if (s[i] == '.') k++;
else return false;
}
return cnt > 0 && k <= 1;""", r"""int cnt = 0;
while (isdigit(*s)) {
s++;
cnt++;
}
if (*s == '.') s++;
while (isdigit(*s)) {
s++;
cnt++;
}
return *s == '\0' && cnt > 0;""", r"""bool ok = false;
bool f = false;
for (; *s; s++) {
if (*s >= '0' && *s <= '9') {
ok = true;
} else if (*s == '.' && !f) {
f = true;
} else {
return false;
}
}
return ok;""")

idea("sum_numbers_str", "int (S s)", "sum numbers in text, add numbers, sum numbers, total of numbers in string", """
np: the sum of all [whole |]numbers that [occur|appear] in $s[, each run of digits being one number|]
v: add up the numbers in the text $s, where each run of digits is one number
""", r"""int sum = 0, x = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (isdigit(s[i])) {
x = x * 10 + (s[i] - '0');
} else {
sum += x;
x = 0;
}
}
return sum + x;""", r"""int sum = 0;
while (*s) {
if (*s >= '0' && *s <= '9') {
int x = 0;
while (*s >= '0' && *s <= '9') {
x = 10 * x + *s - '0';
s++;
}
sum += x;
} else {
s++;
}
}
return sum;""", r"""int sum = 0;
const char *p = s;
while (*p) {
if (isdigit(*p)) {
char *end;
sum += (int)strtol(p, &end, 10);
p = end;
} else {
p++;
}
}
return sum;""")

idea("count_numbers_str", "int (S s)", "count numbers in text, digit runs, count numbers, numbers in string", """
np: [how many|the number of] runs of digits [there are in|in] $s
v: count the numbers in the text $s[, digits in a row forming one number|]
""", r"""int cnt = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (isdigit(s[i]) && (i == 0 || !isdigit(s[i - 1]))) cnt++;
}
return cnt;""", r"""int cnt = 0;
bool f = false;
while (*s) {
bool ok = *s >= '0' && *s <= '9';
if (ok && !f) cnt++;
f = ok;
s++;
}
return cnt;""", r"""int cnt = 0;
for (; *s; s++) {
if (isdigit(*s) && !isdigit(s[1])) cnt++;
}
return cnt;""")

idea("max_number_str", "int (S s)", "largest number in text, max number, biggest number in string", """
np: the largest number written in [the text |]$s, or -1 if it has no digits
v: find the largest [whole number|run of digits taken as a number] in $s, -1 if there is none
""", r"""int best = -1;
int i = 0;
while (s[i]) {
if (isdigit(s[i])) {
int x = 0;
while (isdigit(s[i])) x = x * 10 + (s[i++] - '0');
if (x > best) best = x;
} else {
i++;
}
}
return best;""", r"""int max = -1, x = -1;
for (; *s; s++) {
if (*s >= '0' && *s <= '9') {
x = (x < 0 ? 0 : x) * 10 + *s - '0';
if (x > max) max = x;
} else {
x = -1;
}
}
return max;""", r"""int res = -1;
const char *p = s;
while (*p != '\0') {
if (!isdigit(*p)) {
p++;
continue;
}
char *end;
int x = (int)strtol(p, &end, 10);
res = x > res ? x : res;
p = end;
}
return res;""")

idea("mod_str", "int (S s, int m)", "big mod, mod of string, remainder of big number, str mod, long mod", """
np: the remainder of the [decimal |]number formed by the digits of $s when divided by $m
v: compute the digits of $s, taken as one [large|long] decimal number, modulo $m, [skipping other characters|other characters being ignored]
""", r"""int res = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (isdigit(s[i])) res = (res * 10 + (s[i] - '0')) % m;
}
return res;""", r"""int r = 0;
while (*s) {
if (*s >= '0' && *s <= '9') {
r = r * 10 + *s - '0';
r %= m;
}
s++;
}
return r;""", r"""int res = 0;
for (; *s; s++) {
if (!isdigit(*s)) continue;
int dig = *s - '0';
res = (10 * res + dig) % m;
}
return res;""")

idea("zero_pad", "void (T out, int n, int k)", "zero pad, pad number, pad zeros, leading zeros, fixed width", """
v: write the [non-negative |]number $n to $out with leading zeros, at least $k digits wide
v: format $n[, which is not negative,|] into $out, filled up with zeros on the left to $k digits
""", r"""sprintf(out, "%0*d", k, n);""", r"""char tmp[12];
sprintf(tmp, "%d", n);
int len = strlen(tmp);
int i = 0;
while (i < k - len) out[i++] = '0';
strcpy(out + i, tmp);""", r"""int len = 1;
for (int x = n; x >= 10; x /= 10) len++;
if (len < k) len = k;
out[len] = '\0';
for (int i = len - 1; i >= 0; i--) {
out[i] = '0' + n % 10;
n /= 10;
}""")

idea("thousands", "void (T out, int n)", "with commas, thousands, group digits, add commas, format number", """
v: write the [non-negative |]number $n to $out with a comma before every group of three digits
v: format $n into $out with commas as thousands separators
""", r"""char tmp[16];
sprintf(tmp, "%d", n);
int len = strlen(tmp);
int j = 0;
for (int i = 0; i < len; i++) {
if (i > 0 && (len - i) % 3 == 0) out[j++] = ',';
out[j++] = tmp[i];
}
out[j] = '\0';""", r"""if (n < 1000) {
sprintf(out, "%d", n);
} else {
SELF(out, n / 1000);
sprintf(out + strlen(out), ",%03d", n % 1000);
}""", r"""char tmp[20];
int i = 0, cnt = 0;
do {
if (cnt > 0 && cnt % 3 == 0) tmp[i++] = ',';
tmp[i++] = '0' + n % 10;
n /= 10;
cnt++;
} while (n > 0);
while (i > 0) *out++ = tmp[--i];
*out = '\0';""")

idea("roman_digit", "int (char c)", "roman digit, roman letter value, value of roman digit, roman char", """
np: the value of the Roman [digit|numeral letter] $c, or 0 if it is none
v: translate the capital Roman digit $c (I, V, X, L, C, D or M) to its value, anything else to 0
""", r"""switch (c) {
case 'I': return 1;
case 'V': return 5;
case 'X': return 10;
case 'L': return 50;
case 'C': return 100;
case 'D': return 500;
case 'M': return 1000;
default: return 0;
}""", r"""if (c == 'I') return 1;
if (c == 'V') return 5;
if (c == 'X') return 10;
if (c == 'L') return 50;
if (c == 'C') return 100;
if (c == 'D') return 500;
if (c == 'M') return 1000;
return 0;""", r"""static const char letters[] = "IVXLCDM";
static const int worth[] = {1, 5, 10, 50, 100, 500, 1000};
for (int i = 0; i < 7; i++) {
if (letters[i] == c) return worth[i];
}
return 0;""")

idea("roman_value", "int (S s)", "roman to int, from roman, parse roman, roman value, roman number", """
np: the value of the Roman [numeral|number] $s[, written in capital letters|]
v: convert the Roman numeral $s to an int
v: parse a Roman number: a digit before a larger one is subtracted[, all others are added|]
""", r"""int sum = 0, prev = 0;
for (int i = strlen(s) - 1; i >= 0; i--) {
int x = 0;
if (s[i] == 'I') x = 1;
else if (s[i] == 'V') x = 5;
else if (s[i] == 'X') x = 10;
else if (s[i] == 'L') x = 50;
else if (s[i] == 'C') x = 100;
else if (s[i] == 'D') x = 500;
else if (s[i] == 'M') x = 1000;
sum += x < prev ? -x : x;
prev = x;
}
return sum;""", r"""int worth[128] = {['I'] = 1, ['V'] = 5, ['X'] = 10, ['L'] = 50, ['C'] = 100, ['D'] = 500, ['M'] = 1000};
int sum = 0;
for (int i = 0; s[i] != '\0'; i++) {
int x = worth[(int)s[i]];
if (x < worth[(int)s[i + 1]]) sum -= x;
else sum += x;
}
return sum;""", r"""static const char letters[] = "IVXLCDM";
static const int worth[] = {1, 5, 10, 50, 100, 500, 1000};
int sum = 0, prev = 0;
while (*s) {
int x = worth[strchr(letters, *s) - letters];
sum += x;
if (x > prev) sum -= 2 * prev;
prev = x;
s++;
}
return sum;""")

idea("to_roman", "void (T out, int n)", "to roman, int to roman, roman numeral, write roman, as roman", """
v: write the number $n to $out as a Roman numeral
v: convert $n, [from 1 to 3999|1 or more], to [Roman numerals|a Roman number] in $out
""", r"""static const int worth[] = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};
static const char *roman[] = {"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"};
out[0] = '\0';
for (int i = 0; i < 13; i++) {
while (n >= worth[i]) {
strcat(out, roman[i]);
n -= worth[i];
}
}""", r"""static const int worth[] = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};
static const char *roman[] = {"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"};
int i = 0;
*out = '\0';
while (n > 0) {
if (n >= worth[i]) {
out += sprintf(out, "%s", roman[i]);
n -= worth[i];
} else {
i++;
}
}""", r"""static const char *ones[] = {"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"};
static const char *tens[] = {"", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"};
static const char *hundreds[] = {"", "C", "CC", "CCC", "CD", "D", "DC", "DCC", "DCCC", "CM"};
while (n >= 1000) {
*out++ = 'M';
n -= 1000;
}
sprintf(out, "%s%s%s", hundreds[n / 100], tens[n / 10 % 10], ones[n % 10]);""")

# --- check digits and sums ----------------------------------------------------------------------

idea("luhn", "B (S s)", "luhn, luhn valid, card number ok, check card, is valid card", """
p: the digit string $s passes the Luhn [test|check]
p: $s is a [valid|correct] card number by the Luhn [rule|algorithm]
s: Luhn check: from the right, double every second digit of $s (minus 9 if above 9); the sum must be divisible by 10.
""", r"""int sum = 0;
int len = strlen(s);
for (int i = 0; i < len; i++) {
int dig = s[len - 1 - i] - '0';
if (i % 2 == 1) {
dig *= 2;
if (dig > 9) dig -= 9;
}
sum += dig;
}
return sum % 10 == 0;""", r"""int sum = 0;
bool f = false;
for (int i = (int)strlen(s) - 1; i >= 0; i--) {
int dig = s[i] - '0';
if (f) dig = dig * 2 > 9 ? dig * 2 - 9 : dig * 2;
sum += dig;
f = !f;
}
return sum % 10 == 0;""", r"""const char *p = s + strlen(s);
int sum = 0, i = 0;
while (p > s) {
p--;
int dig = *p - '0';
if (i++ % 2) dig += dig > 4 ? dig - 9 : dig;
sum += dig;
}
return sum % 10 == 0;""")

idea("isbn10", "B (S s)", "isbn valid, is isbn10, isbn10, check isbn, isbn ok", """
p: $s is a valid ISBN of ten characters[, the last of which may be X|]
p: the ten characters of $s pass the ISBN-10 check
s: ISBN-10 check of $s: ten times the first digit plus nine times the second and so on must be divisible by 11. X is 10.
""", r"""int sum = 0;
for (int i = 0; i < 10; i++) {
int dig = s[i] == 'X' ? 10 : s[i] - '0';
sum += dig * (10 - i);
}
return sum % 11 == 0;""", r"""int sum = 0;
int k = 10;
while (*s) {
if (*s == 'X') sum += 10 * k;
else sum += (*s - '0') * k;
k--;
s++;
}
return sum % 11 == 0;""", r"""int sum = 0, tmp = 0;
for (int i = 0; i < 10; i++) {
tmp += s[i] == 'X' ? 10 : s[i] - '0';
sum += tmp;
}
return sum % 11 == 0;""")

idea("check_digit13", "int (S s)", "ean check digit, check digit, isbn13 check digit, barcode digit, ean13", """
np: the check digit of the EAN-13 code whose first twelve digits are [in |]$s
v: compute the check digit for the first 12 digits of the barcode $s, the weights being 1 and 3 in turn
""", r"""int sum = 0;
for (int i = 0; i < 12; i++) {
int dig = s[i] - '0';
if (i % 2 == 0) sum += dig;
else sum += 3 * dig;
}
return (10 - sum % 10) % 10;""", r"""int sum = 0;
for (int i = 0; i < 12; i += 2) sum += (s[i] - '0') + 3 * (s[i + 1] - '0');
int r = sum % 10;
return r == 0 ? 0 : 10 - r;""", r"""int sum = 0, k = 1;
for (int i = 0; i < 12; i++) {
sum += k * (s[i] - '0');
k = 4 - k;
}
int dig = 0;
while ((sum + dig) % 10 != 0) dig++;
return dig;""")

idea("byte_checksum", "int (A a, N n)", "byte checksum, checksum, check byte, sum byte, frame checksum", """
np: the low byte of the sum of the [values|elements] of $a
np: the sum of the [values|elements] of $a, cut to its lowest eight bits
""", r"""unsigned sum = 0;
for (int i = 0; i < n; i++) sum += a[i];
return sum & 0xff;""", r"""int sum = 0;
for (int i = 0; i < n; i++) sum = (sum + a[i]) & 255;
return sum;""", r"""uint8_t sum = 0;
while (n > 0) {
n--;
sum += a[n];
}
return sum;""")

idea("xor_checksum", "int (S s)", "xor checksum, xor all, checksum, xor bytes, nmea checksum", """
np: the XOR of [all characters of|the character codes in] $s
v: combine the codes of all characters of $s with [xor|exclusive or]
""", r"""int res = 0;
for (int i = 0; s[i] != '\0'; i++) res ^= s[i];
return res;""", r"""int res = 0;
while (*s) {
res = res ^ *s;
s++;
}
return res;""", r"""if (*s == '\0') return 0;
return *s ^ SELF(s + 1);""", r"""int sum = 0;
const char *p;
for (p = s; *p; p++) sum ^= *p;
return sum;""")

idea("djb_hash", "unsigned (S s)", "hash, str hash, hash string, djb2, hash33, string hash", """
np: the hash of $s: start with 5381, then for each character multiply by 33 and add its code
v: hash the string $s with the djb2 rule (h = h * 33 + c, starting with 5381)
""", r"""unsigned res = 5381;
for (int i = 0; s[i] != '\0'; i++) res = res * 33 + (uint8_t)s[i];
return res;""", r"""unsigned res = 5381;
while (*s) {
res = ((res << 5) + res) + (uint8_t)*s;
s++;
}
return res;""", r"""unsigned res = 5381;
for (const char *p = s; *p; p++) {
res *= 33;
res += (uint8_t)*p;
}
return res;""")

idea("word_value", "int (S s)", "word value, word score, letter sum, name score, alphabet value", """
np: the sum of the positions in the alphabet of the letters of $s (a is 1, z is 26), [in either case|upper or lower case]
v: add up the letters of $s, a or A counting 1 and z or Z counting 26[, other characters nothing|]
""", r"""int sum = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (isalpha(s[i])) sum += tolower(s[i]) - 'a' + 1;
}
return sum;""", r"""int sum = 0;
while (*s) {
if (*s >= 'a' && *s <= 'z') sum += *s - 'a' + 1;
else if (*s >= 'A' && *s <= 'Z') sum += *s - 'A' + 1;
s++;
}
return sum;""", r"""int sum = 0;
for (; *s; s++) {
char c = toupper(*s);
if (c < 'A' || c > 'Z') continue;
sum += c - 64;
}
return sum;""")

# --- brackets and markup ------------------------------------------------------------------------

idea("brackets_all", "B (S s)", "brackets match, balanced brackets, check brackets, all closed, is nested right", """
p: the round, square and angle brackets in $s are [properly nested|balanced][, other characters being ignored|]
p: every round, square or angle bracket in $s is closed [in the right order|by the right one]
""", r"""char tmp[1000];
int k = 0;
for (int i = 0; s[i] != '\0'; i++) {
char c = s[i];
if (c == '(' || c == '[' || c == '<') {
tmp[k++] = c;
} else if (c == ')' || c == ']' || c == '>') {
if (k == 0) return false;
char d = tmp[--k];
if ((c == ')' && d != '(') || (c == ']' && d != '[') || (c == '>' && d != '<')) {
return false;
}
}
}
return k == 0;""", r"""char tmp[1000];
int k = 0;
while (*s) {
if (*s == '(') {
tmp[k++] = ')';
} else if (*s == '[') {
tmp[k++] = ']';
} else if (*s == '<') {
tmp[k++] = '>';
} else if (strchr(")]>", *s)) {
if (k == 0 || tmp[--k] != *s) return false;
}
s++;
}
return k == 0;""", r"""static const char open[] = "([<", close[] = ")]>";
char tmp[1000];
int len = 0;
for (; *s; s++) {
const char *p = strchr(open, *s);
if (p) {
tmp[len++] = close[p - open];
} else if (strchr(close, *s)) {
if (len == 0) return false;
len--;
if (tmp[len] != *s) return false;
}
}
return len == 0;""")

idea("paren_depth", "int (S s)", "max depth, nesting depth, paren depth, deepest nesting, how deep", """
np: the [deepest|greatest|maximum] nesting depth of the parentheses in $s
v: find how deep the round brackets in $s are nested [at most|at the deepest place]
""", r"""int best = 0, cnt = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == '(') {
cnt++;
if (cnt > best) best = cnt;
} else if (s[i] == ')') {
cnt--;
}
}
return best;""", r"""int max = 0;
int k = 0;
while (*s) {
if (*s == '(') {
k++;
}
if (*s == ')') {
k--;
}
max = k > max ? k : max;
s++;
}
return max;""", r"""int best = 0, k = 0;
for (; *s; s++) {
k += (*s == '(') - (*s == ')');
if (k > best) best = k;
}
return best;""")

idea("unmatched", "int (S s)", "unmatched, unmatched parens, missing brackets, min add, parens to add", """
np: the number of parentheses in $s that have no partner
np: how many round brackets must be added to $s to balance it
""", r"""int x = 0, y = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == '(') {
x++;
} else if (s[i] == ')') {
if (x > 0) x--;
else y++;
}
}
return x + y;""", r"""int cnt = 0, k = 0;
while (*s) {
if (*s == '(') {
k++;
}
if (*s == ')') {
k--;
}
if (k < 0) {
cnt++;
k = 0;
}
s++;
}
return cnt + k;""", r"""int k = 0, min = 0;
for (; *s; s++) {
if (*s == '(') {
k++;
} else if (*s == ')') {
k--;
}
if (k < min) min = k;
}
return k - 2 * min;""")

idea("closing_for", "char (char c)", "closing bracket, matching bracket, closer, partner, close of", """
np: the closing bracket that belongs to the opening bracket $c, or 0 if $c is none
v: give the partner of the opening bracket $c, which is round, square or angle (<), and 0 for anything else
""", r"""if (c == '(') {
return ')';
}
if (c == '[') return ']';
if (c == '<') return '>';
return 0;""", r"""switch (c) {
case '(': return ')';
case '[': return ']';
case '<': return '>';
default: return '\0';
}""", r"""return c == '(' ? ')' : c == '[' ? ']' : c == '<' ? '>' : 0;""")

idea("strip_tags", "void (T s)", "strip tags, remove tags, untag, plain text, remove markup", """
v: remove everything between < and > from $s, the marks included
v: strip the tags (<...>) from $s[ in place|]
""", r"""int j = 0;
bool f = false;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == '<') f = true;
else if (s[i] == '>') f = false;
else if (!f) s[j++] = s[i];
}
s[j] = '\0';""", r"""char *p = s;
int f = 0;
while (*s) {
if (*s == '<') {
f = 1;
} else if (*s == '>') {
f = 0;
} else if (f == 0) {
*p++ = *s;
}
s++;
}
*p = '\0';""", r"""int w = 0, i = 0;
while (s[i]) {
if (s[i] == '<') {
while (s[i] && s[i] != '>') i++;
} else if (s[i] != '>') {
s[w] = s[i];
w++;
}
if (s[i]) i++;
}
s[w] = 0;""")

idea("cut_comment", "void (T s)", "cut comment, strip comment, remove comment, drop comment, uncomment", """
v: cut off $s at the first [#|hash sign], [if there is one|if any]
v: remove a comment that begins with # from the line $s
""", r"""for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == '#') {
s[i] = '\0';
return;
}
}""", r"""char *p = strchr(s, '#');
if (p) *p = '\0';""", r"""while (*s && *s != '#') s++;
*s = '\0';""", r"""s[strcspn(s, "#")] = '\0';""")

idea("unquote", "void (T s)", "unquote, strip quotes, remove quotes, dequote", """
v: remove the double quotes around $s if it begins and ends with one
v: strip the [enclosing|surrounding] double quotes from $s[, if both are there|]
""", r"""int len = strlen(s);
if (len < 2 || s[0] != '"' || s[len - 1] != '"') return;
memmove(s, s + 1, len - 2);
s[len - 2] = '\0';""", r"""int len = strlen(s);
if (len >= 2 && s[0] == '"' && s[len - 1] == '"') {
for (int i = 0; i < len - 2; i++) s[i] = s[i + 1];
s[len - 2] = '\0';
}""", r"""if (*s != '"') return;
char *end = strrchr(s, '"');
if (end == s || end[1] != '\0') return;
*end = '\0';
while (*s) {
s[0] = s[1];
s++;
}""")

# --- ciphers and codes --------------------------------------------------------------------------

idea("atbash", "void (T s)", "atbash, mirror letters, mirror alphabet, reverse alphabet, encode", """
v: replace each lowercase letter of $s by its mirror in the alphabet, a by z, b by y and so on
v: apply the Atbash cipher to the lowercase letters of $s
""", r"""for (int i = 0; s[i] != '\0'; i++) {
if (s[i] >= 'a' && s[i] <= 'z') s[i] = 'z' - (s[i] - 'a');
}""", r"""while (*s) {
if (islower(*s)) *s = 'a' + 'z' - *s;
s++;
}""", r"""for (; *s; s++) {
int x = *s - 'a';
if (x >= 0 && x < 26) *s = 'a' + 25 - x;
}""")

idea("vigenere", "void (T s, S t)", "vigenere, encrypt with key, key cipher, encode with word", """
v: encrypt the lowercase text $s with the [Vigenere cipher|keyword cipher], $t being the lowercase keyword
s: Shifts each letter of $s by the matching letter of the keyword $t (a = 0), which is repeated. All letters are lowercase.
""", r"""int len = strlen(t);
for (int i = 0; s[i] != '\0'; i++) {
int k = t[i % len] - 'a';
s[i] = 'a' + (s[i] - 'a' + k) % 26;
}""", r"""int j = 0;
while (*s) {
*s = (*s - 'a' + t[j] - 'a') % 26 + 'a';
j++;
if (t[j] == '\0') j = 0;
s++;
}""", r"""const char *p = t;
for (; *s; s++) {
int x = (*s - 'a') + (*p - 'a');
if (x >= 26) x -= 26;
*s = 'a' + x;
p++;
if (*p == '\0') p = t;
}""")

idea("rot_char", "char (char c, int k)", "shift letter, rot char, rotate letter, shift char, letter after", """
np: the lowercase letter $k places after $c, wrapping around after z[; other characters unchanged|, and any other character as it is]
v: shift $c by $k ([zero or more|not negative]) places in the alphabet if it is a lowercase letter, going on with a after z
""", r"""if (c < 'a' || c > 'z') return c;
return 'a' + (c - 'a' + k) % 26;""", r"""if (islower(c)) {
int x = c - 'a' + k % 26;
if (x >= 26) x -= 26;
c = 'a' + x;
}
return c;""", r"""return c >= 'a' && c <= 'z' ? (c - 'a' + k) % 26 + 'a' : c;""")

idea("phone_digit", "int (char c)", "phone digit, keypad digit, key for, to keypad, dial digit", """
np: the [phone|telephone] key that bears the lowercase letter $c (abc is 2, wxyz is 9), -1 if $c is none
v: find the digit of the phone keypad for the lowercase letter $c, -1 for other characters
""", r"""if (c < 'a' || c > 'z') return -1;
return "22233344455566677778889999"[c - 'a'] - '0';""", r"""if (c < 'a' || c > 'z') return -1;
if (c <= 'c') return 2;
if (c <= 'f') return 3;
if (c <= 'i') return 4;
if (c <= 'l') return 5;
if (c <= 'o') return 6;
if (c <= 's') return 7;
if (c <= 'v') return 8;
return 9;""", r"""static const char *keys[] = {"abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"};
for (int i = 0; i < 8; i++) {
if (c != '\0' && strchr(keys[i], c)) return i + 2;
}
return -1;""")

idea("rle", "void (T out, S s)", "rle, run length encode, compress, encode runs, pack", """
v: run-length encode $s into $out: each run as the character and its length
v: write each run of equal characters in $s to $out as the character followed by the count
""", r"""int i = 0;
*out = '\0';
while (s[i]) {
int j = i;
while (s[j] == s[i]) j++;
out += sprintf(out, "%c%d", s[i], j - i);
i = j;
}""", r"""int cnt = 1;
out[0] = '\0';
for (int i = 0; s[i] != '\0'; i++) {
if (s[i + 1] == s[i]) {
cnt++;
} else {
sprintf(out + strlen(out), "%c%d", s[i], cnt);
cnt = 1;
}
}""", r"""*out = '\0';
while (*s) {
char c = *s;
int cnt = 0;
while (*s == c) {
cnt++;
s++;
}
out += sprintf(out, "%c%d", c, cnt);
}""")

# --- words and characters of a string -----------------------------------------------------------

idea("squeeze", "void (T s)", "squeeze, collapse runs, dedup neighbours, remove adjacent duplicates, uniq", """
v: reduce each run of equal characters in $s to [a single one|one]
v: remove characters of $s that equal the one before them
""", r"""int j = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (i == 0 || s[i] != s[i - 1]) s[j++] = s[i];
}
s[j] = '\0';""", r"""char *p = s;
while (*s) {
if (*s != s[1]) *p++ = *s;
s++;
}
*p = '\0';""", r"""char prev = '\0';
int w = 0;
for (int i = 0; s[i]; i++) {
if (s[i] == prev) continue;
prev = s[i];
s[w++] = prev;
}
s[w] = '\0';""")

idea("squeeze_spaces", "void (T s)", "squeeze spaces, single spaces, collapse spaces, normalize spaces, one space", """
v: replace each run of spaces in $s by [a single|one] space
v: remove extra spaces from $s, so that no two spaces follow each other
""", r"""int j = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] != ' ' || i == 0 || s[i - 1] != ' ') s[j++] = s[i];
}
s[j] = '\0';""", r"""char *p = s;
while (*s) {
if (*s == ' ' && s[1] == ' ') {
s++;
continue;
}
*p++ = *s++;
}
*p = '\0';""", r"""bool f = false;
int w = 0;
for (int i = 0; s[i]; i++) {
if (s[i] == ' ') {
if (!f) s[w++] = ' ';
f = true;
} else {
s[w++] = s[i];
f = false;
}
}
s[w] = '\0';""")

idea("unique_chars", "void (T s)", "unique chars, remove duplicates, dedupe, each once, distinct letters", """
v: keep only the first occurrence of every character in $s
v: remove [repeated|duplicate] characters from $s, so that each is left once[, in the old order|]
""", r"""int w = 0;
for (int i = 0; s[i] != '\0'; i++) {
int j = 0;
while (j < w && s[j] != s[i]) j++;
if (j == w) s[w++] = s[i];
}
s[w] = '\0';""", r"""bool seen[256] = {false};
char *p = s;
while (*s) {
uint8_t c = *s++;
if (!seen[c]) {
seen[c] = true;
*p++ = c;
}
}
*p = '\0';""", r"""int cnt[256] = {0};
int w = 0;
for (int i = 0; s[i]; i++) {
if (cnt[(uint8_t)s[i]]++ == 0) {
s[w] = s[i];
w++;
}
}
s[w] = '\0';""")

idea("reverse_words", "void (T s)", "reverse each word, flip words, reverse words, mirror words, turn words", """
v: reverse [each|every] word of $s, [the words being|words are] separated by spaces
v: turn round the letters of each word in $s, but leave the words in their places
""", r"""int i = 0;
while (s[i]) {
while (s[i] == ' ') i++;
int j = i;
while (s[j] && s[j] != ' ') j++;
for (int l = i, r = j - 1; l < r; l++, r--) {
char tmp = s[l];
s[l] = s[r];
s[r] = tmp;
}
i = j;
}""", r"""char *p = s;
for (char *end = s; ; end++) {
if (*end != ' ' && *end != '\0') continue;
char *r = end;
while (r - p > 1) {
r--;
char tmp = *p;
*p = *r;
*r = tmp;
p++;
}
p = end + 1;
if (*end == '\0') break;
}""", r"""int k = 0;
int len = strlen(s);
for (int i = 0; i <= len; i++) {
if (s[i] == ' ' || s[i] == '\0') {
for (int j = 0; j < (i - k) / 2; j++) {
char c = s[k + j];
s[k + j] = s[i - 1 - j];
s[i - 1 - j] = c;
}
k = i + 1;
}
}""")

idea("is_rotation", "B (S s, S t)", "is rotation, rotated, rotation of, are rotations, same ring", """
p: $t is a rotation of $s
p: $t can be made from $s by moving some characters from the front to the end
""", r"""int n = strlen(s);
if ((int)strlen(t) != n) return false;
if (n == 0) return true;
for (int k = 0; k < n; k++) {
int i = 0;
while (i < n && s[(i + k) % n] == t[i]) i++;
if (i == n) return true;
}
return false;""", r"""size_t len = strlen(s);
if (strlen(t) != len) return false;
for (size_t i = 0; i <= len; i++) {
if (strncmp(s + i, t, len - i) == 0 && strncmp(s, t + len - i, i) == 0) return true;
}
return false;""", r"""if (strlen(s) != strlen(t)) return false;
char *tmp = malloc(2 * strlen(s) + 1);
strcpy(tmp, s);
strcat(tmp, s);
bool ok = strstr(tmp, t) != NULL;
free(tmp);
return ok;""")

idea("rotate_str", "void (T s)", "rotate, rotate left, first to end, shift left, roll", """
v: move the first character of $s to the end
v: rotate $s by one [place|position|character] to the left
""", r"""int len = strlen(s);
if (len < 2) return;
char c = s[0];
for (int i = 1; i < len; i++) s[i - 1] = s[i];
s[len - 1] = c;""", r"""if (*s == '\0') return;
char tmp = *s;
while (s[1]) {
*s = s[1];
s++;
}
*s = tmp;""", r"""int len = strlen(s);
if (len > 1) {
char c = *s;
memmove(s, s + 1, len - 1);
s[len - 1] = c;
}""", r"""for (int i = 0; s[i] != '\0' && s[i + 1] != '\0'; i++) {
char tmp = s[i];
s[i] = s[i + 1];
s[i + 1] = tmp;
}""")

idea("first_unique_char", "char (S s)", "first unique, first non repeating, first single, lonely char, first once", """
np: the first character of $s that [occurs|appears] only once, or 0 if there is none
v: find the first character that is not repeated [anywhere |]in $s, 0 if there is none
""", r"""int cnt[256] = {0};
for (int i = 0; s[i] != '\0'; i++) cnt[(uint8_t)s[i]]++;
for (int i = 0; s[i] != '\0'; i++) {
if (cnt[(uint8_t)s[i]] == 1) return s[i];
}
return 0;""", r"""for (int i = 0; s[i]; i++) {
if (strchr(s, s[i]) == strrchr(s, s[i])) return s[i];
}
return '\0';""", r"""for (int i = 0; s[i]; i++) {
int cnt = 0;
for (int j = 0; s[j]; j++) {
if (s[j] == s[i]) cnt++;
}
if (cnt == 1) return s[i];
}
return 0;""")

idea("first_repeated", "char (S s)", "first repeated, first duplicate, first seen twice, first repeat, second sight", """
np: the first character of $s that has [already occurred|occurred before], or 0 if all are different
v: walk through $s and give the first character that was seen before, 0 if there is none
""", r"""bool seen[256] = {false};
for (int i = 0; s[i] != '\0'; i++) {
if (seen[(uint8_t)s[i]]) return s[i];
seen[(uint8_t)s[i]] = true;
}
return 0;""", r"""for (int i = 1; s[0] && s[i]; i++) {
for (int j = 0; j < i; j++) {
if (s[j] == s[i]) return s[i];
}
}
return '\0';""", r"""const char *p = s;
while (*p) {
if (strchr(s, *p) < p) return *p;
p++;
}
return 0;""")

idea("str_subseq", "B (S s, S t)", "is subsequence, hidden in, subsequence, letters in order, can be picked", """
p: the characters of $s occur in $t in the same order, [maybe|possibly] with others between them
p: $s is a subsequence of $t
p: $s can be made by deleting characters from $t
""", r"""int i = 0;
for (int j = 0; t[j] != '\0'; j++) {
if (s[i] != '\0' && s[i] == t[j]) i++;
}
return s[i] == '\0';""", r"""while (*s) {
t = strchr(t, *s);
if (t == NULL) return false;
s++;
t++;
}
return true;""", r"""if (*s == '\0') return true;
if (*t == '\0') return false;
return *s == *t ? SELF(s + 1, t + 1) : SELF(s, t + 1);""", r"""while (*s && *t) {
if (*s == *t) s++;
t++;
}
return *s == '\0';""")

idea("snake_case", "void (T out, S s)", "to snake, snake case, camel to snake, snake", """
v: write the camelCase name $s to $out in snake_case
s: Copies $s to $out, each capital letter becoming an underscore and the small letter.
""", r"""int j = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] >= 'A' && s[i] <= 'Z') {
out[j++] = '_';
out[j++] = s[i] - 'A' + 'a';
} else {
out[j++] = s[i];
}
}
out[j] = '\0';""", r"""while (*s) {
if (isupper(*s)) *out++ = '_';
*out++ = tolower(*s);
s++;
}
*out = '\0';""", r"""int w = 0;
for (; *s; s++) {
char c = *s;
if (isupper(c)) {
out[w++] = '_';
c = tolower(c);
}
out[w++] = c;
}
out[w] = 0;""")

idea("camel_case", "void (T s)", "to camel, camel case, snake to camel, camel", """
v: turn the snake_case name $s into camelCase[ in place|]
s: Removes each underscore of $s; a letter that follows one becomes a capital.
""", r"""int j = 0;
bool f = false;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == '_') {
f = true;
} else {
s[j++] = f ? toupper(s[i]) : s[i];
f = false;
}
}
s[j] = '\0';""", r"""char *p = s;
while (*s) {
if (*s != '_') {
*p++ = *s++;
continue;
}
while (*s == '_') s++;
if (*s) *p++ = toupper(*s++);
}
*p = '\0';""", r"""char prev = 'x';
int w = 0;
for (int i = 0; s[i]; i++) {
char c = s[i];
if (c != '_') s[w++] = prev == '_' ? toupper(c) : c;
prev = c;
}
s[w] = '\0';""")

idea("acronym", "void (T out, S s)", "acronym, initials, abbreviate, first letters, short form", """
v: write the first letters of the words of $s to $out as capitals
v: build the acronym of $s in $out: the initial of each word, in upper case[, words being separated by spaces|]
""", r"""int j = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] != ' ' && (i == 0 || s[i - 1] == ' ')) out[j++] = toupper(s[i]);
}
out[j] = '\0';""", r"""bool f = true;
while (*s) {
if (*s == ' ') {
f = true;
} else if (f) {
*out++ = toupper(*s);
f = false;
}
s++;
}
*out = '\0';""", r"""char prev = ' ';
for (; *s; s++) {
if (prev == ' ' && *s != ' ') {
*out = toupper(*s);
out++;
}
prev = *s;
}
*out = '\0';""")

idea("is_identifier", "B (S s)", "is identifier, valid name, is name, valid variable, legal name", """
p: $s is a valid [C identifier|variable name]: letters, digits and underscores, not beginning with a digit
p: $s could be a C identifier (keywords are not excluded)
""", r"""if (!isalpha(s[0]) && s[0] != '_') return false;
for (int i = 1; s[i] != '\0'; i++) {
if (!isalnum(s[i]) && s[i] != '_') return false;
}
return true;""", r"""if (*s == '\0' || isdigit(*s)) return false;
while (*s) {
if (*s != '_' && !isalnum(*s)) return false;
s++;
}
return true;""", r"""if (!(isalpha(*s) || *s == '_')) return false;
while (isalnum(*s) || *s == '_') s++;
return *s == '\0';""")

idea("ipv4", "B (S s)", "is ip, valid ip, is ipv4, ip ok, check ip", """
p: $s is an IPv4 address: four numbers from 0 to 255[, of one to three digits|, each of 1 to 3 digits,] with dots between them
p: $s looks like 192.168.0.1: four parts of one to three digits, none above 255
""", r"""for (int i = 0; i < 4; i++) {
int x = 0, cnt = 0;
while (isdigit(*s) && cnt < 4) {
x = x * 10 + (*s - '0');
s++;
cnt++;
}
if (cnt == 0 || cnt > 3 || x > 255) return false;
if (*s != (i < 3 ? '.' : '\0')) return false;
s++;
}
return true;""", r"""int k = 0, x = 0, cnt = 0;
for (;; s++) {
if (isdigit(*s)) {
x = x * 10 + *s - '0';
cnt++;
if (cnt > 3) return false;
} else if (*s == '.' || *s == '\0') {
if (cnt == 0 || x > 255) return false;
k++;
if (*s == '\0') return k == 4;
x = 0;
cnt = 0;
} else {
return false;
}
}""", r"""int cnt = 0;
while (1) {
int len = strspn(s, "0123456789");
if (len < 1 || len > 3 || atoi(s) > 255) return false;
cnt++;
s += len;
if (*s == '\0') break;
if (*s != '.') return false;
s++;
}
return cnt == 4;""")

idea("count_fields", "int (S s, char c)", "count fields, num fields, count columns, parts, csv columns", """
np: [the number of|how many] fields [of|in] the line $s, separated by $c[; an empty line has one|]
v: count the parts into which $c divides $s
""", r"""int cnt = 1;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == c) cnt++;
}
return cnt;""", r"""int cnt = 1;
while ((s = strchr(s, c)) != NULL) {
cnt++;
s++;
}
return cnt;""", r"""if (*s == '\0') return 1;
return (*s == c) + SELF(s + 1, c);""", r"""int res = 0;
for (; *s; s++) res += *s == c ? 1 : 0;
return res + 1;""")

idea("count_lines", "int (S s)", "count lines, line count, num lines, lines, wc l", """
np: [the number of|how many] lines [of|in] the text $s[; the last one need not end with a newline|, the last one with or without newline]
v: count the lines of $s, also a last one without newline
""", r"""int cnt = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == '\n' || s[i + 1] == '\0') cnt++;
}
return cnt;""", r"""int cnt = 0;
char prev = '\n';
while (*s) {
if (*s == '\n') cnt++;
prev = *s;
s++;
}
if (prev != '\n') cnt++;
return cnt;""", r"""int cnt = 0;
while (*s) {
cnt++;
while (*s && *s != '\n') s++;
if (*s == '\n') s++;
}
return cnt;""")

idea("file_ext", "const char* (S s)", "extension, file ext, get extension, suffix of, file type", """
np: [a pointer to |]the part of the file name $s after the last dot, or an empty string if it has none
np: the extension of the file name $s without the dot[, or ""|; "" if there is none]
""", r"""const char *p = strrchr(s, '.');
if (p == NULL) return "";
return p + 1;""", r"""const char *res = "";
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == '.') res = s + i + 1;
}
return res;""", r"""int i = strlen(s);
while (i > 0) {
i--;
if (s[i] == '.') return &s[i + 1];
}
return "";""", r"""const char *p = strrchr(s, '.');
return p ? p + 1 : "";""")

idea("base_name", "const char* (S s)", "base name, file name, last part, strip path, name only", """
np: [a pointer to |]the part of the path $s after the last slash, or all of $s if it has none
np: the file name [at the end of|in] the path $s, without the folders
""", r"""const char *p = strrchr(s, '/');
if (p == NULL) return s;
return p + 1;""", r"""const char *res = s;
while (*s) {
if (*s == '/') res = s + 1;
s++;
}
return res;""", r"""int i = strlen(s);
while (i > 0 && s[i - 1] != '/') i--;
return s + i;""", r"""const char *p = strrchr(s, '/');
return p ? p + 1 : s;""")

idea("first_word", "void (T out, S s)", "first word, get first word, take word, leading word", """
v: copy the first word of $s to $out[, skipping spaces before it|; spaces before it are skipped]
s: Writes the first word of $s to $out; words are separated by spaces.
""", r"""int i = 0, j = 0;
while (s[i] == ' ') i++;
while (s[i] != '\0' && s[i] != ' ') out[j++] = s[i++];
out[j] = '\0';""", r"""while (*s == ' ') s++;
while (*s && *s != ' ') *out++ = *s++;
*out = '\0';""", r"""s += strspn(s, " ");
int len = strcspn(s, " ");
memcpy(out, s, len);
out[len] = '\0';""")

idea("copy_until", "void (T out, S s, char c)", "copy until, take until, part before, up to, cut at", """
v: copy [the part of $s|everything in $s] before the first $c to $out, or all of $s if $c does not occur
v: copy characters from $s to $out until $c or the end comes
""", r"""int i = 0;
while (s[i] != '\0' && s[i] != c) {
out[i] = s[i];
i++;
}
out[i] = '\0';""", r"""for (; *s && *s != c; s++) *out++ = *s;
*out = '\0';""", r"""strcpy(out, s);
char *p = strchr(out, c);
if (p) *p = '\0';""", r"""const char *end = strchr(s, c);
int len = end ? end - s : (int)strlen(s);
for (int i = 0; i < len; i++) out[i] = s[i];
out[len] = '\0';""")

idea("remove_char_at", "void (T s, int k)", "remove at, delete at, drop char at, erase at, take out", """
v: remove the character at index $k from $s; nothing happens if $k is [outside|no valid index]
v: delete the character of $s at position $k[, counted from 0|], if there is one
""", r"""int len = strlen(s);
if (k < 0 || k >= len) return;
for (int i = k; i < len; i++) s[i] = s[i + 1];""", r"""int len = strlen(s);
if (k >= 0 && k < len) memmove(s + k, s + k + 1, len - k);""", r"""int w = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (i != k) s[w++] = s[i];
}
s[w] = '\0';""")

idea("insert_front", "void (T s, char c)", "insert front, prepend, push front, put before, add at start", """
v: insert $c [at the beginning of|in front of] $s[, which has room for it|]
v: put $c before the first character of $s, moving the rest by one
""", r"""int len = strlen(s);
for (int i = len; i >= 0; i--) s[i + 1] = s[i];
s[0] = c;""", r"""memmove(s + 1, s, strlen(s) + 1);
*s = c;""", r"""char prev = c;
while (prev != '\0') {
char tmp = *s;
*s++ = prev;
prev = tmp;
}
*s = '\0';""")

idea("double_chars", "void (T out, S s)", "double chars, stutter, repeat each, twice each, duplicate letters", """
v: write [each|every] character of $s twice to $out
s: Copies $s to $out with every character doubled[, so that "abc" gives "aabbcc"|].
""", r"""int j = 0;
for (int i = 0; s[i] != '\0'; i++) {
out[j++] = s[i];
out[j++] = s[i];
}
out[j] = '\0';""", r"""while (*s) {
*out++ = *s;
*out++ = *s++;
}
*out = '\0';""", r"""int len = strlen(s);
for (int i = 0; i < 2 * len; i++) out[i] = s[i / 2];
out[2 * len] = '\0';""")

idea("interleave", "void (T out, S s, S t)", "interleave, weave, zip strings, mix, alternate, shuffle", """
v: write the characters of $s and $t alternately to $out, [the rest of the longer one following|then what is left of the longer one]
v: interleave $s and $t into $out, beginning with $s; the rest of the longer string is appended
""", r"""int i = 0, j = 0;
while (s[i] || t[j]) {
if (s[i]) *out++ = s[i++];
if (t[j]) *out++ = t[j++];
}
*out = '\0';""", r"""while (*s && *t) {
*out++ = *s++;
*out++ = *t++;
}
strcpy(out, *s ? s : t);""", r"""int n = strlen(s), m = strlen(t);
int w = 0;
for (int i = 0; i < n || i < m; i++) {
if (i < n) out[w++] = s[i];
if (i < m) out[w++] = t[i];
}
out[w] = '\0';""", r"""if (*s == '\0') {
strcpy(out, t);
} else {
*out = *s;
SELF(out + 1, t, s + 1);
}""")

idea("alternate_case", "void (T s)", "alternate case, mocking case, wavy, zigzag case, sponge", """
v: write the letters of $s in upper case at even indexes and in lower case at odd ones
v: make every second character of $s a capital, beginning with the first, and the others small
""", r"""for (int i = 0; s[i] != '\0'; i++) {
if (i % 2 == 0) s[i] = toupper(s[i]);
else s[i] = tolower(s[i]);
}""", r"""bool f = true;
while (*s) {
*s = f ? toupper(*s) : tolower(*s);
f = !f;
s++;
}""", r"""int len = strlen(s);
for (int i = 0; i < len; i += 2) s[i] = toupper(s[i]);
for (int i = 1; i < len; i += 2) s[i] = tolower(s[i]);""")

idea("mask_last4", "void (T s)", "mask, mask card, hide number, star out, last four", """
v: replace all but the last four characters of $s by *
v: mask $s, e.g. a card number, with stars except for its last four characters
""", r"""int len = strlen(s);
for (int i = 0; i < len - 4; i++) s[i] = '*';""", r"""int i = 0;
while (strlen(s + i) > 4) {
s[i] = '*';
i++;
}""", r"""int len = strlen(s);
if (len > 4) memset(s, '*', len - 4);""", r"""for (int i = (int)strlen(s) - 5; i >= 0; i--) s[i] = '*';""")

idea("vowel_groups", "int (S s)", "syllables, vowel groups, count syllables, estimate syllables, vowel runs", """
np: [the number of|how many] groups of [neighbouring|adjacent] vowels [in|there are in] $s[, upper or lower case|, of either case]
v: estimate the syllables of $s by counting its runs of vowels
""", r"""int cnt = 0;
bool f = false;
for (int i = 0; s[i] != '\0'; i++) {
bool ok = strchr("aeiouAEIOU", s[i]) != NULL;
if (ok && !f) cnt++;
f = ok;
}
return cnt;""", r"""int cnt = 0;
while (*s) {
int len = strspn(s, "aeiouAEIOU");
if (len > 0) {
cnt++;
s += len;
} else {
s++;
}
}
return cnt;""", r"""int cnt = 0;
char prev = ' ';
for (; *s; s++) {
char c = tolower(*s);
if (strchr("aeiou", c) && !strchr("aeiou", prev)) cnt++;
prev = c;
}
return cnt;""")

idea("compare_nocase", "int (S s, S t)", "compare ignore case, icompare, case compare, casecmp, order ignoring case", """
np: -1, 0 or 1 as $s comes before, equals or comes after $t, [ignoring case|upper and lower case being the same]
v: compare $s and $t without regard to case: -1 for less, 0 for equal, 1 for greater
""", r"""int i = 0;
while (s[i] && tolower(s[i]) == tolower(t[i])) i++;
int x = tolower(s[i]), y = tolower(t[i]);
if (x < y) return -1;
return x > y;""", r"""while (*s || *t) {
char c = tolower(*s), d = tolower(*t);
if (c != d) return c < d ? -1 : 1;
s++;
t++;
}
return 0;""", r"""int x = tolower(*s) - tolower(*t);
if (x < 0) return -1;
if (x > 0) return 1;
if (*s == '\0') return 0;
return SELF(s + 1, t + 1);""")

idea("version_compare", "int (S s, S t)", "compare versions, version cmp, newer, vercmp, version order", """
v: compare the version numbers $s and $t, numbers with dots between them: -1 if $s is older, 0 if equal, 1 if newer
np: -1, 0 or 1 for the order of two [dotted |]versions such as 1.10 and 1.9[; missing parts count as 0|, missing parts being 0]
""", r"""while (*s || *t) {
int x = 0, y = 0;
while (*s && *s != '.') x = x * 10 + (*s++ - '0');
while (*t && *t != '.') y = y * 10 + (*t++ - '0');
if (x != y) return x < y ? -1 : 1;
if (*s) s++;
if (*t) t++;
}
return 0;""", r"""while (*s != '\0' || *t != '\0') {
int x = atoi(s), y = atoi(t);
if (x < y) return -1;
if (x > y) return 1;
s += strcspn(s, ".");
t += strcspn(t, ".");
if (*s == '.') s++;
if (*t == '.') t++;
}
return 0;""", r"""const char *p = s;
const char *end = t;
for (;;) {
int x = *p ? atoi(p) : 0;
int y = *end ? atoi(end) : 0;
if (x != y) return x > y ? 1 : -1;
p = strchr(p, '.') ? strchr(p, '.') + 1 : "";
end = strchr(end, '.') ? strchr(end, '.') + 1 : "";
if (*p == '\0' && *end == '\0') return 0;
}""")

idea("pig_latin", "void (T out, S s)", "pig latin, to pig latin, pigify", """
v: write the [lowercase |]word $s in Pig Latin to $out: the consonants before the first vowel go to the end, then comes ay
s: Pig Latin of $s in $out: the part from the first vowel, then what stood before it, then "ay".
""", r"""int k = strcspn(s, "aeiou");
strcpy(out, s + k);
strncat(out, s, k);
strcat(out, "ay");""", r"""int k = 0;
while (s[k] && !strchr("aeiou", s[k])) k++;
int w = 0;
for (int i = k; s[i]; i++) out[w++] = s[i];
for (int i = 0; i < k; i++) out[w++] = s[i];
out[w++] = 'a';
out[w++] = 'y';
out[w] = '\0';""", r"""int k = 0;
for (; s[k] != '\0'; k++) {
if (strchr("aeiou", s[k])) break;
}
sprintf(out, "%s%.*say", s + k, k, s);""")

# --- dates and times ----------------------------------------------------------------------------

idea("format_time", "void (T out, int n)", "format time, hms, clock string, show time, duration string", """
v: write $n seconds to $out as hh:mm:ss[, each part with at least two digits|]
v: format a duration of $n seconds[, not negative,|] into $out as hours, minutes and seconds with colons
""", r"""sprintf(out, "%02d:%02d:%02d", n / 3600, n / 60 % 60, n % 60);""", r"""int x = n / 3600;
int y = n % 3600 / 60;
int z = n % 60;
sprintf(out, "%02d:%02d:%02d", x, y, z);""", r"""int x = 0, y = 0;
while (n >= 3600) {
n -= 3600;
x++;
}
while (n >= 60) {
n -= 60;
y++;
}
sprintf(out, "%02d:%02d:%02d", x, y, n);""")

idea("parse_clock", "int (S s)", "parse time, clock to minutes, minutes of day, to minutes, parse clock", """
np: the minutes since midnight for the time $s, which has the form hh:mm
v: convert the [clock |]time $s (as in 07:45) to minutes [after|since] midnight
""", r"""int x = (s[0] - '0') * 10 + (s[1] - '0');
int y = (s[3] - '0') * 10 + (s[4] - '0');
return x * 60 + y;""", r"""int x = 0, y = 0;
sscanf(s, "%d:%d", &x, &y);
return 60 * x + y;""", r"""return atoi(s) * 60 + atoi(s + 3);""", r"""int x = 0, y = 0;
while (*s != ':') x = x * 10 + (*s++ - '0');
s++;
while (*s) y = y * 10 + (*s++ - '0');
return x * 60 + y;""")

idea("day_of_year", "int (int d, int m, int y)", "day of year, yday, ordinal day, day number, date to day", """
np: the [number|position] of the day $d.$m.$y within its year[, 1 for the first of January|]
np: which day of the year $y the date with day $d and month $m is, leap years being respected
""", r"""static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
int res = before[m - 1] + d;
if (m > 2 && (y % 400 == 0 || (y % 4 == 0 && y % 100 != 0))) res++;
return res;""", r"""int month[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
if ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0) month[1] = 29;
int sum = d;
for (int i = 0; i < m - 1; i++) sum += month[i];
return sum;""", r"""bool ok = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
int sum = d;
for (int i = 1; i < m; i++) {
if (i == 2) sum += ok ? 29 : 28;
else if (i == 4 || i == 6 || i == 9 || i == 11) sum += 30;
else sum += 31;
}
return sum;""")

idea("weekday", "int (int d, int m, int y)", "weekday, day of week, which day, dow, week day", """
np: the day of the week of the date with day $d, month $m and year $y[ (Gregorian)|], 0 for Sunday to 6 for Saturday
v: find the weekday of $d.$m.$y, Sunday being 0
""", r"""static const int shift[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
if (m < 3) y--;
return (y + y / 4 - y / 100 + y / 400 + shift[m - 1] + d) % 7;""", r"""if (m < 3) {
m += 12;
y--;
}
int k = (d + 13 * (m + 1) / 5 + y + y / 4 - y / 100 + y / 400) % 7;
return (k + 6) % 7;""", r"""int month[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
if (y % 400 == 0 || (y % 4 == 0 && y % 100 != 0)) month[1] = 29;
int x = y - 1;
int sum = x * 365 + x / 4 - x / 100 + x / 400 + d;
for (int i = 0; i + 1 < m; i++) sum += month[i];
return sum % 7;""")

idea("valid_date", "B (int d, int m, int y)", "valid date, is date, date ok, check date, date exists", """
p: day $d, month $m, year $y is a [valid|real] date[ of the Gregorian calendar|]
p: there is a day $d in month $m of the year $y
""", r"""static const int month[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
if (m < 1 || m > 12 || d < 1) return false;
int max = month[m - 1];
if (m == 2 && (y % 400 == 0 || (y % 4 == 0 && y % 100 != 0))) max = 29;
return d <= max;""", r"""if (m < 1 || m > 12) return false;
if (d < 1 || d > 31) return false;
if (d == 31) return m != 2 && m != 4 && m != 6 && m != 9 && m != 11;
if (m != 2) return true;
if (d == 30) return false;
if (d == 29) return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
return true;""", r"""int max;
switch (m) {
case 1: case 3: case 5: case 7: case 8: case 10: case 12:
max = 31;
break;
case 4: case 6: case 9: case 11:
max = 30;
break;
case 2:
max = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 29 : 28;
break;
default:
return false;
}
return d >= 1 && d <= max;""")

idea("to_12_hour", "int (int n)", "to 12 hour, hour12, twelve hour, clock hour, am pm hour", """
np: the hour $n of the day (0 to 23) as shown on a 12-hour clock, 12 for midnight and noon
v: convert the hour $n from the 24-hour clock to 1 to 12
""", r"""if (n % 12 == 0) return 12;
return n % 12;""", r"""int res = n % 12;
return res == 0 ? 12 : res;""", r"""return (n + 11) % 12 + 1;""", r"""while (n > 12) n -= 12;
if (n == 0) n = 12;
return n;""")

idea("to_24_hour", "int (int n, char c)", "to 24 hour, hour24, from am pm, military hour, day hour", """
np: the hour of the day (0 to 23) for the hour $n of a 12-hour clock, $c being 'p' for pm and anything else for am
v: convert the 12-hour time $n o'clock, am or pm as $c is 'a' or 'p', to the 24-hour clock
""", r"""int res = n % 12;
if (c == 'p') res += 12;
return res;""", r"""if (n == 12) n = 0;
return c == 'p' ? n + 12 : n;""", r"""if (c == 'p') {
if (n == 12) return 12;
return n + 12;
}
return n == 12 ? 0 : n;""")

idea("minutes_until", "int (int x, int y)", "minutes until, wait minutes, time until, minutes between, wait", """
np: [the number of|how many] minutes from the time $x to the next time $y, both in minutes [since|after] midnight[, possibly past midnight|]
v: work out the wait from clock time $x to clock time $y, in minutes of the day; if $y is earlier, it is tomorrow
""", r"""int res = y - x;
if (res < 0) res += 1440;
return res;""", r"""return (y - x + 1440) % 1440;""", r"""if (y >= x) return y - x;
return 24 * 60 - x + y;""", r"""return y < x ? y + 1440 - x : y - x;""")

idea("clock_angle", "int (int x, int y)", "clock angle, hand angle, angle between hands, hands", """
np: the smaller angle between the hands of a clock at $x hours and $y minutes, in half degrees
v: compute twice the smaller angle in degrees between the hour hand and the minute hand at $x:$y
""", r"""int m = abs((x % 12) * 60 + y - 12 * y);
m %= 720;
return m > 360 ? 720 - m : m;""", r"""int k = (x * 60 + y) % 720;
int m = y * 12 % 720;
int d = k > m ? k - m : m - k;
if (d > 360) d = 720 - d;
return d;""", r"""int d = abs(60 * (x % 12) - 11 * y) % 720;
if (720 - d < d) return 720 - d;
return d;""")

idea("month_name", "const char* (int m)", "month name, name of month, month to string, month str", """
np: the [English |]name of month $m (1 to 12), or "?" [for other numbers|if there is no such month]
v: give the name of the month with number $m, "?" if it is not from 1 to 12
""", r"""static const char *month[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
if (m < 1 || m > 12) return "?";
return month[m - 1];""", r"""switch (m) {
case 1: return "January";
case 2: return "February";
case 3: return "March";
case 4: return "April";
case 5: return "May";
case 6: return "June";
case 7: return "July";
case 8: return "August";
case 9: return "September";
case 10: return "October";
case 11: return "November";
case 12: return "December";
default: return "?";
}""", r"""const char *month[13] = {"?", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
return m >= 1 && m <= 12 ? month[m] : month[0];""")

idea("season", "const char* (int m)", "season, season of, season name, time of year", """
np: the season of month $m in the north: "winter" for December to February, then "spring", "summer" and "autumn", three months each
v: name the [northern |]season of the month $m (1 to 12), winter beginning with December
""", r"""if (m == 12 || m <= 2) return "winter";
if (m <= 5) return "spring";
if (m <= 8) return "summer";
return "autumn";""", r"""static const char *names[] = {"winter", "spring", "summer", "autumn"};
return names[m % 12 / 3];""", r"""switch (m) {
case 12: case 1: case 2: return "winter";
case 3: case 4: case 5: return "spring";
case 6: case 7: case 8: return "summer";
default: return "autumn";
}""")

idea("century", "int (int y)", "century, century of, which century, year to century", """
np: the century [that|in which] the year $y [belongs to|lies][, 1901 to 2000 being the 20th|]
v: find the century of the year $y: years 1 to 100 are the first
""", r"""return (y + 99) / 100;""", r"""if (y % 100 == 0) return y / 100;
return y / 100 + 1;""", r"""int res = y / 100;
if (y % 100 != 0) res++;
return res;""", r"""return (y - 1) / 100 + 1;""")

idea("leap_years", "int (int lo, int hi)", "leap years, count leap years, leap years between, how many leap", """
np: [the number of|how many] leap years from $lo to $hi[| inclusive|, both included]
v: count the leap years in the range $lo to $hi
""", r"""int cnt = 0;
for (int i = lo; i <= hi; i++) {
if ((i % 4 == 0 && i % 100 != 0) || i % 400 == 0) cnt++;
}
return cnt;""", r"""int cnt = 0;
while (lo <= hi) {
if (lo % 400 == 0) cnt++;
else if (lo % 4 == 0 && lo % 100 != 0) cnt++;
lo++;
}
return cnt;""", r"""if (lo > hi) return 0;
int cnt = lo % 4 == 0 && (lo % 100 != 0 || lo % 400 == 0);
return cnt + SELF(lo + 1, hi);""")

# --- money --------------------------------------------------------------------------------------

idea("coin_count", "int (int n)", "coin count, min coins, fewest coins, make change, num coins", """
np: the [smallest|least] number of coins of 25, 10, 5 and 1 cents that make $n cents
v: count the coins for $n cents of change, taking the largest coins (25, 10, 5, 1) first
""", r"""int cnt = n / 25;
n %= 25;
cnt += n / 10;
n %= 10;
cnt += n / 5;
return cnt + n % 5;""", r"""static const int coins[] = {25, 10, 5, 1};
int cnt = 0;
for (int i = 0; i < 4; i++) {
cnt += n / coins[i];
n %= coins[i];
}
return cnt;""", r"""int cnt = 0;
while (n > 0) {
if (n >= 25) n -= 25;
else if (n >= 10) n -= 10;
else if (n >= 5) n -= 5;
else n--;
cnt++;
}
return cnt;""", r"""return n / 25 + n % 25 / 10 + n % 25 % 10 / 5 + n % 5;""")

idea("price_string", "void (T out, int n)", "price string, format money, cents to string, show price, money", """
v: write $n cents to $out as an amount with a point and two decimals, so that 1205 gives 12.05
v: format the amount $n, in cents[ and not negative|], into $out with a point and two digits after it
""", r"""sprintf(out, "%d.%02d", n / 100, n % 100);""", r"""int x = n / 100;
int y = n % 100;
sprintf(out, "%d.%s%d", x, y < 10 ? "0" : "", y);""", r"""out += sprintf(out, "%d.", n / 100);
*out++ = '0' + n / 10 % 10;
*out++ = '0' + n % 10;
*out = '\0';""")

idea("third_free", "int (int n, int k)", "three for two, third free, deal price, offer price, pay for", """
np: the price of $n items at $k each when every third one is free
v: compute the cost of $n articles of price $k under a three-for-two offer
""", r"""return (n - n / 3) * k;""", r"""int x = n / 3;
int y = n % 3;
return (2 * x + y) * k;""", r"""int sum = 0;
for (int i = 1; i <= n; i++) {
if (i % 3 != 0) sum += k;
}
return sum;""", r"""int cnt = n;
while (n >= 3) {
n -= 3;
cnt--;
}
return cnt * k;""")

idea("overtime_pay", "int (int x, int y)", "weekly pay, overtime pay, wages, salary, pay", """
np: the pay for $x hours at $y an hour, hours above 40 counting double
v: compute the wage for $x hours: $y for each of the first 40, twice as much for every further one
""", r"""if (x <= 40) return x * y;
return 40 * y + (x - 40) * 2 * y;""", r"""int sum = x * y;
if (x > 40) sum += (x - 40) * y;
return sum;""", r"""int k = x > 40 ? x - 40 : 0;
return (x + k) * y;""", r"""int sum = 0;
for (int i = 1; i <= x; i++) sum += i > 40 ? 2 * y : y;
return sum;""")

idea("tax_brackets", "int (int n)", "tax, income tax, tax due, tax on, duty", """
np: the tax on the income $n: nothing up to 1000, a tenth of what is between 1000 and 5000, a fifth of the rest[ (fractions dropped)|]
s: Tax for the income $n: the first 1000 are free, the next 4000 are taxed with 10 percent, the rest with 20 percent, each part in whole units.
""", r"""if (n <= 1000) return 0;
if (n <= 5000) return (n - 1000) / 10;
return 400 + (n - 5000) / 5;""", r"""int sum = 0;
if (n > 5000) {
sum += (n - 5000) / 5;
n = 5000;
}
if (n > 1000) sum += (n - 1000) / 10;
return sum;""", r"""int x = n > 5000 ? n - 5000 : 0;
int y = n > 1000 ? n - 1000 - x : 0;
return x / 5 + y / 10;""")

idea("ticket_price", "int (int n)", "ticket price, entry fee, admission, price for age, fare", """
np: the price of a ticket for a visitor of age $n: 0 below 6, 5 below 18, 7 from 65 on, 10 for all others
s: A ticket is free for children under 6, costs 5 under 18, 7 from 65 on and 10 else. [Return|Give|Find] the price for age $n.
""", r"""if (n < 6) return 0;
if (n < 18) return 5;
if (n >= 65) return 7;
return 10;""", r"""int res = 10;
if (n < 6) res = 0;
else if (n < 18) res = 5;
else if (n >= 65) res = 7;
return res;""", r"""return n < 6 ? 0 : n < 18 ? 5 : n < 65 ? 10 : 7;""", r"""if (n >= 18) {
if (n >= 65) return 7;
return 10;
}
if (n >= 6) return 5;
return 0;""")

idea("savings_years", "int (int x, int y, int k)", "years to goal, savings years, years until, how long to save", """
np: [the number of|how many] years until $x grows to at least $y, if $k is added every year[, 0 if it is there already|]
v: count the years of saving: start with $x, add $k each year, stop when at least $y is reached
""", r"""int cnt = 0;
while (x < y) {
x += k;
cnt++;
}
return cnt;""", r"""if (x >= y) return 0;
return (y - x + k - 1) / k;""", r"""if (x >= y) return 0;
return 1 + SELF(x + k, y, k);""", r"""int res;
for (res = 0; x < y; res++) x += k;
return res;""")

# --- measures and geometry ----------------------------------------------------------------------

idea("polygon_angles", "int (int n)", "angle sum, interior angles, polygon angles, sum of angles", """
np: the sum of the inner angles of a polygon with $n corners[, in degrees|], 0 if it has fewer than three
v: compute the angle sum in degrees of a polygon with $n sides (0 for fewer than 3)
""", r"""if (n < 3) return 0;
return (n - 2) * 180;""", r"""return n < 3 ? 0 : 180 * (n - 2);""", r"""int sum = 0;
for (int i = 3; i <= n; i++) sum += 180;
return sum;""")

idea("diagonals", "int (int n)", "diagonals, count diagonals, polygon diagonals, num diagonals", """
np: [the number of|how many] diagonals [of|in] a [convex |]polygon with $n corners ($n at least 3)
v: count the diagonals of a polygon that has $n >= 3 corners
""", r"""return n * (n - 3) / 2;""", r"""int cnt = 0;
for (int i = 0; i < n; i++) {
for (int j = i + 2; j < n; j++) {
if (i != 0 || j != n - 1) cnt++;
}
}
return cnt;""", r"""int cnt = n * (n - 1) / 2;
return cnt - n;""")

idea("heron", "double (double x, double y, double z)", "heron, area from sides, triangle area, area of triangle", """
np: the area of a triangle with the sides $x, $y and $z
v: compute the area of a triangle from its three sides by Heron's formula
""", r"""double sum = (x + y + z) / 2;
return sqrt(sum * (sum - x) * (sum - y) * (sum - z));""", r"""double k = 0.5 * (x + y + z);
double prod = k * (k - x) * (k - y) * (k - z);
return sqrt(prod);""", r"""double prod = (x + y + z) * (-x + y + z) * (x - y + z) * (x + y - z);
return sqrt(prod) / 4;""")

idea("trapezoid_area", "double (double x, double y, double z)", "trapezoid area, trapezium area, area of trapezoid, trapezoid", """
np: the area of a [trapezoid|trapezium] with the parallel sides $x and $y and the height $z
v: compute the area of a trapezoid: half the sum of the parallel sides $x and $y times the height $z
""", r"""return (x + y) / 2 * z;""", r"""double sum = x + y;
return sum * z / 2;""", r"""return 0.5 * (x + y) * z;""")

idea("cylinder", "double (double x, double y)", "cylinder volume, volume of cylinder, tank volume, can volume", """
np: the volume of a cylinder with the radius $x and the height $y
v: compute how much fits into a cylinder of radius $x and height $y
""", r"""return 3.14159265358979 * x * x * y;""", r"""double base = x * x * 3.14159265358979;
return base * y;""", r"""const double pi = 3.14159265358979;
double res = pi * x * x;
res *= y;
return res;""")

idea("deg_to_rad", "double (double x)", "deg to rad, to radians, radians, degrees to radians", """
np: the angle $x, given in degrees, in radians
v: convert [$x degrees|the angle $x from degrees] to radians
""", r"""return x * 3.14159265358979 / 180;""", r"""const double pi = 3.14159265358979;
return x / 180 * pi;""", r"""double res = x / 180;
return res * 3.14159265358979;""", r"""return x * (3.14159265358979 / 180.0);""")

idea("feet_to_cm", "double (int x, int y)", "feet to cm, height in cm, to centimetres, feet inches to cm", """
np: a length of $x feet and $y inches in centimetres (an inch is 2.54 cm)
v: convert $x feet and $y inches to centimetres
""", r"""return (x * 12 + y) * 2.54;""", r"""int sum = 12 * x + y;
return sum * 2.54;""", r"""double res = x * 30.48;
res += y * 2.54;
return res;""", r"""return x * 30.48 + y * 2.54;""")

idea("norm_angle", "int (int x)", "normalize angle, wrap angle, wrap degrees, to 360, angle mod", """
np: the angle $x in degrees, brought into the range 0 to 359
v: normalise the angle $x to 0 to 359 degrees[, also if it is negative|]
""", r"""x %= 360;
if (x < 0) x += 360;
return x;""", r"""return (x % 360 + 360) % 360;""", r"""while (x < 0) x += 360;
while (x >= 360) x -= 360;
return x;""", r"""int res = x % 360;
return res < 0 ? res + 360 : res;""")

idea("angle_diff", "int (int x, int y)", "angle diff, angle between, turn angle, heading difference", """
np: the [smaller|smallest] angle between the directions $x and $y, both in whole degrees from 0 to 359
v: compute by how many degrees the directions $x and $y (0 to 359) differ, at most 180
""", r"""int d = abs(x - y);
if (d > 180) d = 360 - d;
return d;""", r"""int res = x > y ? x - y : y - x;
return res > 180 ? 360 - res : res;""", r"""int k = (x - y + 360) % 360;
int m = (y - x + 360) % 360;
return k < m ? k : m;""")

idea("compass", "char (int n)", "compass, heading letter, direction, compass point, bearing", """
np: the compass letter [nearest|closest] to a heading of $n degrees (0 to 359): N below 45 and from 315, E below 135, S below 225, W below 315
v: turn the heading $n in degrees (0 is north, 90 east) into one of the letters N, E, S and W
""", r"""if (n < 45 || n >= 315) return 'N';
if (n < 135) return 'E';
if (n < 225) return 'S';
return 'W';""", r"""return "NESW"[(n + 45) / 90 % 4];""", r"""static const char names[] = {'N', 'E', 'S', 'W'};
int i = (n + 45) / 90;
if (i == 4) i = 0;
return names[i];""")

idea("overlap_len", "int (int x, int y, int m, int k)", "overlap, overlap length, common part, shared length, intersection length", """
np: the length of the part that the ranges from $x to $y and from $m to $k [have in common|share], 0 if [there is none|they do not overlap]
v: compute by how much the intervals $x..$y and $m..$k overlap, 0 if not at all
""", r"""int lo = x > m ? x : m;
int hi = y < k ? y : k;
return hi > lo ? hi - lo : 0;""", r"""if (m > x) x = m;
if (k < y) y = k;
if (y <= x) return 0;
return y - x;""", r"""int res = (y < k ? y : k) - (x > m ? x : m);
if (res < 0) res = 0;
return res;""")

idea("in_circle", "B (int x, int y, int k)", "in circle, inside circle, within radius, in range, hit", """
p: the point ($x, $y) lies [inside or on|in] the circle of radius $k around the origin[, the edge included|, or on its edge]
p: the distance of ($x, $y) from (0, 0) is at most $k
""", r"""return x * x + y * y <= k * k;""", r"""if (k < 0) k = -k;
int d = x * x + y * y;
if (d > k * k) return false;
return true;""", r"""int res = x * x;
res += y * y;
return res <= k * k;""")

idea("tiles_needed", "int (int x, int y, int k)", "tiles needed, count tiles, num tiles, tiles for floor, pages needed", """
np: [the number of|how many] square tiles of side $k [are needed|it takes] to cover a floor of $x by $y[ (broken tiles are not used again)|]
v: count the $k by $k tiles needed to cover $x by $y, cut ones counting as whole
""", r"""return ((x + k - 1) / k) * ((y + k - 1) / k);""", r"""int m = x / k;
int n = y / k;
if (x % k != 0) m++;
if (y % k != 0) n++;
return m * n;""", r"""int cnt = 0;
for (int i = 0; i < x; i += k) {
for (int j = 0; j < y; j += k) cnt++;
}
return cnt;""")

# --- boards and games ---------------------------------------------------------------------------

idea("queen_attacks", "B (int x, int y, int m, int k)", "queen attacks, queen move, same line, can hit, queen threatens", """
p: a queen on ($x, $y) attacks the other field ($m, $k): same row, column or diagonal
p: the fields ($x, $y) and ($m, $k) lie in one row, one column or on one diagonal
""", r"""return x == m || y == k || abs(x - m) == abs(y - k);""", r"""int d = x - m;
int e = y - k;
if (d == 0 || e == 0) return true;
return d == e || d == -e;""", r"""if (x == m) return true;
if (y == k) return true;
if (x + y == m + k) return true;
return x - y == m - k;""")

idea("knight_move", "B (int x, int y, int m, int k)", "knight move, is knight move, horse jump, knight can go", """
p: a knight can go from ($x, $y) to ($m, $k) in one move
p: the step from ($x, $y) to ($m, $k) is two in one direction and one in the other[, as a knight jumps|]
""", r"""int d = abs(x - m);
int e = abs(y - k);
return (d == 1 && e == 2) || (d == 2 && e == 1);""", r"""return abs((x - m) * (y - k)) == 2;""", r"""int d = x > m ? x - m : m - x;
int e = y > k ? y - k : k - y;
if (d == 1) return e == 2;
if (d == 2) return e == 1;
return false;""", r"""return (x - m) * (x - m) + (y - k) * (y - k) == 5;""")

idea("king_steps", "int (int x, int y, int m, int k)", "king steps, king moves, chebyshev, steps, moves of king", """
np: [the number of|how many] moves a king needs from ($x, $y) to ($m, $k)
np: the larger of the two distances between ($x, $y) and ($m, $k) along the axes[, known as Chebyshev distance|]
""", r"""int d = abs(x - m);
int e = abs(y - k);
return d > e ? d : e;""", r"""int cnt = 0;
while (x != m || y != k) {
x += (m > x) - (m < x);
y += (k > y) - (k < y);
cnt++;
}
return cnt;""", r"""int max = x > m ? x - m : m - x;
int e = y > k ? y - k : k - y;
if (e > max) max = e;
return max;""")

idea("dark_square", "B (char c, int n)", "dark square, is black square, is dark, square colour, black field", """
p: the chess square in column $c and row $n is dark[ (a1 is)|, as a1 is]
p: the field $c$n of a chess board is black, the columns being lowercase letters[| and a1 being black]
""", r"""return (c - 'a' + n) % 2 == 1;""", r"""int x = c - 'a' + 1;
return (x + n) % 2 == 0;""", r"""bool ok = c == 'a' || c == 'c' || c == 'e' || c == 'g';
if (n % 2 != 0) return ok;
return !ok;""", r"""return (c & 1) == (n & 1);""")

idea("has_line", "B (A a, int x)", "has won, tic tac toe win, three in a row, wins, is winner", """
p: player $x has three in a row on the tic-tac-toe board $a, nine cells line by line
p: one of the rows, columns or diagonals of the 3 by 3 board $a (9 cells) is filled with $x
""", r"""for (int i = 0; i < 3; i++) {
if (a[3 * i] == x && a[3 * i + 1] == x && a[3 * i + 2] == x) return true;
if (a[i] == x && a[i + 3] == x && a[i + 6] == x) return true;
}
if (a[0] == x && a[4] == x && a[8] == x) return true;
return a[2] == x && a[4] == x && a[6] == x;""", r"""static const int line[8][3] = {{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {0, 3, 6}, {1, 4, 7}, {2, 5, 8}, {0, 4, 8}, {2, 4, 6}};
for (int i = 0; i < 8; i++) {
if (a[line[i][0]] == x && a[line[i][1]] == x && a[line[i][2]] == x) return true;
}
return false;""", r"""int m = 0, k = 0;
for (int i = 0; i < 3; i++) {
int d = 0, e = 0;
for (int j = 0; j < 3; j++) {
if (a[3 * i + j] == x) d++;
if (a[3 * j + i] == x) e++;
}
if (d == 3 || e == 3) return true;
if (a[4 * i] == x) m++;
if (a[2 + 2 * i] == x) k++;
}
return m == 3 || k == 3;""")

idea("sudoku_row", "B (A a)", "row ok, sudoku row, valid row, is complete row, nine different", """
p: the nine numbers in $a are 1 to 9, each once[, as a sudoku row must be|]
p: $a is a correct sudoku row: 9 cells with every digit from 1 to 9
""", r"""bool seen[10] = {false};
for (int i = 0; i < 9; i++) {
if (a[i] < 1 || a[i] > 9 || seen[a[i]]) return false;
seen[a[i]] = true;
}
return true;""", r"""for (int k = 1; k <= 9; k++) {
int cnt = 0;
for (int i = 0; i < 9; i++) {
if (a[i] == k) cnt++;
}
if (cnt != 1) return false;
}
return true;""", r"""int m = 0;
for (int i = 0; i < 9; i++) {
if (a[i] < 1 || a[i] > 9) return false;
m |= 1 << a[i];
}
return m == 0x3fe;""")

idea("rps", "int (char c, char d)", "rock paper scissors, rps, who wins, duel, round winner", """
np: the winner of rock, paper, scissors: 1 if $c beats $d, 2 if $d beats $c, 0 for a draw; the moves are 'r', 'p' and 's'
v: judge a round of rock-paper-scissors with moves $c and $d ('r', 'p', 's'): 1 or 2 for the winner, 0 if equal
""", r"""if (c == d) return 0;
if (c == 'r' && d == 's') return 1;
if (c == 'p' && d == 'r') return 1;
if (c == 's' && d == 'p') return 1;
return 2;""", r"""int x = strchr("rps", c) - "rps";
int y = strchr("rps", d) - "rps";
return (x - y + 3) % 3;""", r"""if (c == d) return 0;
bool ok = (c == 'r' && d == 's') || (c == 's' && d == 'p') || (c == 'p' && d == 'r');
return ok ? 1 : 2;""", r"""switch (c) {
case 'r': return d == 's' ? 1 : d == 'p' ? 2 : 0;
case 'p': return d == 'r' ? 1 : d == 's' ? 2 : 0;
default: return d == 'p' ? 1 : d == 'r' ? 2 : 0;
}""")

idea("two_dice", "int (int n)", "two dice, dice ways, ways to throw, dice combos, roll ways", """
np: [the number of|how many] ways to throw a sum of $n with two dice
v: count the throws of two dice that add up to $n[, out of 36|]
""", r"""int cnt = 0;
for (int i = 1; i <= 6; i++) {
for (int j = 1; j <= 6; j++) {
if (i + j == n) cnt++;
}
}
return cnt;""", r"""if (n < 2 || n > 12) return 0;
return n <= 7 ? n - 1 : 13 - n;""", r"""int cnt = 0;
for (int i = 1; i <= 6; i++) {
if (n - i >= 1 && n - i <= 6) cnt++;
}
return cnt;""", r"""int res = 6 - abs(n - 7);
return res > 0 ? res : 0;""")

idea("blackjack", "int (A a, N n)", "blackjack, hand value, card points, hand total, best hand", """
np: the blackjack value of the $n cards in $a, an ace being 1 in $a and counting 11 if the total stays at most 21
v: add up the card values in $a; if there is a 1 (an ace) and the sum is at most 11, add 10
""", r"""int sum = 0;
bool f = false;
for (int i = 0; i < n; i++) {
sum += a[i];
if (a[i] == 1) f = true;
}
if (f && sum <= 11) sum += 10;
return sum;""", r"""int sum = 0, cnt = 0;
for (int i = 0; i < n; i++) {
sum += a[i];
cnt += a[i] == 1;
}
return cnt > 0 && sum + 10 <= 21 ? sum + 10 : sum;""", r"""int res = 0;
int k = 0;
while (k < n) res += a[k++];
if (res > 11) return res;
for (int i = 0; i < n; i++) {
if (a[i] == 1) return res + 10;
}
return res;""")

idea("life_cell", "int (int x, int n)", "life cell, next state, game of life, cell lives, alive next", """
np: the next state of a cell in the Game of Life, $x being 1 if it lives and $n the number of living neighbours
v: apply the rule of the Game of Life: a living cell ($x nonzero) stays with 2 or 3 neighbours $n, a dead one is born with 3; 1 for alive, 0 for dead
""", r"""if (x) return n == 2 || n == 3;
return n == 3;""", r"""if (n == 3) return 1;
if (n == 2 && x != 0) return 1;
return 0;""", r"""return n == 3 || (x && n == 2);""", r"""if (n < 2 || n > 3) return 0;
return n == 3 ? 1 : x != 0;""")

idea("board_index", "int (char c, int n)", "board index, square index, cell index, field number, square to index", """
np: the index from 0 to 63 of the chess square with column letter $c (a to h) and row $n (1 to 8), counted row by row from a1
v: turn a chess square such as c4 (letter $c, number $n) into an index, a1 being 0, b1 being 1, a2 being 8
""", r"""return (n - 1) * 8 + (c - 'a');""", r"""int x = c - 'a';
int y = n - 1;
return 8 * y + x;""", r"""return n * 8 + c - 'a' - 8;""", r"""return ((n - 1) << 3) | (c - 'a');""")

idea("hangman", "void (T s, S t, char c)", "reveal, hangman, show letter, fill in, uncover", """
v: set $s to $c at every index at which the word $t has $c[, as in hangman|, leaving the rest of $s as it is]
v: uncover the letter $c in the hangman pattern $s for the secret word $t[ of the same length|]
""", r"""for (int i = 0; t[i] != '\0'; i++) {
if (t[i] == c) s[i] = c;
}""", r"""while (*t) {
if (*t == c) *s = c;
s++;
t++;
}""", r"""const char *p = strchr(t, c);
while (p) {
s[p - t] = c;
p = strchr(p + 1, c);
}""")

# --- bits and bytes -----------------------------------------------------------------------------

idea("swap_bytes16", "unsigned (unsigned x)", "swap bytes, bswap16, swap16, byte swap, flip bytes", """
np: the low 16 bits of $x with their two bytes exchanged
v: swap the two lowest bytes of $x[, dropping all higher bits|; higher bits become 0]
""", r"""return ((x & 0xff) << 8) | ((x >> 8) & 0xff);""", r"""unsigned lo = x & 0xff;
unsigned hi = x >> 8 & 0xff;
return lo << 8 | hi;""", r"""x &= 0xffff;
return (x % 256) * 256 + x / 256;""", r"""x = (x << 8) | (x >> 8 & 0xff);
return x & 0xffff;""")

idea("swap_bytes32", "unsigned (unsigned x)", "swap32, bswap32, reverse bytes, byte swap, change endian", """
np: the 32-bit number $x with its four bytes in reverse order
v: reverse the order of the four bytes of $x[, as for another endianness|]
""", r"""return (x >> 24) | ((x >> 8) & 0xff00) | ((x << 8) & 0xff0000) | (x << 24);""", r"""unsigned res = 0;
for (int i = 0; i < 4; i++) {
res = (res << 8) | (x & 0xff);
x >>= 8;
}
return res;""", r"""x = ((x & 0xffff0000u) >> 16) | ((x & 0xffff) << 16);
x = ((x & 0xff00ff00u) >> 8) | ((x & 0x00ff00ff) << 8);
return x;""")

idea("swap_nibbles", "unsigned (unsigned x)", "swap nibbles, nibble swap, exchange halves, swap halves", """
np: the lowest byte of $x with its two halves of four bits exchanged
v: swap the two nibbles of the low byte of $x[; the result has 8 bits|, higher bits being dropped]
""", r"""return ((x & 0x0f) << 4) | ((x >> 4) & 0x0f);""", r"""unsigned lo = x & 15;
unsigned hi = x / 16 & 15;
return lo * 16 + hi;""", r"""x &= 0xff;
return (x << 4 | x >> 4) & 0xff;""")

idea("nth_byte", "int (unsigned x, int k)", "get byte, nth byte, byte at, extract byte, byte of", """
np: byte number $k of $x, 0 being the lowest; 0 if $k is not from 0 to 3
v: extract the byte with number $k (0 is the lowest, 3 the highest) from $x, giving 0 for any other $k
""", r"""if (k < 0 || k > 3) return 0;
return (x >> (8 * k)) & 0xff;""", r"""if (k < 0 || k >= 4) return 0;
while (k > 0) {
x >>= 8;
k--;
}
return x & 255;""", r"""switch (k) {
case 0: return x & 0xff;
case 1: return x >> 8 & 0xff;
case 2: return x >> 16 & 0xff;
case 3: return x >> 24;
default: return 0;
}""")

idea("rgb_pack", "unsigned (int x, int y, int z)", "rgb, pack rgb, make colour, make color, rgb to int", """
np: the colour with red $x, green $y and blue $z (each 0 to 255) as one number 0xRRGGBB
v: pack the colour parts $x (red), $y (green) and $z (blue), each from 0 to 255, into 24 bits, red being highest
""", r"""return (x << 16) | (y << 8) | z;""", r"""unsigned res = x;
res = res << 8 | y;
res = res << 8 | z;
return res;""", r"""return x * 65536u + y * 256u + z;""", r"""unsigned res = z;
res |= y << 8;
res |= x << 16;
return res;""")

idea("gray_code", "unsigned (unsigned n)", "gray code, to gray, gray, binary to gray, encode gray", """
np: the Gray code of $n
v: convert $n to its Gray code: each bit xored with the next higher one
""", r"""return n ^ (n >> 1);""", r"""unsigned k = n / 2;
return n ^ k;""", r"""unsigned res = 0;
for (int i = 0; i < 32; i++) {
unsigned x = n >> i & 1;
unsigned y = i < 31 ? n >> (i + 1) & 1 : 0;
if (x != y) res |= 1u << i;
}
return res;""")

idea("gray_decode", "unsigned (unsigned n)", "from gray, gray decode, gray to binary, decode gray", """
np: the number whose Gray code is $n
v: decode the Gray code $n[ to an ordinary number|]
""", r"""unsigned res = 0;
while (n > 0) {
res ^= n;
n >>= 1;
}
return res;""", r"""n ^= n >> 1;
n ^= n >> 2;
n ^= n >> 4;
n ^= n >> 8;
n ^= n >> 16;
return n;""", r"""if (n == 0) return 0;
return n ^ SELF(n >> 1);""", r"""for (unsigned k = n >> 1; k != 0; k >>= 1) n ^= k;
return n;""")

idea("longest_ones", "int (unsigned n)", "longest ones, max ones run, bit run, consecutive ones, longest bit run", """
np: the length of the longest run of one bits in [the binary form of |]$n
v: find the greatest number of 1 bits in a row in $n
""", r"""int best = 0, cnt = 0;
while (n > 0) {
if (n & 1) cnt++;
else cnt = 0;
if (cnt > best) best = cnt;
n >>= 1;
}
return best;""", r"""int cnt = 0;
while (n != 0) {
n &= n << 1;
cnt++;
}
return cnt;""", r"""int max = 0, k = 0;
for (int i = 0; i < 32; i++) {
k = n >> i & 1 ? k + 1 : 0;
max = k > max ? k : max;
}
return max;""")

idea("adjacent_ones", "B (unsigned n)", "adjacent ones, has adjacent ones, two ones, neighbouring bits, double bit", """
p: [the binary form of |]$n has two [adjacent|neighbouring] one bits
p: two 1 bits stand side by side in $n
""", r"""return (n & (n >> 1)) != 0;""", r"""while (n > 0) {
if ((n & 3) == 3) return true;
n >>= 1;
}
return false;""", r"""for (int i = 0; i < 31; i++) {
if ((n >> i & 1) && (n >> (i + 1) & 1)) return true;
}
return false;""", r"""int prev = 0;
for (; n; n /= 2) {
if (n % 2 == 1 && prev == 1) return true;
prev = n % 2;
}
return false;""")

idea("alternating_bits", "B (unsigned n)", "alternating bits, bits alternate, zebra bits, is alternating", """
p: the bits of $n alternate between 1 and 0[, from the highest one down|]
p: no two neighbouring digits of $n in binary are the same[ (leading zeros not counted)|]
""", r"""while (n > 1) {
if ((n & 1) == (n >> 1 & 1)) return false;
n >>= 1;
}
return true;""", r"""unsigned k = n ^ (n >> 1);
return (k & (k + 1)) == 0;""", r"""int prev = 2;
for (; n > 0; n /= 2) {
int x = n % 2;
if (x == prev) return false;
prev = x;
}
return true;""")

idea("binary_palindrome", "B (unsigned n)", "binary palindrome, bit palindrome, bits palindrome, symmetric bits", """
p: the binary form of $n, without leading zeros, is a palindrome
p: $n reads the same in both directions when written in binary[, without leading zeros|]
""", r"""unsigned rev = 0;
for (unsigned x = n; x > 0; x >>= 1) rev = (rev << 1) | (x & 1);
return rev == n;""", r"""int l = 31, r = 0;
while (l > 0 && (n >> l & 1) == 0) l--;
while (r < l) {
if ((n >> l & 1) != (n >> r & 1)) return false;
l--;
r++;
}
return true;""", r"""unsigned rev = 0, tmp = n;
while (tmp != 0) {
rev = rev * 2 + tmp % 2;
tmp /= 2;
}
return n == rev;""")

idea("low_mask", "unsigned (int n)", "low mask, mask, make mask, ones, bit mask", """
np: a number whose lowest $n bits are 1 and all others 0 ($n from 0 to 32; 32 bits in all)
v: make a 32-bit mask of $n ones at the low end; for $n of 32 or more all bits are set
""", r"""if (n >= 32) return 0xffffffffu;
return (1u << n) - 1;""", r"""unsigned res = 0;
for (int i = 0; i < n; i++) res = (res << 1) | 1;
return res;""", r"""return n >= 32 ? ~0u : ~(~0u << n);""", r"""unsigned res = 0;
for (int i = 0; i < n && i < 32; i++) res |= 1u << i;
return res;""")

idea("extract_bits", "unsigned (unsigned x, int k, int n)", "extract bits, get bits, bit field, take bits, bits at", """
np: the $n bits of $x that begin at bit $k, moved to the low end ($n below 32)
v: extract from $x a field of $n bits whose lowest bit is bit $k[; $k and $n are below 32|]
""", r"""return (x >> k) & ((1u << n) - 1);""", r"""x >>= k;
unsigned m = (1u << n) - 1;
return x & m;""", r"""unsigned res = 0;
for (int i = 0; i < n && k + i < 32; i++) {
if (x >> (k + i) & 1) res |= 1u << i;
}
return res;""", r"""return x >> k & ~(~0u << n);""")

idea("sign_extend8", "int (int n)", "sign extend, to signed, as int8, signed byte, extend sign", """
np: the low byte of $n as a signed [8-bit |]number from -128 to 127
v: take the lowest eight bits of $n as a two's complement number
""", r"""n &= 0xff;
if (n >= 128) n -= 256;
return n;""", r"""return ((n & 0xff) ^ 0x80) - 0x80;""", r"""int res = n & 0xff;
return res > 127 ? res - 256 : res;""", r"""int res = n & 0x7f;
if (n & 0x80) res -= 128;
return res;""")

idea("drop_low_one", "unsigned (unsigned n)", "drop lowest bit, clear lowest one, clear last one, remove low bit", """
np: $n with its lowest one bit cleared[, 0 for 0|; 0 stays 0]
v: clear the lowest set bit of $n
""", r"""return n & (n - 1);""", r"""if (n == 0) return 0;
unsigned k = 1;
while ((n & k) == 0) k <<= 1;
return n ^ k;""", r"""for (int i = 0; i < 32; i++) {
if (n >> i & 1) return n & ~(1u << i);
}
return 0;""", r"""if (n == 0) return 0;
if (n % 2 == 1) return n - 1;
return SELF(n / 2) * 2;""")

idea("ip_number", "unsigned (int x, int y, int z, int k)", "ip to int, ip number, pack ip, make ip, address", """
np: the IPv4 address $x.$y.$z.$k as one 32-bit number, $x being the highest byte[| (each part is 0 to 255)]
v: pack the four parts $x, $y, $z, $k of an IP address (0 to 255 each) into one number, $x highest
""", r"""return ((unsigned)x << 24) | (y << 16) | (z << 8) | k;""", r"""unsigned res = x;
res = res * 256 + y;
res = res * 256 + z;
return res * 256 + k;""", r"""return x * 16777216u + y * 65536u + z * 256u + k;""", r"""unsigned res = x;
res = res << 8 | y;
res = res << 8 | z;
res = res << 8 | k;
return res;""")

# --- small machines -----------------------------------------------------------------------------

idea("traffic_light", "char (char c)", "next light, traffic light, light after, next signal, change light", """
np: the light that follows $c at a traffic light: after 'r' comes 'g', after 'g' 'y', after 'y' 'r'[; others stay as they are|, any other as it is]
v: switch the traffic light $c on: red 'r' to green 'g', green to yellow 'y', yellow to red; keep anything else
""", r"""if (c == 'r') return 'g';
if (c == 'g') return 'y';
if (c == 'y') return 'r';
return c;""", r"""switch (c) {
case 'r': return 'g';
case 'g': return 'y';
case 'y': return 'r';
default: return c;
}""", r"""return c == 'r' ? 'g' : c == 'g' ? 'y' : c == 'y' ? 'r' : c;""")

idea("final_floor", "int (S s)", "final floor, which floor, lift, elevator, end floor", """
np: the floor reached from floor 0 by the moves in $s, 'u' for up and 'd' for down[; others are ignored|, other characters doing nothing]
v: follow the moves in $s, starting at 0: add 1 for each 'u', subtract 1 for each 'd'
""", r"""int res = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == 'u') res++;
else if (s[i] == 'd') res--;
}
return res;""", r"""int k = 0;
while (*s) {
switch (*s) {
case 'u':
k++;
break;
case 'd':
k--;
break;
}
s++;
}
return k;""", r"""int k = 0;
for (; *s; s++) k += (*s == 'u') - (*s == 'd');
return k;""", r"""if (*s == '\0') return 0;
int k = *s == 'u' ? 1 : *s == 'd' ? -1 : 0;
return k + SELF(s + 1);""")

idea("back_home", "B (S s)", "back home, returns to start, is closed path, round trip, robot home", """
p: the moves U, D, L and R in $s lead back to the [start|starting point][, other characters doing nothing|]
p: a robot that follows $s (U up, D down, L left, R right) ends where it began
""", r"""int x = 0, y = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == 'U') y++;
else if (s[i] == 'D') y--;
else if (s[i] == 'R') x++;
else if (s[i] == 'L') x--;
}
return x == 0 && y == 0;""", r"""int x = 0, y = 0;
while (*s) {
switch (*s) {
case 'U': y++; break;
case 'D': y--; break;
case 'R': x++; break;
case 'L': x--; break;
}
s++;
}
return !x && !y;""", r"""int x = 0, y = 0;
for (; *s; s++) {
x += (*s == 'R') - (*s == 'L');
y += (*s == 'U') - (*s == 'D');
}
return x == 0 && y == 0;""")

idea("turnstile", "int (S s)", "turnstile, count passes, people through, gate passes, passed", """
np: [the number of|how many] people pass a turnstile, which is locked first: 'c' in $s (a coin) unlocks it, 'p' (a push) passes and locks it again if it was unlocked
v: count the pushes 'p' in $s that get through: one coin 'c' or more before it opens the locked turnstile for one push
""", r"""bool f = false;
int cnt = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == 'c') {
f = true;
} else if (s[i] == 'p' && f) {
cnt++;
f = false;
}
}
return cnt;""", r"""int cnt = 0;
char prev = 'p';
while (*s) {
if (*s == 'p' && prev == 'c') cnt++;
if (*s == 'p' || *s == 'c') prev = *s;
s++;
}
return cnt;""", r"""int cnt = 0, k = 0;
for (; *s; s++) {
switch (*s) {
case 'c':
k = 1;
break;
case 'p':
cnt += k;
k = 0;
break;
}
}
return cnt;""")

idea("backspace", "void (T s)", "apply backspace, backspace, typed text, undo typing, erase marks", """
v: apply the backspaces in $s: each # deletes the character left before it[, if any|], and itself
s: In $s a # means backspace. Make $s the text that is left[; a # at the start does nothing|].
""", r"""int j = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] != '#') s[j++] = s[i];
else if (j > 0) j--;
}
s[j] = '\0';""", r"""int w = 0, i = 0;
while (s[i]) {
if (s[i] == '#') {
if (w > 0) w--;
} else {
s[w] = s[i];
w++;
}
i++;
}
s[w] = '\0';""", r"""char *p = s;
char *end = s;
while (*p) {
if (*p == '#') end -= end > s;
else *end++ = *p;
p++;
}
*end = '\0';""")

idea("quoted_chars", "int (S s)", "quoted chars, count in quotes, inside quotes, quoted length", """
np: [the number of|how many] characters of $s [stand|are] inside double quotes[, the quotes not counted|], an open quote reaching to the end
v: count the characters between double quotes in $s; an unclosed quote goes on to the end
""", r"""bool f = false;
int cnt = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == '"') f = !f;
else if (f) cnt++;
}
return cnt;""", r"""int cnt = 0, k = 0;
while (*s) {
if (*s == '"') {
k = 1 - k;
} else {
cnt += k;
}
s++;
}
return cnt;""", r"""int cnt = 0;
while ((s = strchr(s, '"')) != NULL) {
s++;
while (*s && *s != '"') {
cnt++;
s++;
}
if (*s) s++;
}
return cnt;""")

idea("binary_div3", "B (S s)", "binary divisible by three, div by 3, bits mod 3, is multiple of three", """
p: the binary number $s, made of the digits 0 and 1, is divisible by 3
p: the bits in $s form a multiple of three[; an empty string counts as 0|]
""", r"""int k = 0;
for (int i = 0; s[i] != '\0'; i++) k = (2 * k + (s[i] - '0')) % 3;
return k == 0;""", r"""static const int next_state[3][2] = {{0, 1}, {2, 0}, {1, 2}};
int k = 0;
while (*s) {
k = next_state[k][*s - '0'];
s++;
}
return k == 0;""", r"""int k = 0;
for (; *s; s++) {
k *= 2;
if (*s == '1') k++;
if (k >= 3) k -= 3;
}
return k == 0;""", r"""int sum = 0;
for (int i = 0; s[i]; i++) {
if (s[i] == '1') sum += i % 2 == 0 ? 1 : -1;
}
return sum % 3 == 0;""")

idea("eval_sum", "int (S s)", "eval sum, evaluate, calc string, add and subtract, compute expression", """
np: the value of the expression $s, numbers joined by + and - without spaces
v: evaluate $s, e.g. "12+3-4" is 11; there are only digits, plus and minus in it
""", r"""int sum = 0, x = 0, k = 1;
for (int i = 0; ; i++) {
if (isdigit(s[i])) {
x = x * 10 + (s[i] - '0');
} else {
sum += k * x;
x = 0;
k = s[i] == '-' ? -1 : 1;
if (s[i] == '\0') return sum;
}
}""", r"""int sum = atoi(s);
while (*s) {
s++;
if (*s == '+') sum += atoi(s + 1);
if (*s == '-') sum -= atoi(s + 1);
}
return sum;""", r"""char *end;
int res = (int)strtol(s, &end, 10);
while (*end) {
char c = *end;
int x = (int)strtol(end + 1, &end, 10);
if (c == '+') res += x;
else res -= x;
}
return res;""")

idea("valleys", "int (S s)", "valleys, count valleys, hike valleys, below sea level, dips", """
np: [the number of|how many] valleys a hiker crosses who follows $s ('U' up, 'D' down) from sea level: stretches below it that end at sea level again
v: count how often the path $s, U for a step up and D for one down, comes up to level 0 from below
""", r"""int k = 0, cnt = 0;
for (int i = 0; s[i] != '\0'; i++) {
if (s[i] == 'U') {
k++;
if (k == 0) cnt++;
} else if (s[i] == 'D') {
k--;
}
}
return cnt;""", r"""int cnt = 0, k = 0;
while (*s) {
int prev = k;
k += (*s == 'U') - (*s == 'D');
if (prev < 0 && k == 0) cnt++;
s++;
}
return cnt;""", r"""int k = 0, res = 0;
for (; *s; s++) {
if (*s == 'D') k--;
if (*s == 'U' && ++k == 0) res++;
}
return res;""")

# Their arguments must fit each other or have a form that random words do not have.
UNSUITED = {"luhn", "to_12_hour", "parse_clock", "has_line", "rps", "eval_sum", "vigenere", "board_index", "sudoku_row", "hex_parse", "roman_value", "isbn10", "check_digit13", "version_compare", "binary_div3", "diagonals", "dark_square", "hangman"}
