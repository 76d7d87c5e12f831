"""Ideas over arrays beyond the plain reductions: changes in place, order, neighbours, two arrays."""

from ideas import idea

_A = "[the array|$a|the array $a|an array|an int array|the list|the given array|the array $a of length $n|an array of $n ints|the first $n elements of $a]"
_E = "[element|element|value|number|entry|item|integer]"
_ES = "[elements|elements|values|numbers|entries|items|integers]"

idea("reverse", "void (M a, N n)", "reverse, reverse array, flip, reverse in place, rev, array reverse, mirror", f"""
v: reverse {_A}[| in place|, in place]
v: reverse the order of the {_ES} of {_A}
v: flip {_A} so that the last {_E} comes first
v: turn {_A} around in place
v: put the {_ES} of {_A} in reverse order
""", "for (int i = 0; i < n / 2; i++) {\nint tmp = a[i];\na[i] = a[n - 1 - i];\na[n - 1 - i] = tmp;\n}", "int l = 0, r = n - 1;\nwhile (l < r) {\nint tmp = a[l];\na[l] = a[r];\na[r] = tmp;\nl++;\nr--;\n}", "for (int i = 0, j = n - 1; i < j; i++, j--) {\nint tmp = a[i];\na[i] = a[j];\na[j] = tmp;\n}", "if (n < 2) return;\nint tmp = a[0];\na[0] = a[n - 1];\na[n - 1] = tmp;\nSELF(a + 1, n - 2);", "int *p = a;\nint *end = a + n - 1;\nwhile (p < end) {\nint tmp = *p;\n*p++ = *end;\n*end-- = tmp;\n}", "int l = 0;\nint r = n - 1;\nwhile (l < r) {\nint tmp = a[r];\na[r--] = a[l];\na[l++] = tmp;\n}")

for _key, _v, _expr, _names in [
    ("double", ["double [every|each] E [of|in] A", "multiply [every|each] E [of|in] A by [2|two]", "replace [every|each] E of A by twice its value", "make every E of A twice as large"], ["X *= 2;", "X = 2 * X;", "X += X;", "X = X * 2;"], "double all, double each, double elements, double array"),
    ("square", ["square [every|each] E [of|in] A", "replace [every|each] E of A by its square", "multiply [every|each] E of A by itself"], ["X *= X;", "X = X * X;"], "square all, square each, square elements, square array"),
    ("negate", ["negate [every|each] E [of|in] A", "[flip|change|invert] the sign of [every|each] E of A", "replace [every|each] E of A by its negative", "multiply [every|each] E of A by -1"], ["X = -X;", "X *= -1;", "X = 0 - X;"], "negate all, negate, negate each, flip signs"),
    ("inc", ["[increment|increase] [every|each] E [of|in] A by [one|1]", "add [one|1] to [every|each] E of A"], ["X++;", "X += 1;", "X = X + 1;"], "increment all, increment, add one, inc all"),
    ("dec", ["[decrement|decrease|reduce] [every|each] E [of|in] A by [one|1]", "subtract [one|1] from [every|each] E of A"], ["X--;", "X -= 1;", "X = X - 1;"], "decrement all, decrement, subtract one, dec all"),
    ("absall", ["replace [every|each] E of A by its absolute value", "make [every|each|all] negative E of A positive".replace("all] negative E", "each] negative E"), "remove the sign of [every|each] E in A"], ["X = abs(X);", "if (X < 0) X = -X;", "X = X < 0 ? -X : X;"], "abs all, make positive, absolute values, abs array"),
    ("zero", ["set [every|each] E [of|in] A to [zero|0]", "fill A with zeros", "clear A", "overwrite [every|each] E of A with 0", "make all of A zero"], ["X = 0;", "X *= 0;"], "clear, zero, zero out, set zero, fill zero, reset"),
    ("zeroneg", ["replace [every|each] negative E of A [by|with] [0|zero]", "set [every|each|all] negative Es of A to [zero|0]".replace("every|each|all", "the|all|all the"), "turn negative Es of A into zeros"], ["if (X < 0) X = 0;", "X = X < 0 ? 0 : X;", "if (0 > X) X = 0;"], "zero negatives, clear negatives, remove negatives, clip at zero"),
    ("halve", ["halve [every|each] E [of|in] A", "divide [every|each] E of A by [2|two]"], ["X /= 2;", "X = X / 2;"], "halve all, halve, halve each"),
]:
    def _put(t):
        return t.replace("Es", _ES).replace("E", _E).replace(" A", " " + _A) if not t.endswith("A") else t[:-1].replace("Es", _ES).replace("E", _E).replace(" A", " " + _A) + _A
    _texts = "\n".join("v: " + _put(t) + "[| in place|, in place]" for t in _v)
    _c = "«" + "¦".join(_expr) + "»"
    idea(f"map_{_key}", "void (M a, N n)", _names, _texts,
         f"for (int i = 0; i < n; i++) {{\n{_c.replace('X', 'a[i]')}\n}}", f"for (int i = n - 1; i >= 0; i--) {{\n{_c.replace('X', 'a[i]')}\n}}", f"int i = 0;\nwhile (i < n) {{\n{_c.replace('X', 'a[i]')}\ni++;\n}}",
         f"for (int *p = a; p < a + n; p++) {{\n{_c.replace('X', '*p').replace('*p++', '(*p)++').replace('*p--', '(*p)--')}\n}}", f"while (n > 0) {{\nn--;\n{_c.replace('X', 'a[n]')}\n}}", f"int *p = a;\nint *end = a + n;\nwhile (p != end) {{\n{_c.replace('X', '*p').replace('*p++', '(*p)++').replace('*p--', '(*p)--')}\np++;\n}}")

for _key, _v, _expr, _names in [
    ("addk", ["add $k to [every|each] E [of|in] A", "increase [every|each] E of A by $k", "raise [every|each] E of A by $k"], ["X += k;", "X = X + k;"], "add to all, add k, add to each, increase all, shift values"),
    ("mulk", ["multiply [every|each] E [of|in] A by $k", "scale A by $k", "scale [every|each] E of A by the factor $k"], ["X *= k;", "X = X * k;", "X = k * X;"], "scale, multiply all, multiply by, scale array"),
    ("subk", ["subtract $k from [every|each] E [of|in] A", "decrease [every|each] E of A by $k", "lower [every|each] E of A by $k"], ["X -= k;", "X = X - k;"], "subtract from all, subtract, decrease all"),
    ("fill", ["set [every|each] E [of|in] A to $k", "fill A with $k", "fill A with the value $k", "write $k into [every|each] E of A", "make [every|each] E of A equal to $k"], ["X = k;"], "fill, fill array, set all, fill with"),
    ("cap", ["limit [every|each] E of A to at most $k", "replace [every|each] E of A [greater than|above] $k by $k", "cap the Es of A at $k"], ["if (X > k) X = k;", "X = X > k ? k : X;", "if (k < X) X = k;"], "cap, cap at, limit, clip max, limit all"),
    ("floor", ["replace [every|each] E of A [less than|below|smaller than] $k by $k", "raise Es of A below $k to $k"], ["if (X < k) X = k;", "X = X < k ? k : X;"], "raise to, at least, clip min, lift"),
]:
    _texts = "\n".join("v: " + _put(t) + "[| in place]" for t in _v)
    _c = "«" + "¦".join(_expr) + "»"
    idea(f"map_{_key}", "void (M a, N n, int k)", _names, _texts,
         f"for (int i = 0; i < n; i++) {{\n{_c.replace('X', 'a[i]')}\n}}", f"for (int i = n - 1; i >= 0; i--) {{\n{_c.replace('X', 'a[i]')}\n}}", f"int i = 0;\nwhile (i < n) {{\n{_c.replace('X', 'a[i]')}\ni++;\n}}",
         f"for (int *p = a; p < a + n; p++) {{\n{_c.replace('X', '*p')}\n}}", f"while (n > 0) {{\nn--;\n{_c.replace('X', 'a[n]')}\n}}")

idea("replace_val", "void (M a, N n, int x, int y)", "replace, replace all, replace value, substitute, change value", f"""
v: replace [every|each] $x in {_A} by $y
v: replace [all|the] {_ES} [of {_A} |]that [are equal to|equal] $x [by|with] $y
v: change [every|each] {_E} equal to $x into $y
""", "for (int i = 0; i < n; i++) {\nif (a[i] == x) a[i] = y;\n}", "for (int *p = a; p < a + n; p++) {\nif (*p == x) *p = y;\n}", "int i = 0;\nwhile (i < n) {\nif (a[i] == x) a[i] = y;\ni++;\n}", "for (int i = n - 1; i >= 0; i--) {\nif (a[i] == x) a[i] = y;\n}", "for (int i = 0; i < n; i++) {\na[i] = a[i] == x ? y : a[i];\n}")

idea("swap", "void (P x, P y)", "swap, swap ints, exchange, swap values", """
v: [swap|exchange] [the two ints|the values of $x and $y|*$x and *$y|two integers|the values pointed to by $x and $y]
v: exchange the [contents|values] of two [variables|ints]
""", "int tmp = *x;\n*x = *y;\n*y = tmp;", "int tmp = *y;\n*y = *x;\n*x = tmp;", "*x = *x + *y;\n*y = *x - *y;\n*x = *x - *y;")

idea("swap_elems", "void (M a, int i, int j)", "swap elements, swap at, exchange elements, swap items", """
v: [swap|exchange] the [elements|entries|values] [at indices|at positions|with indices] $i and $j of $a
v: [swap|exchange] $a[$i] and $a[$j]
""", "int tmp = a[i];\na[i] = a[j];\na[j] = tmp;", "int tmp = a[j];\na[j] = a[i];\na[i] = tmp;", "int *p = a + i;\nint *end = a + j;\nint tmp = *p;\n*p = *end;\n*end = tmp;")

idea("rotate_left", "void (M a, N n)", "rotate left, rotate, shift left, rotate by one", f"""
v: rotate {_A} [left by one|by one to the left|one place to the left][|, the first {_E} becoming the last]
v: move the first {_E} of {_A} to the end, shifting the others [left|down|forward]
""", "if (n == 0) return;\nint tmp = a[0];\nfor (int i = 0; i < n - 1; i++) a[i] = a[i + 1];\na[n - 1] = tmp;", "if (n < 2) return;\nint tmp = a[0];\nfor (int i = 1; i < n; i++) {\na[i - 1] = a[i];\n}\na[n - 1] = tmp;", "for (int i = 0; i + 1 < n; i++) {\nint tmp = a[i];\na[i] = a[i + 1];\na[i + 1] = tmp;\n}")

idea("rotate_right", "void (M a, N n)", "rotate right, rotate, shift right, rotate by one", f"""
v: rotate {_A} [right by one|by one to the right|one place to the right][|, the last {_E} becoming the first]
v: move the last {_E} of {_A} to the front, shifting the others [right|up|back]
""", "if (n == 0) return;\nint tmp = a[n - 1];\nfor (int i = n - 1; i > 0; i--) a[i] = a[i - 1];\na[0] = tmp;", "if (n < 2) return;\nint tmp = a[n - 1];\nint i = n - 1;\nwhile (i > 0) {\na[i] = a[i - 1];\ni--;\n}\na[0] = tmp;", "for (int i = n - 1; i > 0; i--) {\nint tmp = a[i];\na[i] = a[i - 1];\na[i - 1] = tmp;\n}")

for _key, _op, _text, _names in [
    ("asc", ">", "[in ascending order|sorted in ascending order|in non-decreasing order|sorted from small to large|sorted in increasing order]", "is sorted, sorted, is ascending, check sorted, sorted ascending"),
    ("desc", "<", "[in descending order|sorted in descending order|in non-increasing order|sorted from large to small|sorted in decreasing order]", "is descending, sorted descending, is sorted desc, check descending"),
    ("strict", ">=", "[strictly increasing|in strictly increasing order|in strictly ascending order]", "is strictly increasing, strictly sorted, increasing, is increasing"),
    ("strictdown", "<=", "[strictly decreasing|in strictly decreasing order|in strictly descending order]", "is strictly decreasing, strictly falling, decreasing, is decreasing"),
    ("same", "!=", "[all equal|all the same|equal to each other]", "all equal, all same, is constant, same values"),
]:
    _good = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "!=": "=="}[_op]
    _more = f"p: {_A} is sorted\nq: is {_A} sorted?" if _key == "asc" else f"p: every {_E} of {_A} is [greater|larger] than the one before it" if _key == "strict" else f"p: no {_E} of {_A} is [greater|larger] than the one before it" if _key == "desc" else f"p: the {_ES} of {_A} are {_text}"
    idea(f"sorted_{_key}", "B (A a, N n)", _names, f"""
p: the {_ES} of {_A} are {_text}
p: {_A} is {_text if _key != 'same' else 'made of equal values only'}
{_more}
""", f"for (int i = 1; i < n; i++) {{\nif (a[i - 1] {_op} a[i]) return false;\n}}\nreturn true;", f"for (int i = 0; i < n - 1; i++) {{\nif (a[i] {_op} a[i + 1]) return false;\n}}\nreturn true;", f"int i = 1;\nwhile (i < n) {{\nif (a[i - 1] {_op} a[i]) return false;\ni++;\n}}\nreturn true;", f"bool ok = true;\nfor (int i = 0; i + 1 < n; i++) {{\nif (a[i] {_op} a[i + 1]) ok = false;\n}}\nreturn ok;", f"if (n < 2) return true;\nif (a[n - 2] {_op} a[n - 1]) return false;\nreturn SELF(a, n - 1);", f"for (int i = n - 1; i > 0; i--) {{\nif (a[i - 1] {_op} a[i]) return false;\n}}\nreturn true;", f"int i = 0;\nwhile (i + 1 < n && a[i] {_good} a[i + 1]) i++;\nreturn i + 1 >= n;")

idea("second_max", "int (A a, N n)", "second largest, second max, second biggest, runner up, second highest", f"""
np: the second largest {_E} [of|in] {_A}[|, which has at least two different values]
np: the second [biggest|highest|greatest] [value|number|element] [of|in] {_A}
v: find the second largest {_E} [of|in] {_A}
np: the largest {_E} of {_A} that is smaller than the maximum
""", "int max = INT_MIN, res = INT_MIN;\nfor (int i = 0; i < n; i++) {\nif (a[i] > max) {\nres = max;\nmax = a[i];\n} else if (a[i] > res && a[i] < max) {\nres = a[i];\n}\n}\nreturn res;", "int max = a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] > max) max = a[i];\n}\nint res = INT_MIN;\nfor (int i = 0; i < n; i++) {\nif (a[i] != max && a[i] > res) res = a[i];\n}\nreturn res;", "int max = INT_MIN;\nint res = INT_MIN;\nfor (int i = 0; i < n; i++) {\nif (a[i] > max) {\nres = max;\nmax = a[i];\n} else if (a[i] != max && a[i] > res) {\nres = a[i];\n}\n}\nreturn res;")

idea("second_min", "int (A a, N n)", "second smallest, second min, second lowest", f"""
np: the second smallest {_E} [of|in] {_A}[|, which has at least two different values]
v: find the second smallest {_E} [of|in] {_A}
np: the smallest {_E} of {_A} that is larger than the minimum
""", "int min = INT_MAX, res = INT_MAX;\nfor (int i = 0; i < n; i++) {\nif (a[i] < min) {\nres = min;\nmin = a[i];\n} else if (a[i] < res && a[i] > min) {\nres = a[i];\n}\n}\nreturn res;", "int min = a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] < min) min = a[i];\n}\nint res = INT_MAX;\nfor (int i = 0; i < n; i++) {\nif (a[i] != min && a[i] < res) res = a[i];\n}\nreturn res;")

for _key, _op, _word, _names in [("max", ">", "[largest|biggest|greatest|maximum|highest]", "index of max, max index, argmax, largest index, position of max"), ("min", "<", "[smallest|least|minimum|lowest]", "index of min, min index, argmin, smallest index, position of min")]:
    _flip = "<" if _op == ">" else ">"
    idea(f"arg{_key}", "int (A a, N n)", _names, f"""
np: the [index|position] of the {_word} {_E} [of|in] {_A}[|, the first one if there are several]
np: the index at which the {_word} {_E} [of|in] {_A} [is|stands|is found|occurs]
v: find the [index|position] of the {_word} {_E} [of|in] {_A}
q: at which index is the {_word} {_E} of {_A}?
np: where the {_word} {_E} of {_A} is
""", f"int best = 0;\nfor (int i = 1; i < n; i++) {{\nif (a[i] {_op} a[best]) best = i;\n}}\nreturn best;", f"int res = 0;\nint i = 1;\nwhile (i < n) {{\nif (a[i] {_op} a[res]) res = i;\ni++;\n}}\nreturn res;", f"int {_key} = a[0];\nint res = 0;\nfor (int i = 1; i < n; i++) {{\nif (a[i] {_op} {_key}) {{\n{_key} = a[i];\nres = i;\n}}\n}}\nreturn res;", f"int best = 0;\nfor (int i = 0; i < n; i++) {{\nif (a[best] {_flip} a[i]) best = i;\n}}\nreturn best;", f"int best = n - 1;\nfor (int i = n - 2; i >= 0; i--) {{\nif (a[i] {_op}= a[best]) best = i;\n}}\nreturn best;")

idea("range", "int (A a, N n)", "range, spread, value range, max minus min, difference", f"""
np: the difference [between|of] the [largest|maximum|biggest] and the [smallest|minimum] {_E} [of|in] {_A}
np: the [largest|maximum] minus the [smallest|minimum] {_E} of {_A}
np: the [spread|range] of the {_ES} in {_A}[|, that is maximum minus minimum| (max minus min)]
q: how far apart are the smallest and the largest {_E} of {_A}?
""", "int min = a[0], max = a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] < min) min = a[i];\nif (a[i] > max) max = a[i];\n}\nreturn max - min;", "int max = a[0];\nint min = a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] > max) max = a[i];\nelse if (a[i] < min) min = a[i];\n}\nreturn max - min;", "int min = INT_MAX;\nint max = INT_MIN;\nfor (int i = 0; i < n; i++) {\nif (a[i] < min) min = a[i];\nif (a[i] > max) max = a[i];\n}\nreturn max - min;", "int max = a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] > max) max = a[i];\n}\nint min = a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] < min) min = a[i];\n}\nreturn max - min;")

idea("prefix_sums", "void (M a, N n)", "prefix sums, running sum, cumulative sum, accumulate, running total", f"""
v: replace [every|each] {_E} of {_A} by the sum of all {_ES} up to and including it
v: turn {_A} into its [prefix sums|running sums|cumulative sums]
v: compute the [prefix sums|running totals|cumulative sums] of {_A} in place
""", "for (int i = 1; i < n; i++) a[i] += a[i - 1];", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nsum += a[i];\na[i] = sum;\n}", "int i = 1;\nwhile (i < n) {\na[i] = a[i] + a[i - 1];\ni++;\n}")

for _key, _text, _names, _test in [
    ("rises", "[greater|larger|bigger] than the [one before it|one before|previous one|element before it|preceding one]", "count rises, count increases, rises, num increases, increases", "a[i] > a[i - 1]"),
    ("falls", "[smaller|less] than the [one before it|one before|previous one|element before it|preceding one]", "count falls, count decreases, drops, num drops", "a[i] < a[i - 1]"),
    ("repeats", "equal to the [one before it|one before|previous one|element before it|preceding one]", "count repeats, equal neighbours, count equal pairs", "a[i] == a[i - 1]"),
    ("changes", "different from the [one before it|one before|previous one|element before it|preceding one]", "count changes, changes, num changes", "a[i] != a[i - 1]"),
]:
    _w = _test.replace("i - 1", "i").replace("a[i]", "a[i + 1]", 1)
    idea(f"count_{_key}", "int (A a, N n)", _names, f"""
np: [the number of|how many] {_ES} of {_A} that are {_text}
v: count the {_ES} of {_A} that are {_text}
q: how many {_ES} of {_A} are {_text}?
np: how often an {_E.replace('value|number|', '').replace('|entry', '|entry')} of {_A} is {_text}
""", f"int cnt = 0;\nfor (int i = 1; i < n; i++) {{\nif ({_test}) cnt++;\n}}\nreturn cnt;", f"int cnt = 0;\nfor (int i = 0; i + 1 < n; i++) {{\nif ({_w}) cnt++;\n}}\nreturn cnt;", f"int cnt = 0;\nint i = 1;\nwhile (i < n) {{\nif ({_test}) cnt++;\ni++;\n}}\nreturn cnt;", f"int cnt = 0;\nfor (int i = n - 1; i > 0; i--) {{\nif ({_test}) cnt++;\n}}\nreturn cnt;", f"int cnt = 0;\nfor (int i = 1; i < n; i++) cnt += {_test};\nreturn cnt;")

idea("max_gap", "int (A a, N n)", "max gap, largest difference, max difference, biggest jump, max neighbour diff", f"""
np: the largest absolute difference [between|of] [neighbouring|adjacent|consecutive] {_ES} of {_A}
np: the [biggest|largest] jump between [neighbours|neighbouring {_ES}] in {_A}
""", "int best = 0;\nfor (int i = 1; i < n; i++) {\nint d = abs(a[i] - a[i - 1]);\nif (d > best) best = d;\n}\nreturn best;", "int max = 0;\nfor (int i = 0; i + 1 < n; i++) {\nint d = a[i + 1] - a[i];\nif (d < 0) d = -d;\nif (d > max) max = d;\n}\nreturn max;")

idea("sum_gaps", "int (A a, N n)", "sum of differences, total change, sum gaps, total variation", f"""
np: the sum of the absolute differences [between|of] [neighbouring|adjacent|consecutive] {_ES} of {_A}
v: add up the absolute differences of neighbouring {_ES} of {_A}
""", "int sum = 0;\nfor (int i = 1; i < n; i++) {\nsum += abs(a[i] - a[i - 1]);\n}\nreturn sum;", "int sum = 0;\nfor (int i = 0; i + 1 < n; i++) {\nint d = a[i + 1] - a[i];\nsum += d < 0 ? -d : d;\n}\nreturn sum;")

idea("dot", "int (A a, A b, N n)", "dot, dot product, inner product, scalar product", """
np: the [dot product|scalar product|inner product] of [the arrays |the vectors |]$a and $b[|, both of length $n]
np: the sum of the products of [corresponding|matching] elements of $a and $b
v: multiply the elements of $a and $b pairwise and add [up |]the products
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i] * b[i];\nreturn sum;", "int sum = 0;\nint i = 0;\nwhile (i < n) {\nsum += a[i] * b[i];\ni++;\n}\nreturn sum;", "int sum = 0;\nfor (int i = n - 1; i >= 0; i--) sum += a[i] * b[i];\nreturn sum;", "if (n == 0) return 0;\nreturn a[n - 1] * b[n - 1] + SELF(a, b, n - 1);", "int sum = 0;\nwhile (n-- > 0) sum += *a++ * *b++;\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nint prod = a[i] * b[i];\nsum += prod;\n}\nreturn sum;")

idea("arrays_equal", "B (A a, A b, N n)", "equal, arrays equal, same, is equal, array equal, are equal", """
p: [the arrays |]$a and $b [are equal|are the same|have the same elements in the same order|hold the same values]
p: the first $n elements of $a and $b are [equal|the same]
p: two arrays of length $n are equal
""", "for (int i = 0; i < n; i++) {\nif (a[i] != b[i]) return false;\n}\nreturn true;", "int i = 0;\nwhile (i < n && a[i] == b[i]) i++;\nreturn i == n;", "bool ok = true;\nfor (int i = 0; i < n; i++) {\nif (a[i] != b[i]) ok = false;\n}\nreturn ok;", "for (int i = n - 1; i >= 0; i--) {\nif (a[i] != b[i]) return false;\n}\nreturn true;", "while (n > 0) {\nn--;\nif (a[n] != b[n]) return false;\n}\nreturn true;", "return memcmp(a, b, n * sizeof(int)) == 0;", "if (n == 0) return true;\nreturn a[0] == b[0] && SELF(a + 1, b + 1, n - 1);")

for _key, _text, _names, _test in [
    ("equal", "[are equal|agree|have the same value|match]", "count equal, count matches, matches, common positions", "a[i] == b[i]"),
    ("diff", "[differ|are different|do not match]", "count differences, count diff, mismatches, hamming", "a[i] != b[i]"),
    ("greater", "have the larger value in $a", "count greater, count larger, wins", "a[i] > b[i]"),
]:
    idea(f"positions_{_key}", "int (A a, A b, N n)", _names, f"""
np: [the number of|how many] positions at which $a and $b {_text}
v: count the [positions|indices] where $a and $b {_text}
q: at how many positions [do |]$a and $b {_text}?
""" if _key != "greater" else """
np: [the number of|how many] positions where the element of $a is [greater|larger] than that of $b
v: count the indices i with $a[i] > $b[i]
""", f"int cnt = 0;\nfor (int i = 0; i < n; i++) {{\nif ({_test}) cnt++;\n}}\nreturn cnt;", f"int cnt = 0;\nfor (int i = 0; i < n; i++) cnt += {_test};\nreturn cnt;", f"int cnt = 0;\nint i = 0;\nwhile (i < n) {{\nif ({_test}) cnt++;\ni++;\n}}\nreturn cnt;", f"int cnt = 0;\nfor (int i = n - 1; i >= 0; i--) {{\nif ({_test}) cnt++;\n}}\nreturn cnt;")

for _key, _text, _names, _expr in [
    ("add", ["add $b to $a, element by element", "add each element of $b to the matching element of $a", "add the array $b to the array $a"], "add arrays, add to, vector add, array add", ["a[i] += b[i];", "a[i] = a[i] + b[i];"]),
    ("sub", ["subtract $b from $a, element by element", "subtract each element of $b from the matching element of $a"], "sub arrays, subtract arrays, vector sub", ["a[i] -= b[i];", "a[i] = a[i] - b[i];"]),
    ("mul", ["multiply $a by $b, element by element", "multiply each element of $a by the matching element of $b"], "mul arrays, multiply arrays, pairwise product", ["a[i] *= b[i];", "a[i] = a[i] * b[i];"]),
    ("copy", ["copy $b to $a", "copy the $n elements of $b to $a", "copy the array $b into $a"], "copy, copy array, array copy", ["a[i] = b[i];"]),
    ("pmax", ["replace each element of $a by the larger of it and the matching element of $b"], "pairwise max, max into, merge max", ["if (b[i] > a[i]) a[i] = b[i];", "a[i] = a[i] > b[i] ? a[i] : b[i];"]),
]:
    _c = "«" + "¦".join(_expr) + "»"
    idea(f"zip_{_key}", "void (M a, A b, N n)", _names, "\n".join("v: " + t for t in _text), f"for (int i = 0; i < n; i++) {{\n{_c}\n}}", f"int i = 0;\nwhile (i < n) {{\n{_c}\ni++;\n}}", f"for (int i = n - 1; i >= 0; i--) {{\n{_c}\n}}")

idea("sum_abs_diff", "int (A a, A b, N n)", "sum abs diff, distance, manhattan, l1 distance", """
np: the sum of the absolute differences of [corresponding|matching] elements of $a and $b
np: the [Manhattan distance|L1 distance] of $a and $b
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += abs(a[i] - b[i]);\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nint d = a[i] - b[i];\nif (d < 0) d = -d;\nsum += d;\n}\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nsum += a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];\n}\nreturn sum;")

idea("arr_palindrome", "B (A a, N n)", "is palindrome, palindrome, is symmetric, symmetric", f"""
p: {_A} is [a palindrome|symmetric]
p: {_A} reads the same [forwards and backwards|from both ends|backwards]
""", "for (int i = 0; i < n / 2; i++) {\nif (a[i] != a[n - 1 - i]) return false;\n}\nreturn true;", "int l = 0, r = n - 1;\nwhile (l < r) {\nif (a[l] != a[r]) return false;\nl++;\nr--;\n}\nreturn true;", "for (int i = 0, j = n - 1; i < j; i++, j--) {\nif (a[i] != a[j]) return false;\n}\nreturn true;", "if (n < 2) return true;\nif (a[0] != a[n - 1]) return false;\nreturn SELF(a + 1, n - 2);")

idea("has_dup", "B (A a, N n)", "has duplicates, contains duplicate, has repeats, any duplicate, duplicates", f"""
p: some {_E} [occurs|appears] [more than once|at least twice|twice] in {_A}
p: {_A} [contains a duplicate|contains duplicates|has duplicates|has a repeated value|contains the same value twice]
p: two {_ES} of {_A} are equal
""", "for (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[i] == a[j]) return true;\n}\n}\nreturn false;", "for (int i = 1; i < n; i++) {\nfor (int j = 0; j < i; j++) {\nif (a[i] == a[j]) return true;\n}\n}\nreturn false;", "bool ok = false;\nfor (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[i] == a[j]) ok = true;\n}\n}\nreturn ok;")

idea("all_distinct", "B (A a, N n)", "all distinct, all different, is unique, all unique, no duplicates", f"""
p: all {_ES} of {_A} are [different|distinct|unique]
p: no {_E} [occurs|appears] [twice|more than once] in {_A}
p: {_A} has no duplicates
""", "for (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[i] == a[j]) return false;\n}\n}\nreturn true;", "for (int i = 1; i < n; i++) {\nfor (int j = 0; j < i; j++) {\nif (a[j] == a[i]) return false;\n}\n}\nreturn true;")

idea("count_distinct_arr", "int (A a, N n)", "count distinct, distinct, count unique, num different, distinct values", f"""
np: [the number of|how many] [different|distinct] {_ES} [in|of] {_A}
v: count the [different|distinct] {_ES} [in|of] {_A}
q: how many different {_ES} does {_A} have?
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nint j = 0;\nwhile (a[j] != a[i]) j++;\nif (j == i) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nbool ok = true;\nfor (int j = 0; j < i; j++) {\nif (a[j] == a[i]) {\nok = false;\nbreak;\n}\n}\nif (ok) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nint ok = 1;\nfor (int j = i + 1; j < n; j++) {\nif (a[i] == a[j]) ok = 0;\n}\ncnt += ok;\n}\nreturn cnt;")

idea("most_frequent", "int (A a, N n)", "most frequent, mode, most common, majority", f"""
np: the [most frequent|most common] {_E} [of|in] {_A}
np: the {_E} that [occurs|appears] most often in {_A}
v: find the [most frequent|most common] {_E} of {_A}
""", "int res = a[0];\nint best = 0;\nfor (int i = 0; i < n; i++) {\nint cnt = 0;\nfor (int j = 0; j < n; j++) {\nif (a[j] == a[i]) cnt++;\n}\nif (cnt > best) {\nbest = cnt;\nres = a[i];\n}\n}\nreturn res;")

idea("sort", "void (M a, N n)", "sort, sort array, bubble sort, selection sort, insertion sort, sort ascending", f"""
v: sort {_A} [in ascending order|from small to large|in increasing order||ascending]
v: put the {_ES} of {_A} in ascending order
""", "for (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[j] < a[i]) {\nint tmp = a[i];\na[i] = a[j];\na[j] = tmp;\n}\n}\n}", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j + 1 < n - i; j++) {\nif (a[j] > a[j + 1]) {\nint tmp = a[j];\na[j] = a[j + 1];\na[j + 1] = tmp;\n}\n}\n}", "for (int i = 1; i < n; i++) {\nint x = a[i];\nint j = i - 1;\nwhile (j >= 0 && a[j] > x) {\na[j + 1] = a[j];\nj--;\n}\na[j + 1] = x;\n}", "for (int i = 0; i < n - 1; i++) {\nint min = i;\nfor (int j = i + 1; j < n; j++) {\nif (a[j] < a[min]) min = j;\n}\nint tmp = a[i];\na[i] = a[min];\na[min] = tmp;\n}")

idea("sort_desc", "void (M a, N n)", "sort descending, sort desc, sort down, reverse sort", f"""
v: sort {_A} [in descending order|from large to small|in decreasing order|descending]
v: put the {_ES} of {_A} in descending order
""", "for (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[j] > a[i]) {\nint tmp = a[i];\na[i] = a[j];\na[j] = tmp;\n}\n}\n}", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j + 1 < n - i; j++) {\nif (a[j] < a[j + 1]) {\nint tmp = a[j];\na[j] = a[j + 1];\na[j + 1] = tmp;\n}\n}\n}", "for (int i = 1; i < n; i++) {\nint x = a[i];\nint j = i - 1;\nwhile (j >= 0 && a[j] < x) {\na[j + 1] = a[j];\nj--;\n}\na[j + 1] = x;\n}")

idea("binary_search", "int (A a, N n, int k)", "binary search, bsearch, search sorted, find in sorted", """
np: the index of $k in the sorted array $a, or -1
v: search the sorted array $a for $k by binary search and return its index, -1 if it is not there
""", "int lo = 0, hi = n - 1;\nwhile (lo <= hi) {\nint m = (lo + hi) / 2;\nif (a[m] == k) return m;\nif (a[m] < k) lo = m + 1;\nelse hi = m - 1;\n}\nreturn -1;", "int lo = 0;\nint hi = n;\nwhile (lo < hi) {\nint m = lo + (hi - lo) / 2;\nif (a[m] < k) lo = m + 1;\nelse hi = m;\n}\nreturn lo < n && a[lo] == k ? lo : -1;")

for _key, _text, _names, _keep in [
    ("neg", "[negative {E}|{E} that are negative|{E} less than zero]", "remove negatives, drop negatives, delete negative", ["a[i] >= 0"]),
    ("zeros", "[zeros|zero {E}|{E} that are zero]", "remove zeros, drop zeros, delete zeros, compact", ["a[i] != 0"]),
    ("even", "[even {E}|{E} that are even]", "remove even, drop even, delete even", ["a[i] % 2 != 0"]),
    ("odd", "[odd {E}|{E} that are odd]", "remove odd, drop odd, delete odd", ["a[i] % 2 == 0"]),
]:
    _t = _text.replace("{E}", _ES)
    idea(f"remove_{_key}", "int (M a, N n)", _names, f"""
v: remove [all|the|all the] {_t} from {_A} and return the new length
v: delete [all|the] {_t} from {_A}[, keep the order of the others|, keeping the order of the rest,] and return how many are left
""", f"int w = 0;\nfor (int i = 0; i < n; i++) {{\nif ({_keep[0]}) a[w++] = a[i];\n}}\nreturn w;", f"int w = 0;\nfor (int i = 0; i < n; i++) {{\nif ({_keep[0]}) {{\na[w] = a[i];\nw++;\n}}\n}}\nreturn w;", f"int w = 0;\nint i = 0;\nwhile (i < n) {{\nif ({_keep[0]}) {{\na[w] = a[i];\nw++;\n}}\ni++;\n}}\nreturn w;")

idea("remove_val", "int (M a, N n, int k)", "remove, remove value, delete value, remove all, drop", f"""
v: remove [every|each] $k from {_A} and return the new length
v: delete all {_ES} equal to $k from {_A} and return how many are left
""", "int w = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] != k) a[w++] = a[i];\n}\nreturn w;", "int w = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] != k) {\na[w] = a[i];\nw++;\n}\n}\nreturn w;", "int w = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] == k) continue;\na[w++] = a[i];\n}\nreturn w;")

idea("unique_sorted", "int (M a, N n)", "unique, remove duplicates, dedup, unique sorted", """
v: remove repeated values from the sorted array $a and return the new length
v: keep one of each value in the sorted array $a and return how many are left
""", "if (n == 0) return 0;\nint w = 1;\nfor (int i = 1; i < n; i++) {\nif (a[i] != a[w - 1]) a[w++] = a[i];\n}\nreturn w;", "int w = 0;\nfor (int i = 0; i < n; i++) {\nif (w == 0 || a[i] != a[w - 1]) {\na[w] = a[i];\nw++;\n}\n}\nreturn w;")

idea("move_zeros", "void (M a, N n)", "move zeros, zeros to end, push zeros, shift zeros", f"""
v: move all zeros of {_A} to the end[|, keeping the order of the others]
""", "int w = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] != 0) a[w++] = a[i];\n}\nwhile (w < n) a[w++] = 0;", "int w = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] != 0) {\nint tmp = a[w];\na[w] = a[i];\na[i] = tmp;\nw++;\n}\n}")

idea("longest_rise", "int (A a, N n)", "longest rise, longest increasing run, longest run, max increasing run", f"""
np: the length of the longest run of increasing {_ES} in {_A}
np: the length of the longest strictly increasing stretch of {_A}
""", "if (n == 0) return 0;\nint best = 1, cnt = 1;\nfor (int i = 1; i < n; i++) {\nif (a[i] > a[i - 1]) cnt++;\nelse cnt = 1;\nif (cnt > best) best = cnt;\n}\nreturn best;", "int best = 0;\nint cnt = 0;\nfor (int i = 0; i < n; i++) {\ncnt = i > 0 && a[i] > a[i - 1] ? cnt + 1 : 1;\nif (cnt > best) best = cnt;\n}\nreturn best;")

idea("max_subarray", "int (A a, N n)", "max subarray, maximum subarray, kadane, max sum, largest sum", f"""
np: the largest sum of [consecutive|neighbouring|contiguous] {_ES} of {_A}
np: the maximum subarray sum of {_A}
""", "int best = a[0], sum = a[0];\nfor (int i = 1; i < n; i++) {\nsum = sum > 0 ? sum + a[i] : a[i];\nif (sum > best) best = sum;\n}\nreturn best;", "int best = a[0];\nint sum = 0;\nfor (int i = 0; i < n; i++) {\nif (sum < 0) sum = 0;\nsum += a[i];\nif (sum > best) best = sum;\n}\nreturn best;")

idea("count_pairs_sum", "int (A a, N n, int k)", "count pairs, pairs with sum, count pair sum, two sum count", f"""
np: [the number of|how many] pairs of {_ES} of {_A} [whose sum is|that add up to|with sum] $k
v: count the pairs in {_A} [that add up to|whose sum is] $k
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[i] + a[j] == k) cnt++;\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 1; i < n; i++) {\nfor (int j = 0; j < i; j++) {\nif (a[i] + a[j] == k) cnt++;\n}\n}\nreturn cnt;")

idea("has_pair_sum", "B (A a, N n, int k)", "has pair, pair sum, two sum, has pair with sum", f"""
p: two {_ES} of {_A} add up to $k
p: there is a pair of {_ES} in {_A} whose sum is $k
""", "for (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[i] + a[j] == k) return true;\n}\n}\nreturn false;", "for (int i = 1; i < n; i++) {\nfor (int j = 0; j < i; j++) {\nif (a[i] + a[j] == k) return true;\n}\n}\nreturn false;")

idea("sum_first_last", "int (A a, N n)", "first plus last, sum ends, ends sum, sum first last", f"""
np: the sum of the first and the last {_E} of {_A}
v: add the first and the last {_E} of {_A}
""", "return a[0] + a[n - 1];", "int res = a[0];\nres += a[n - 1];\nreturn res;", "return a[n - 1] + a[0];")

idea("middle", "int (A a, N n)", "middle, middle element, mid, center", f"""
np: the middle {_E} of {_A}
np: the {_E} in the middle of {_A}
""", "return a[n / 2];", "int i = n / 2;\nreturn a[i];", "return *(a + n / 2);")

idea("last", "int (A a, N n)", "last, last element, back, tail, final element", f"""
np: the last {_E} of {_A}
np: the final {_E} of {_A}
""", "return a[n - 1];", "return *(a + n - 1);", "int i = n - 1;\nreturn a[i];")

idea("alternating_sum", "int (A a, N n)", "alternating sum, alt sum, plus minus sum", f"""
np: the alternating sum of {_A}: first minus second plus third and so on
np: $a[0] - $a[1] + $a[2] - ... over {_A}
v: add the {_ES} at even indices of {_A} and subtract those at odd indices
""", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nif (i % 2 == 0) sum += a[i];\nelse sum -= a[i];\n}\nreturn sum;", "int sum = 0;\nint f = 1;\nfor (int i = 0; i < n; i++) {\nsum += f * a[i];\nf = -f;\n}\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += i % 2 == 0 ? a[i] : -a[i];\nreturn sum;")

idea("closest", "int (A a, N n, int k)", "closest, nearest, closest to, nearest value", f"""
np: the {_E} of {_A} [closest|nearest] to $k[|, the first one if there are several]
v: find the {_E} of {_A} that is [closest|nearest] to $k
""", "int best = a[0];\nfor (int i = 1; i < n; i++) {\nif (abs(a[i] - k) < abs(best - k)) best = a[i];\n}\nreturn best;", "int res = a[0];\nint min = abs(a[0] - k);\nfor (int i = 1; i < n; i++) {\nint d = abs(a[i] - k);\nif (d < min) {\nmin = d;\nres = a[i];\n}\n}\nreturn res;")

idea("iota", "void (M a, N n)", "iota, fill indices, fill range, number, count up", """
v: fill $a with the numbers 0, 1, 2, ..., $n - 1
v: set each element of $a to its index
""", "for (int i = 0; i < n; i++) a[i] = i;", "int i = 0;\nwhile (i < n) {\na[i] = i;\ni++;\n}", "while (n > 0) {\nn--;\na[n] = n;\n}", "for (int i = n - 1; i >= 0; i--) a[i] = i;")

idea("squares_fill", "void (M a, N n)", "fill squares, squares, square table", """
v: fill $a with the first $n squares: 0, 1, 4, 9, ...
v: set each element of $a to the square of its index
""", "for (int i = 0; i < n; i++) a[i] = i * i;", "int i = 0;\nwhile (i < n) {\na[i] = i * i;\ni++;\n}")

idea("fib_fill", "void (M a, N n)", "fill fibonacci, fib table, fibonacci list", """
v: fill $a with the first $n Fibonacci numbers: 0, 1, 1, 2, 3, ...
v: write the first $n Fibonacci numbers, beginning with 0 and 1, to $a
""", "for (int i = 0; i < n; i++) {\na[i] = i < 2 ? i : a[i - 1] + a[i - 2];\n}", "int x = 0, y = 1;\nfor (int i = 0; i < n; i++) {\na[i] = x;\nint tmp = x + y;\nx = y;\ny = tmp;\n}")
