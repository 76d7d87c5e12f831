"""Ideas over strings and characters."""

from ideas import idea

_S = "[the string|$s|the string $s|a string|a text|the given string|a C string|a null-terminated string]"

idea("strlen", "int (S s)", "length, string length, len, str len, strlength, count chars, my strlen", f"""
np: the length of {_S}
np: [the number of|how many] [characters|chars|letters] [in|of] {_S}[|, not counting the terminating zero|, without using strlen]
v: count the [characters|chars] [in|of] {_S}
v: measure the length of {_S}
q: how long is {_S}?
q: how many characters does $s have?
""", "int len = 0;\nwhile (s[len] != '\\0') len++;\nreturn len;", "int len = 0;\nwhile (s[len]) len++;\nreturn len;", "const char *p = s;\nwhile (*p) p++;\nreturn p - s;", "int len = 0;\nfor (; *s; s++) len++;\nreturn len;", "int i = 0;\nfor (; s[i] != '\\0'; i++) {\n}\nreturn i;", "if (*s == '\\0') return 0;\nreturn 1 + SELF(s + 1);", "return strlen(s);", "int len = 0;\nwhile (*s++) len++;\nreturn len;", "return *s ? 1 + SELF(s + 1) : 0;")

idea("count_char", "int (S s, char c)", "count char, char count, occurrences, count occurrences, count letter, times, count of", f"""
np: the number of [times $c [occurs|appears]|occurrences of $c|appearances of $c] in {_S}
np: how [many times|often] [the character $c|the letter $c|$c|a given character] [occurs|appears] in {_S}
np: [how many|the number of] characters of $s [that are equal|are equal|equal] to $c
v: count [the occurrences of|how often|how many times] the character $c in {_S}
v: count the characters [equal to|that equal] $c in {_S}
q: how [often|many times] does $c [occur|appear] in $s?
""", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] == c) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (*s) {\nif (*s == c) cnt++;\ns++;\n}\nreturn cnt;", "int cnt = 0;\nfor (; *s; s++) {\nif (*s == c) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (const char *p = s; *p; p++) cnt += *p == c;\nreturn cnt;", "if (*s == '\\0') return 0;\nreturn (*s == c) + SELF(s + 1, c);", "int cnt = 0;\nint len = strlen(s);\nfor (int i = 0; i < len; i++) {\nif (s[i] == c) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nint i = 0;\nwhile (s[i]) {\ncnt += s[i] == c ? 1 : 0;\ni++;\n}\nreturn cnt;")

_CLASSES = [
    ("vowels", "vowels", "vowel", "[vowels|vowels (a, e, i, o, u)|vowel letters]", ["strchr(\"aeiouAEIOU\", X) != NULL", "X == 'a' || X == 'e' || X == 'i' || X == 'o' || X == 'u' || X == 'A' || X == 'E' || X == 'I' || X == 'O' || X == 'U'", "strchr(\"AEIOUaeiou\", X)"]),
    ("lvowels", "lowercase vowels", "vowel", "[lowercase vowels|lower-case vowels|small vowels]", ["X == 'a' || X == 'e' || X == 'i' || X == 'o' || X == 'u'", "strchr(\"aeiou\", X) != NULL"]),
    ("consonants", "consonants", "consonant", "[consonants|letters that are not vowels]", ["isalpha(X) && !strchr(\"aeiouAEIOU\", X)", "isalpha((unsigned char)X) && strchr(\"aeiouAEIOU\", X) == NULL"]),
    ("upper", "uppercase letters", "uppercase", "[uppercase letters|upper-case letters|capital letters|capitals|uppercase characters|upper case letters]", ["X >= 'A' && X <= 'Z'", "isupper((unsigned char)X)", "isupper(X)", "'A' <= X && X <= 'Z'"]),
    ("lower", "lowercase letters", "lowercase", "[lowercase letters|lower-case letters|small letters|lowercase characters|lower case letters]", ["X >= 'a' && X <= 'z'", "islower((unsigned char)X)", "islower(X)", "'a' <= X && X <= 'z'"]),
    ("digits", "digits", "digit", "[digits|decimal digits|digit characters|numeric characters|characters that are digits]", ["X >= '0' && X <= '9'", "isdigit((unsigned char)X)", "isdigit(X)", "'0' <= X && X <= '9'"]),
    ("letters", "letters", "letter", "[letters|alphabetic characters|letters of the alphabet]", ["isalpha((unsigned char)X)", "isalpha(X)", "(X >= 'a' && X <= 'z') || (X >= 'A' && X <= 'Z')"]),
    ("spaces", "spaces", "space", "[spaces|blanks|space characters]", ["X == ' '", "X == 32", "' ' == X"]),
    ("punct", "punctuation characters", "punctuation", "[punctuation characters|punctuation marks]", ["ispunct((unsigned char)X)", "ispunct(X)"]),
    ("alnum", "letters and digits", "alnum", "[letters and digits|letters or digits|alphanumeric characters]", ["isalnum((unsigned char)X)", "isalnum(X)"]),
    ("nonspaces", "non-space characters", "nonspace", "[characters that are not spaces|non-space characters|non-blank characters]", ["X != ' '", "!(X == ' ')"]),
]



for _key, _plain, _one, _many, _tests in _CLASSES:
    _t = "«" + "¦".join(_tests) + "»"
    _i, _p = _t.replace("X", "s[i]"), _t.replace("X", "*s")
    _q = _t.replace("X", "*p")
    idea(f"count_{_key}", "int (S s)", f"count {_plain}, num {_plain}, {_plain}, number of {_plain}, count {_one}, {_one} count".replace("-", " "), f"""
np: [the number of|how many] {_many} [in|of] {_S}
v: count the {_many} [in|of] {_S}
v: count [all|all the|] {_many} in {_S}
q: how many {_many} [does $s [contain|have]|are in {_S}|are there in {_S}]?
""", f"int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {{\nif ({_i}) cnt++;\n}}\nreturn cnt;", f"int cnt = 0;\nwhile (*s) {{\nif ({_p}) cnt++;\ns++;\n}}\nreturn cnt;", f"int cnt = 0;\nfor (; *s; s++) {{\nif ({_p}) cnt++;\n}}\nreturn cnt;", f"int cnt = 0;\nfor (const char *p = s; *p != '\\0'; p++) {{\nif ({_q}) cnt++;\n}}\nreturn cnt;", f"int cnt = 0;\nint len = strlen(s);\nfor (int i = 0; i < len; i++) {{\nif ({_i}) cnt++;\n}}\nreturn cnt;", f"if (*s == '\\0') return 0;\nreturn (({_p}) ? 1 : 0) + SELF(s + 1);", f"int cnt = 0;\nint i = 0;\nwhile (s[i]) {{\nchar c = s[i];\nif ({_t.replace('X', 'c')}) cnt++;\ni++;\n}}\nreturn cnt;")
    if _key in ("vowels", "upper", "lower", "digits", "letters", "spaces"):
        idea(f"has_{_key}", "B (S s)", f"has {_one}, contains {_one}, any {_one}, has {_plain}".replace("-", " "), f"""
p: {_S} [contains|has] [any|at least one of the] {_many}
p: there are any {_many} in {_S}
p: [at least one|any] of the characters of $s is a {_one}
q: are there any {_many} in $s?
""", f"for (int i = 0; s[i] != '\\0'; i++) {{\nif ({_i}) return true;\n}}\nreturn false;", f"while (*s) {{\nif ({_p}) return true;\ns++;\n}}\nreturn false;", f"bool ok = false;\nfor (int i = 0; s[i]; i++) {{\nif ({_i}) ok = true;\n}}\nreturn ok;", f"for (; *s; s++) {{\nif ({_p}) return true;\n}}\nreturn false;", f"if (*s == '\\0') return false;\nif ({_p}) return true;\nreturn SELF(s + 1);")
    if _key in ("upper", "lower", "digits", "letters", "alnum"):
        _n = "!(" + _tests[0] + ")"
        idea(f"all_{_key}", "B (S s)", f"all {_plain}, only {_plain}, is all {_one}, all {_one}, is {_one} string".replace("-", " "), f"""
p: {_S} [consists only of|contains only|is made only of] {_many}
p: all [the |]characters [of|in] {_S} are {_many}
p: every character of $s is a {_one}
""", f"for (int i = 0; s[i] != '\\0'; i++) {{\nif ({_n.replace('X', 's[i]')}) return false;\n}}\nreturn true;", f"while (*s) {{\nif ({_n.replace('X', '*s')}) return false;\ns++;\n}}\nreturn true;", f"bool ok = true;\nfor (int i = 0; s[i]; i++) {{\nif ({_n.replace('X', 's[i]')}) ok = false;\n}}\nreturn ok;", f"for (; *s; s++) {{\nif ({_n.replace('X', '*s')}) return false;\n}}\nreturn true;")
    if _key in ("spaces", "digits", "vowels", "punct"):
        _keep = _tests[0].replace("X", "s[i]")
        idea(f"remove_{_key}", "void (T s)", f"remove {_plain}, strip {_plain}, delete {_plain}, drop {_plain}".replace("-", " "), f"""
v: remove [all|all the|the|every one of the] {_many} from {_S}[|, in place| in place]
v: delete [all|all the|the] {_many} [in|from] {_S}
v: drop [all|the] {_many} from $s
v: strip [all|the] {_many} [out of|from] {_S} in place
""", f"int w = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {{\nif (!({_keep})) s[w++] = s[i];\n}}\ns[w] = '\\0';", f"int w = 0;\nfor (int i = 0; s[i]; i++) {{\nif ({_keep}) continue;\ns[w] = s[i];\nw++;\n}}\ns[w] = '\\0';", f"char *p = s;\nfor (char *r = s; *r; r++) {{\nif (!({_tests[0].replace('X', '*r')})) *p++ = *r;\n}}\n*p = '\\0';", f"int i = 0, w = 0;\nwhile (s[i]) {{\nif (!({_keep})) {{\ns[w] = s[i];\nw++;\n}}\ni++;\n}}\ns[w] = 0;")

idea("remove_char", "void (T s, char c)", "remove char, delete char, strip char, drop char, remove all, remove letter", f"""
v: remove [all|every|all occurrences of|every occurrence of|each] [the character |]$c from {_S}[|, in place| in place]
v: delete [every|each] $c [in|from] {_S}
v: drop all characters equal to $c from $s
""", "int w = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] != c) s[w++] = s[i];\n}\ns[w] = '\\0';", "char *p = s;\nfor (char *r = s; *r; r++) {\nif (*r != c) *p++ = *r;\n}\n*p = '\\0';", "int w = 0;\nint i = 0;\nwhile (s[i]) {\nif (s[i] != c) {\ns[w] = s[i];\nw++;\n}\ni++;\n}\ns[w] = '\\0';", "int w = 0;\nfor (int i = 0; s[i]; i++) {\nif (s[i] == c) continue;\ns[w] = s[i];\nw++;\n}\ns[w] = 0;")

idea("count_words", "int (S s)", "count words, word count, num words, words, number of words", f"""
np: [the number of|how many] words [in|of] {_S}[|, words being separated by spaces|, separated by blanks|. Words are separated by spaces]
v: count the words [in|of] {_S}[|, separated by spaces|, which are separated by one or more spaces]
q: how many words [are there in $s|does $s have]?
""", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] != ' ' && (i == 0 || s[i - 1] == ' ')) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nint ok = 0;\nfor (; *s; s++) {\nif (*s == ' ') {\nok = 0;\n} else if (!ok) {\nok = 1;\ncnt++;\n}\n}\nreturn cnt;", "int cnt = 0;\nbool ok = false;\nwhile (*s) {\nif (*s == ' ') {\nok = false;\n} else {\nif (!ok) cnt++;\nok = true;\n}\ns++;\n}\nreturn cnt;", "int cnt = 0;\nint i = 0;\nwhile (s[i]) {\nwhile (s[i] == ' ') i++;\nif (s[i]) cnt++;\nwhile (s[i] && s[i] != ' ') i++;\n}\nreturn cnt;", "int cnt = 0;\nchar prev = ' ';\nfor (int i = 0; s[i]; i++) {\nif (prev == ' ' && s[i] != ' ') cnt++;\nprev = s[i];\n}\nreturn cnt;")

idea("str_reverse", "void (T s)", "reverse, reverse string, rev, str reverse, flip, reverse in place, strreverse", f"""
v: reverse {_S}[| in place|, in place|, changing it in place]
v: turn {_S} [around|backwards] in place
v: put the characters of $s in reverse order
v: flip the order of the [characters|chars|letters] of $s
""", "int i = 0;\nint j = strlen(s) - 1;\nwhile (i < j) {\nchar tmp = s[i];\ns[i] = s[j];\ns[j] = tmp;\ni++;\nj--;\n}", "int len = strlen(s);\nfor (int i = 0; i < len / 2; i++) {\nchar tmp = s[i];\ns[i] = s[len - 1 - i];\ns[len - 1 - i] = tmp;\n}", "int len = 0;\nwhile (s[len]) len++;\nfor (int i = 0, j = len - 1; i < j; i++, j--) {\nchar tmp = s[i];\ns[i] = s[j];\ns[j] = tmp;\n}", "char *p = s;\nchar *end = s + strlen(s);\nwhile (p < --end) {\nchar tmp = *p;\n*p++ = *end;\n*end = tmp;\n}", "int j = strlen(s);\nfor (int i = 0; i < --j; i++) {\nchar tmp = s[j];\ns[j] = s[i];\ns[i] = tmp;\n}")

idea("to_upper", "void (T s)", "to upper, upper, uppercase, make upper, str upper, toupper string, capitalize all, upcase", f"""
v: [convert|change|turn] {_S} to [upper case|uppercase|upper-case letters|capital letters][| in place|, in place]
v: make [all|all the|the] letters of {_S} [upper case|uppercase|capitals]
v: uppercase {_S}[| in place]
v: replace [every|each] lowercase letter of $s by the uppercase one
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] >= 'a' && s[i] <= 'z') s[i] -= 32;\n}", "for (int i = 0; s[i]; i++) {\ns[i] = toupper((unsigned char)s[i]);\n}", "while (*s) {\n*s = toupper(*s);\ns++;\n}", "for (; *s; s++) {\nif (*s >= 'a' && *s <= 'z') *s = *s - 'a' + 'A';\n}", "int i = 0;\nwhile (s[i]) {\nif (islower(s[i])) s[i] = toupper(s[i]);\ni++;\n}", "int len = strlen(s);\nfor (int i = 0; i < len; i++) {\nif (s[i] >= 'a' && s[i] <= 'z') s[i] = s[i] - 'a' + 'A';\n}")

idea("to_lower", "void (T s)", "to lower, lower, lowercase, make lower, str lower, tolower string, downcase", f"""
v: [convert|change|turn] {_S} to [lower case|lowercase|lower-case letters|small letters][| in place|, in place]
v: make [all|all the|the] letters of {_S} [lower case|lowercase|small]
v: lowercase {_S}[| in place]
v: replace [every|each] uppercase letter of $s by the lowercase one
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] >= 'A' && s[i] <= 'Z') s[i] += 32;\n}", "for (int i = 0; s[i]; i++) {\ns[i] = tolower((unsigned char)s[i]);\n}", "while (*s) {\n*s = tolower(*s);\ns++;\n}", "for (; *s; s++) {\nif (*s >= 'A' && *s <= 'Z') *s = *s - 'A' + 'a';\n}", "int i = 0;\nwhile (s[i]) {\nif (isupper(s[i])) s[i] = tolower(s[i]);\ni++;\n}", "int len = strlen(s);\nfor (int i = 0; i < len; i++) {\nif (s[i] >= 'A' && s[i] <= 'Z') s[i] = s[i] - 'A' + 'a';\n}")

idea("swap_case", "void (T s)", "swap case, toggle case, invert case, flip case", f"""
v: [swap|toggle|invert|flip] the case of [every|each] letter [of|in] {_S}
v: turn lowercase letters of $s into uppercase and the other way round
v: make lower-case letters upper-case and upper-case letters lower-case in $s
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] >= 'a' && s[i] <= 'z') s[i] -= 32;\nelse if (s[i] >= 'A' && s[i] <= 'Z') s[i] += 32;\n}", "for (; *s; s++) {\nif (islower(*s)) *s = toupper(*s);\nelse if (isupper(*s)) *s = tolower(*s);\n}", "int i = 0;\nwhile (s[i]) {\nif (isupper(s[i])) {\ns[i] = tolower(s[i]);\n} else {\ns[i] = toupper(s[i]);\n}\ni++;\n}", "for (int i = 0; s[i]; i++) {\nif (isalpha(s[i])) s[i] ^= 32;\n}")

idea("capitalize", "void (T s)", "capitalize, capitalise, upper first, ucfirst, capitalize first", """
v: [capitalize|make uppercase|convert to upper case] the first [letter|character] of $s
v: make the first letter of $s a capital
""", "if (s[0] >= 'a' && s[0] <= 'z') s[0] -= 32;", "s[0] = toupper((unsigned char)s[0]);", "if (s[0] != '\\0') s[0] = toupper(s[0]);", "if (islower(*s)) *s = toupper(*s);", "if (*s >= 'a' && *s <= 'z') *s = *s - 'a' + 'A';")

idea("capitalize_words", "void (T s)", "capitalize words, title case, to title, capitalise words", """
v: [capitalize|make uppercase] the first letter of [every|each] word [of|in] $s
v: turn $s into title case
""", "for (int i = 0; s[i]; i++) {\nif (i == 0 || s[i - 1] == ' ') s[i] = toupper(s[i]);\n}", "char prev = ' ';\nwhile (*s) {\nif (prev == ' ') *s = toupper(*s);\nprev = *s;\ns++;\n}", "for (int i = 0; s[i] != '\\0'; i++) {\nif ((i == 0 || s[i - 1] == ' ') && s[i] >= 'a' && s[i] <= 'z') s[i] -= 32;\n}")

idea("str_palindrome", "B (S s)", "is palindrome, palindrome, ispalindrome, check palindrome, is pal", f"""
p: {_S} is a palindrome
p: {_S} reads the same [forwards and backwards|backwards|in both directions|from both ends|from left to right and from right to left]
p: {_S} equals its [reverse|mirror image]
p: reversing $s gives $s again
q: is $s a palindrome?
""", "int l = 0;\nint r = strlen(s) - 1;\nwhile (l < r) {\nif (s[l] != s[r]) return false;\nl++;\nr--;\n}\nreturn true;", "int len = strlen(s);\nfor (int i = 0; i < len / 2; i++) {\nif (s[i] != s[len - 1 - i]) return false;\n}\nreturn true;", "int len = 0;\nwhile (s[len]) len++;\nfor (int i = 0, j = len - 1; i < j; i++, j--) {\nif (s[i] != s[j]) return false;\n}\nreturn true;", "int len = strlen(s);\nbool ok = true;\nfor (int i = 0; i < len / 2; i++) {\nif (s[i] != s[len - i - 1]) ok = false;\n}\nreturn ok;", "const char *end = s + strlen(s);\nwhile (s < end) {\nend--;\nif (*s != *end) return false;\ns++;\n}\nreturn true;", "int j = strlen(s) - 1;\nfor (int i = 0; i < j; i++, j--) {\nif (s[i] != s[j]) {\nreturn false;\n}\n}\nreturn true;")

idea("first_index", "int (S s, char c)", "index of, find char, first index, position, find, index of char, first occurrence, char index", f"""
np: the [index|position] of the first [$c|occurrence of $c|character equal to $c] in {_S}[, or -1 [if there is none|if it does not occur|if it is not there|if not found]|; -1 if not found]
v: find [$c|the character $c|the first $c] in {_S} and return its index, or -1[| if it is not there]
np: the first index at which [$c|the character $c] [occurs|appears] in {_S}, or -1
q: at which index does $c [first occur|occur first] in $s? -1 if [nowhere|it does not]
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] == c) return i;\n}\nreturn -1;", "int i = 0;\nwhile (s[i]) {\nif (s[i] == c) return i;\ni++;\n}\nreturn -1;", "int i = 0;\nwhile (s[i] && s[i] != c) i++;\nreturn s[i] ? i : -1;", "const char *p = strchr(s, c);\nreturn p ? p - s : -1;", "for (const char *p = s; *p; p++) {\nif (*p == c) return p - s;\n}\nreturn -1;", "int len = strlen(s);\nfor (int i = 0; i < len; i++) {\nif (s[i] == c) return i;\n}\nreturn -1;", "const char *p = strchr(s, c);\nif (p == NULL) return -1;\nreturn (int)(p - s);")

idea("last_index", "int (S s, char c)", "last index, last index of, rfind, last occurrence, last position, find last", f"""
np: the [index|position] of the last [$c|occurrence of $c|character equal to $c] in {_S}[, or -1 [if there is none|if it does not occur|if it is not there|if not found]|; -1 if not found]
v: find the last $c in {_S} and return its index, or -1[| if it is not there]
np: the last index at which [$c|the character $c] [occurs|appears] in {_S}, or -1
""", "int res = -1;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] == c) res = i;\n}\nreturn res;", "for (int i = strlen(s) - 1; i >= 0; i--) {\nif (s[i] == c) return i;\n}\nreturn -1;", "int i = strlen(s) - 1;\nwhile (i >= 0 && s[i] != c) i--;\nreturn i;", "const char *p = strrchr(s, c);\nreturn p ? p - s : -1;", "int res = -1;\nint i = 0;\nwhile (s[i]) {\nif (s[i] == c) res = i;\ni++;\n}\nreturn res;")

idea("contains_char", "B (S s, char c)", "contains, has char, contains char, includes, has, is in", f"""
p: [the character |]$c [occurs|appears|is] in {_S}
p: {_S} contains [the character |]$c
p: $s has at least one $c
q: does $s contain $c?
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] == c) return true;\n}\nreturn false;", "while (*s) {\nif (*s == c) return true;\ns++;\n}\nreturn false;", "return strchr(s, c) != NULL;", "while (*s && *s != c) s++;\nreturn *s == c;", "bool ok = false;\nfor (int i = 0; s[i]; i++) {\nif (s[i] == c) ok = true;\n}\nreturn ok;", "for (; *s; s++) {\nif (*s == c) return true;\n}\nreturn false;")

idea("replace_char", "void (T s, char c, char d)", "replace, replace char, substitute, replace all, change char, swap char", f"""
v: replace [every|each|all occurrences of|every occurrence of] [the character |]$c [in $s |]by $d
v: replace [every|each] $c in {_S} [by|with] $d[| in place]
v: change [every|each] $c of {_S} to $d
v: put $d in the place of every $c in $s
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] == c) s[i] = d;\n}", "while (*s) {\nif (*s == c) *s = d;\ns++;\n}", "for (; *s; s++) {\nif (*s == c) *s = d;\n}", "int len = strlen(s);\nfor (int i = 0; i < len; i++) {\nif (s[i] == c) s[i] = d;\n}", "for (char *p = s; *p; p++) {\n*p = *p == c ? d : *p;\n}", "char *p = strchr(s, c);\nwhile (p) {\n*p = d;\np = strchr(p + 1, c);\n}" )

idea("replace_spaces", "void (T s)", "replace spaces, spaces to underscores, underscore, fill spaces", """
v: replace [every|each] [space|blank] in $s [by|with] an underscore
v: [turn|change] [all|the] spaces of $s into underscores
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] == ' ') s[i] = '_';\n}", "while (*s) {\nif (*s == ' ') *s = '_';\ns++;\n}", "for (; *s; s++) {\nif (*s == ' ') *s = '_';\n}", "int i = 0;\nwhile (s[i]) {\ns[i] = s[i] == ' ' ? '_' : s[i];\ni++;\n}")

idea("starts_with", "B (S s, S t)", "starts with, has prefix, startswith, begins with, is prefix, prefix", """
p: [the string |]$s [starts|begins] with [the string |]$t
p: $t is a prefix of $s
p: $s has the prefix $t
q: does $s [start|begin] with $t?
""", "int i = 0;\nwhile (t[i]) {\nif (s[i] != t[i]) return false;\ni++;\n}\nreturn true;", "while (*t) {\nif (*s++ != *t++) return false;\n}\nreturn true;", "return strncmp(s, t, strlen(t)) == 0;", "for (int i = 0; t[i] != '\\0'; i++) {\nif (s[i] != t[i]) return false;\n}\nreturn true;", "int len = strlen(t);\nfor (int i = 0; i < len; i++) {\nif (s[i] != t[i]) return false;\n}\nreturn true;", "while (*t && *s == *t) {\ns++;\nt++;\n}\nreturn *t == '\\0';")

idea("ends_with", "B (S s, S t)", "ends with, has suffix, endswith, is suffix, suffix", """
p: [the string |]$s ends with [the string |]$t
p: $t is a suffix of $s
p: $s has the suffix $t
q: does $s end with $t?
""", "int i = strlen(s);\nint j = strlen(t);\nif (j > i) return false;\nreturn strcmp(s + i - j, t) == 0;", "int i = strlen(s) - 1;\nint j = strlen(t) - 1;\nwhile (j >= 0) {\nif (i < 0 || s[i] != t[j]) return false;\ni--;\nj--;\n}\nreturn true;", "size_t i = strlen(s), j = strlen(t);\nif (i < j) return false;\nfor (size_t k = 0; k < j; k++) {\nif (s[i - j + k] != t[k]) return false;\n}\nreturn true;")

idea("str_equal", "B (S s, S t)", "equal, str equal, same, strings equal, streq, is equal", """
p: [the strings |][$s and $t|the two strings|two strings] are [equal|the same|identical]
p: $s equals $t
p: $s and $t have the same [characters|contents]
q: are $s and $t equal?
""", "int i = 0;\nwhile (s[i] && s[i] == t[i]) i++;\nreturn s[i] == t[i];", "return strcmp(s, t) == 0;", "while (*s && *t) {\nif (*s != *t) return false;\ns++;\nt++;\n}\nreturn *s == *t;", "for (int i = 0; ; i++) {\nif (s[i] != t[i]) return false;\nif (s[i] == '\\0') return true;\n}", "return !strcmp(s, t);", "if (*s != *t) return false;\nif (*s == '\\0') return true;\nreturn SELF(s + 1, t + 1);")

idea("caesar", "void (T s, int k)", "caesar, shift, caesar cipher, rotate letters, encrypt", """
v: shift [every|each] [lowercase |]letter of $s by $k [places|positions] in the alphabet, wrapping around after z
v: apply a Caesar cipher with shift $k to the lowercase letters of $s
v: encrypt the lowercase letters of $s by a Caesar shift of $k
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] >= 'a' && s[i] <= 'z') s[i] = 'a' + (s[i] - 'a' + k) % 26;\n}", "while (*s) {\nif (islower(*s)) *s = (*s - 'a' + k) % 26 + 'a';\ns++;\n}", "for (; *s; s++) {\nif (*s >= 'a' && *s <= 'z') {\nint x = *s - 'a' + k;\n*s = 'a' + x % 26;\n}\n}")

idea("rot13", "void (T s)", "rot13, rotate13, rot 13", """
v: apply ROT13 to the lowercase letters of $s
v: replace each lowercase letter of $s by the one 13 places later, wrapping around
""", "for (int i = 0; s[i]; i++) {\nif (s[i] >= 'a' && s[i] <= 'z') s[i] = 'a' + (s[i] - 'a' + 13) % 26;\n}", "for (; *s; s++) {\nif (*s >= 'a' && *s <= 'm') *s += 13;\nelse if (*s >= 'n' && *s <= 'z') *s -= 13;\n}")

idea("str_to_int", "int (S s)", "to int, parse int, str to int, atoi, string to number, parse number, my atoi", """
np: the [number|integer|value] written in decimal [digits |]in $s
v: convert [a string of digits|the digits in $s|the digit string $s] to an int
v: parse $s as a [non-negative |]decimal [number|integer]
np: the value of the decimal [number|digits] in $s
""", "int res = 0;\nfor (int i = 0; s[i] != '\\0'; i++) res = res * 10 + (s[i] - '0');\nreturn res;", "int res = 0;\nwhile (*s) {\nres = res * 10 + *s - '0';\ns++;\n}\nreturn res;", "int res = 0;\nwhile (*s >= '0' && *s <= '9') {\nres = 10 * res + (*s - '0');\ns++;\n}\nreturn res;", "int res = 0;\nfor (; *s; s++) {\nres *= 10;\nres += *s - '0';\n}\nreturn res;", "return atoi(s);")

idea("sum_digits_str", "int (S s)", "sum digits, digit sum, sum of digits, add digits in string", f"""
np: the [sum|total] of [the|all|all the] digits [in|that occur in] {_S}
v: add up [the|all] digits in {_S}
v: add up the values of the digit characters of $s
""", "int sum = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] >= '0' && s[i] <= '9') sum += s[i] - '0';\n}\nreturn sum;", "int sum = 0;\nwhile (*s) {\nif (isdigit(*s)) sum += *s - '0';\ns++;\n}\nreturn sum;", "int sum = 0;\nfor (; *s; s++) {\nif (*s >= '0' && *s <= '9') {\nsum += *s - '0';\n}\n}\nreturn sum;", "int sum = 0;\nint i = 0;\nwhile (s[i]) {\nif (isdigit((unsigned char)s[i])) sum += s[i] - '0';\ni++;\n}\nreturn sum;")

idea("binary_value", "int (S s)", "binary to int, from binary, parse binary, bin to int, binary value", """
np: the value of the binary number [written |]in $s
v: convert [a string of 0 and 1|the binary digits in $s|a binary string] to an int
v: parse $s as a binary number
""", "int res = 0;\nfor (int i = 0; s[i] != '\\0'; i++) res = res * 2 + (s[i] - '0');\nreturn res;", "int res = 0;\nwhile (*s) {\nres = res * 2 + *s - '0';\ns++;\n}\nreturn res;", "int res = 0;\nfor (; *s; s++) {\nres <<= 1;\nif (*s == '1') res |= 1;\n}\nreturn res;", "int res = 0;\nfor (; *s; s++) {\nres *= 2;\nif (*s == '1') res++;\n}\nreturn res;")

idea("longest_run", "int (S s)", "longest run, max run, longest streak, max repeat", """
np: the length of the longest run of equal characters in $s
np: the length of the longest [stretch|run] of the same character in $s
np: how often the same character is repeated in a row at most in $s
""", "int best = 0;\nint cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (i > 0 && s[i] == s[i - 1]) cnt++;\nelse cnt = 1;\nif (cnt > best) best = cnt;\n}\nreturn best;", "int best = 0;\nfor (int i = 0; s[i]; ) {\nint j = i;\nwhile (s[j] == s[i]) j++;\nif (j - i > best) best = j - i;\ni = j;\n}\nreturn best;", "int best = 0, cnt = 0;\nchar prev = '\\0';\nwhile (*s) {\ncnt = *s == prev ? cnt + 1 : 1;\nif (cnt > best) best = cnt;\nprev = *s;\ns++;\n}\nreturn best;")

idea("longest_word", "int (S s)", "longest word, max word length, longest word length", f"""
np: the length of the longest word [in|of] {_S}[|, words being separated by spaces]
v: find the length of the longest word in {_S}
q: how long is the longest word of $s?
""", "int best = 0;\nint cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] == ' ') cnt = 0;\nelse cnt++;\nif (cnt > best) best = cnt;\n}\nreturn best;", "int best = 0, len = 0;\nwhile (*s) {\nif (*s == ' ') {\nlen = 0;\n} else {\nlen++;\nif (len > best) best = len;\n}\ns++;\n}\nreturn best;", "int best = 0, cnt = 0;\nfor (; *s; s++) {\ncnt = *s == ' ' ? 0 : cnt + 1;\nif (cnt > best) best = cnt;\n}\nreturn best;")

idea("has_repeat", "B (S s)", "has repeat, has duplicates, repeated char, duplicate letter", """
p: some character [occurs|appears] [more than once|at least twice|twice] in $s
p: $s [contains a repeated character|has duplicate characters|has a character that occurs twice]
""", "for (int i = 0; s[i] != '\\0'; i++) {\nfor (int j = i + 1; s[j] != '\\0'; j++) {\nif (s[i] == s[j]) return true;\n}\n}\nreturn false;", "bool f[256] = {false};\nfor (int i = 0; s[i]; i++) {\nif (f[(unsigned char)s[i]]) return true;\nf[(unsigned char)s[i]] = true;\n}\nreturn false;", "while (*s) {\nif (strchr(s + 1, *s)) return true;\ns++;\n}\nreturn false;", "int cnt[256] = {0};\nfor (; *s; s++) {\nif (cnt[(unsigned char)*s]++) return true;\n}\nreturn false;")

idea("all_unique", "B (S s)", "all unique, is unique, unique chars, all different, no repeats", """
p: all characters of $s are [different|distinct|unique]
p: no character [occurs|appears] [twice|more than once] in $s
p: $s has no repeated characters
""", "for (int i = 0; s[i] != '\\0'; i++) {\nfor (int j = i + 1; s[j] != '\\0'; j++) {\nif (s[i] == s[j]) return false;\n}\n}\nreturn true;", "bool f[256] = {false};\nfor (int i = 0; s[i]; i++) {\nif (f[(unsigned char)s[i]]) return false;\nf[(unsigned char)s[i]] = true;\n}\nreturn true;", "while (*s) {\nif (strchr(s + 1, *s)) return false;\ns++;\n}\nreturn true;")

idea("count_distinct", "int (S s)", "count distinct, distinct chars, unique chars, num distinct", """
np: [the number of|how many] [different|distinct] characters [in|of] $s
v: count the [different|distinct] characters of $s
q: how many different characters does $s have?
""", "int cnt = 0;\nbool f[256] = {false};\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (!f[(unsigned char)s[i]]) {\nf[(unsigned char)s[i]] = true;\ncnt++;\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; s[i]; i++) {\nint j = 0;\nwhile (s[j] != s[i]) j++;\nif (j == i) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (; *s; s++) {\nif (!strchr(s + 1, *s)) cnt++;\n}\nreturn cnt;")

idea("anagram", "B (S s, S t)", "is anagram, anagram, are anagrams, same letters", """
p: $s and $t are anagrams [of each other|]
p: $s and $t [consist of|contain] the same characters in [some|any|another] order
p: $t can be made by reordering the characters of $s
""", "int cnt[256] = {0};\nwhile (*s) cnt[(unsigned char)*s++]++;\nwhile (*t) cnt[(unsigned char)*t++]--;\nfor (int i = 0; i < 256; i++) {\nif (cnt[i] != 0) return false;\n}\nreturn true;", "int cnt[256] = {0};\nfor (int i = 0; s[i]; i++) cnt[(unsigned char)s[i]]++;\nfor (int i = 0; t[i]; i++) cnt[(unsigned char)t[i]]--;\nfor (int i = 0; i < 256; i++) {\nif (cnt[i]) return false;\n}\nreturn true;")

idea("str_copy", "void (T out, S s)", "copy, str copy, copy string, my strcpy, string copy", """
v: copy [the string |]$s [to|into] $out
v: copy $s, with its terminating zero, to $out
""", "int i = 0;\nwhile (s[i]) {\nout[i] = s[i];\ni++;\n}\nout[i] = '\\0';", "while ((*out++ = *s++)) {\n}", "int i;\nfor (i = 0; s[i] != '\\0'; i++) out[i] = s[i];\nout[i] = '\\0';", "strcpy(out, s);", "do {\n*out++ = *s;\n} while (*s++);")

idea("str_append", "void (T s, S t)", "append, concat, str append, concatenate, my strcat", """
v: append [the string |]$t to [the end of |]$s
v: add $t at the end of $s
v: concatenate $t onto $s
""", "while (*s) s++;\nwhile ((*s++ = *t++)) {\n}", "int i = strlen(s);\nint j = 0;\nwhile (t[j]) {\ns[i] = t[j];\ni++;\nj++;\n}\ns[i] = '\\0';", "strcat(s, t);", "int len = strlen(s);\nint i;\nfor (i = 0; t[i] != '\\0'; i++) s[len + i] = t[i];\ns[len + i] = '\\0';")

idea("first_upper", "char (S s)", "first upper, first capital, first uppercase", """
np: the first uppercase letter of $s, or '\\\\0' if there is none
np: the first capital letter in $s[, or 0|; 0] if there is none
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] >= 'A' && s[i] <= 'Z') return s[i];\n}\nreturn '\\0';", "while (*s) {\nif (isupper(*s)) return *s;\ns++;\n}\nreturn 0;")

idea("most_frequent_char", "char (S s)", "most frequent, most common, most frequent char, mode char", """
np: the [most frequent|most common] character [of|in] $s
np: the character that [occurs|appears] most often in $s
v: find the [most frequent|most common] character of $s
""", "int cnt[256] = {0};\nchar res = s[0];\nfor (int i = 0; s[i] != '\\0'; i++) {\ncnt[(unsigned char)s[i]]++;\n}\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (cnt[(unsigned char)s[i]] > cnt[(unsigned char)res]) res = s[i];\n}\nreturn res;", "int best = 0;\nchar res = '\\0';\nfor (int i = 0; s[i]; i++) {\nint cnt = 0;\nfor (int j = 0; s[j]; j++) {\nif (s[j] == s[i]) cnt++;\n}\nif (cnt > best) {\nbest = cnt;\nres = s[i];\n}\n}\nreturn res;")

idea("count_sub", "int (S s, S t)", "count substring, count sub, substring count, occurrences of substring", """
np: [the number of times|how many times|how often] the string $t [occurs|appears] in $s
v: count the [positions|places] at which $t [occurs|appears] in $s
""", "int cnt = 0;\nint len = strlen(t);\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (strncmp(s + i, t, len) == 0) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nconst char *p = strstr(s, t);\nwhile (p) {\ncnt++;\np = strstr(p + 1, t);\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; s[i]; i++) {\nint j = 0;\nwhile (t[j] && s[i + j] == t[j]) j++;\nif (t[j] == '\\0') cnt++;\n}\nreturn cnt;")

idea("contains_sub", "B (S s, S t)", "contains, contains string, has substring, is substring, includes", """
p: [the string |]$t [occurs|appears] in $s
p: $s contains [the string|the substring] $t
p: $t is a substring of $s
""", "return strstr(s, t) != NULL;", "int len = strlen(t);\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (strncmp(s + i, t, len) == 0) return true;\n}\nreturn len == 0;", "for (int i = 0; ; i++) {\nint j = 0;\nwhile (t[j] && s[i + j] == t[j]) j++;\nif (t[j] == '\\0') return true;\nif (s[i] == '\\0') return false;\n}")

idea("common_prefix", "int (S s, S t)", "common prefix, common prefix length, shared prefix, prefix length", """
np: the length of the [longest common prefix|common beginning] of $s and $t
np: [the number of|how many] characters $s and $t have in common at the beginning
np: how many leading characters of $s and $t are the same
""", "int i = 0;\nwhile (s[i] && s[i] == t[i]) i++;\nreturn i;", "int cnt = 0;\nwhile (*s && *s == *t) {\ns++;\nt++;\ncnt++;\n}\nreturn cnt;", "int i;\nfor (i = 0; s[i] != '\\0' && t[i] != '\\0'; i++) {\nif (s[i] != t[i]) break;\n}\nreturn i;")

idea("count_diff", "int (S s, S t)", "count differences, hamming, differences, diff count, mismatches", """
np: [the number of|how many] positions at which $s and $t[, two strings of the same length,|] differ
np: the Hamming distance of [two strings of equal length|$s and $t]
v: count the positions where $s and $t have different characters
""", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] != t[i]) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (*s && *t) {\nif (*s != *t) cnt++;\ns++;\nt++;\n}\nreturn cnt;", "int cnt = 0;\nint len = strlen(s);\nfor (int i = 0; i < len; i++) cnt += s[i] != t[i];\nreturn cnt;")

idea("balanced", "B (S s)", "balanced, is balanced, parens balanced, check parens, matched", """
p: the [parentheses|round brackets] in $s are balanced
p: every ( in $s is closed by a matching )
""", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] == '(') cnt++;\nif (s[i] == ')') cnt--;\nif (cnt < 0) return false;\n}\nreturn cnt == 0;", "int cnt = 0;\nwhile (*s) {\nif (*s == '(') {\ncnt++;\n} else if (*s == ')') {\nif (cnt == 0) return false;\ncnt--;\n}\ns++;\n}\nreturn cnt == 0;")

idea("is_sorted_str", "B (S s)", "is sorted, letters sorted, in order, is alphabetical", """
p: the characters of $s are in [ascending|alphabetical|non-decreasing] order
p: $s is sorted
""", "for (int i = 0; s[i] && s[i + 1]; i++) {\nif (s[i] > s[i + 1]) return false;\n}\nreturn true;", "int len = strlen(s);\nfor (int i = 1; i < len; i++) {\nif (s[i - 1] > s[i]) return false;\n}\nreturn true;")

# --- single characters -------------------------------------------------------------------------

_C = "[the character |a character |the char |]$c"
for _key, _one, _tests in [
    ("upper", "an [uppercase|upper-case|capital] letter", ["c >= 'A' && c <= 'Z'", "isupper(c) != 0"]),
    ("lower", "a [lowercase|lower-case|small] letter", ["c >= 'a' && c <= 'z'", "islower(c) != 0"]),
    ("digit", "a [digit|decimal digit]", ["c >= '0' && c <= '9'", "isdigit(c) != 0"]),
    ("letter", "a letter[| of the alphabet]", ["(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')", "isalpha(c) != 0"]),
    ("vowel", "a vowel[|, upper or lower case]", ["strchr(\"aeiouAEIOU\", c) != NULL", "tolower(c) == 'a' || tolower(c) == 'e' || tolower(c) == 'i' || tolower(c) == 'o' || tolower(c) == 'u'", "c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'A' || c == 'E' || c == 'I' || c == 'O' || c == 'U'"]),
    ("white", "[white space|a space, a tab or a newline]", ["c == ' ' || c == '\\t' || c == '\\n'", "isspace(c) != 0"]),
]:
    idea(f"is_{_key}", "B (char c)", f"is {_key}, {_key}, check {_key}, char is {_key}", f"""
p: {_C} is {_one}
q: is $c {_one}?
""", *[f"return {t};" for t in _tests], *[f"if ({t}) return true;\nreturn false;" for t in _tests])

idea("char_upper", "char (char c)", "upper, to upper, uppercase, upper char", """
np: the [uppercase|upper-case|capital] form of [the letter |]$c[, other characters unchanged|; other characters stay as they are]
v: convert $c to upper case if it is a lowercase letter
""", "if (c >= 'a' && c <= 'z') return c - 32;\nreturn c;", "return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;", "return toupper(c);", "if (islower(c)) c = toupper(c);\nreturn c;")

idea("char_lower", "char (char c)", "lower, to lower, lowercase, lower char", """
np: the [lowercase|lower-case|small] form of [the letter |]$c[, other characters unchanged|; other characters stay as they are]
v: convert $c to lower case if it is an uppercase letter
""", "if (c >= 'A' && c <= 'Z') return c + 32;\nreturn c;", "return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;", "return tolower(c);", "if (isupper(c)) c = tolower(c);\nreturn c;")

idea("digit_value", "int (char c)", "digit value, to digit, char to digit, char value", """
np: the value of the digit [character |]$c, or -1 if it is not a digit
s: Convert a digit character to its value; return -1 for anything else.
""", "if (c >= '0' && c <= '9') return c - '0';\nreturn -1;", "return c >= '0' && c <= '9' ? c - '0' : -1;", "if (c < '0' || c > '9') return -1;\nreturn c - '0';", "return isdigit(c) ? c - '0' : -1;")

idea("hex_value", "int (char c)", "hex value, hex digit, from hex, hex digit value", """
np: the value of the hexadecimal digit $c, or -1 if it is not one
s: Convert a hex digit (0-9, a-f, A-F) to its value, -1 for anything else.
""", "if (c >= '0' && c <= '9') return c - '0';\nif (c >= 'a' && c <= 'f') return c - 'a' + 10;\nif (c >= 'A' && c <= 'F') return c - 'A' + 10;\nreturn -1;", "if (isdigit(c)) return c - '0';\nc = tolower(c);\nif (c >= 'a' && c <= 'f') return 10 + c - 'a';\nreturn -1;")

idea("letter_index", "int (char c)", "letter index, alphabet position, letter position, index of letter", """
np: the position of the lowercase letter $c in the alphabet, 'a' being 0
np: the index of the lowercase letter $c, counting from 0 for 'a'
""", "return c - 'a';", "int res = c - 'a';\nreturn res;")

idea("next_letter", "char (char c)", "next letter, following letter, letter after", """
np: the lowercase letter after $c, 'a' following 'z'
s: Return the next lowercase letter of the alphabet; after 'z' comes 'a'.
""", "if (c == 'z') return 'a';\nreturn c + 1;", "return c == 'z' ? 'a' : c + 1;", "return (c - 'a' + 1) % 26 + 'a';")
