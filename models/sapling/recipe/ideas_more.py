"""More ideas, of all kinds: results in a second array, positions, strings as results, series."""

from ideas import idea

_A = "[the array|$a|the array $a|an array|an int array|the list|the given array|the array $a of length $n|an array of $n ints|the first $n elements of $a]"
_E = "[element|element|value|number|entry|item|integer]"
_ES = "[elements|elements|values|numbers|entries|items|integers]"
_S = "[the string|$s|the string $s|a string|a text|the given string|a C string|a null-terminated string]"

# --- arrays ------------------------------------------------------------------------------------

for _key, _what, _expr, _names in [
    ("copy", "[every|each] E of $a", "a[i]", "copy, copy array, copy to, clone"),
    ("double", "twice [every|each] E of $a", "«2 * a[i]¦a[i] * 2¦a[i] + a[i]»", "double to, doubled, double into"),
    ("square", "the square of [every|each] E of $a", "a[i] * a[i]", "squares, square to, square into, squared"),
    ("neg", "the negative of [every|each] E of $a", "-a[i]", "negated, negate to, negate into"),
    ("abs", "the absolute value of [every|each] E of $a", "«abs(a[i])¦a[i] < 0 ? -a[i] : a[i]»", "abs to, absolute values, abs into"),
    ("reversed", "the Es of $a in reverse order", "a[n - 1 - i]", "reversed, reverse to, reverse copy, reverse into"),
]:
    _w = _what.replace("Es", _ES).replace("E", _E)
    idea(f"out_{_key}", "void (A a, M out, N n)", _names, f"""
v: write {_w} to $out
v: store {_w} in $out
v: put {_w} into [the array |]$out
v: fill $out with {_w.replace('[every|each] ', '[every|each] ')}
s: Set $out[i] to {_w.replace('[every|each] ', 'the matching ').replace('the Es', 'the Es')} for all i.
""" if _key != "reversed" else f"""
v: copy [$a|the array $a] to $out in [reverse|reversed|backward] order
v: write the {_ES} of $a to $out in reverse order
v: fill $out with the {_ES} of $a from last to first
""", f"for (int i = 0; i < n; i++) out[i] = {_expr};", f"int i = 0;\nwhile (i < n) {{\nout[i] = {_expr};\ni++;\n}}", f"for (int i = n - 1; i >= 0; i--) out[i] = {_expr};", f"for (int i = 0; i < n; i++) {{\nint x = {_expr};\nout[i] = x;\n}}")

for _key, _adj, _test, _names in [
    ("even", "[even {E}|{E} that are even]", "a[i] % 2 == 0", "copy even, filter even, evens, collect even, get even"),
    ("odd", "[odd {E}|{E} that are odd]", "a[i] % 2 != 0", "copy odd, filter odd, odds, collect odd"),
    ("pos", "[positive {E}|{E} greater than zero|{E} that are positive]", "a[i] > 0", "copy positive, filter positive, positives, collect positive"),
    ("neg", "[negative {E}|{E} less than zero]", "a[i] < 0", "copy negative, filter negative, negatives"),
    ("nonzero", "[nonzero {E}|{E} that are not zero]", "a[i] != 0", "copy nonzero, filter nonzero, without zeros"),
]:
    _t = _adj.replace("{E}", _ES)
    idea(f"filter_{_key}", "int (A a, N n, M out)", _names, f"""
v: copy the {_t} of {_A} to $out and return [how many there are|their number|the count]
v: write all {_t} of {_A} to $out, in order, and return how many [were written|there are]
v: collect the {_t} of {_A} in $out and return their number
""", f"int w = 0;\nfor (int i = 0; i < n; i++) {{\nif ({_test}) out[w++] = a[i];\n}}\nreturn w;", f"int cnt = 0;\nfor (int i = 0; i < n; i++) {{\nif ({_test}) {{\nout[cnt] = a[i];\ncnt++;\n}}\n}}\nreturn cnt;", f"int i = 0, w = 0;\nwhile (i < n) {{\nif ({_test}) out[w++] = a[i];\ni++;\n}}\nreturn w;")

idea("above_avg", "int (A a, N n)", "count above average, above mean, count above mean, num above average", f"""
np: [the number of|how many] {_ES} of {_A} that are [greater than|above|larger than] the [average|mean]
v: count the {_ES} of {_A} [above|greater than] [the average|their average|the mean]
q: how many {_ES} of {_A} are above the average?
""", "double sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\ndouble f = sum / n;\nint cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] > f) cnt++;\n}\nreturn cnt;", "long sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\nint cnt = 0;\nfor (int i = 0; i < n; i++) {\nif ((long)a[i] * n > sum) cnt++;\n}\nreturn cnt;")

idea("int_avg", "int (A a, N n)", "average, mean, avg, int average, integer mean", f"""
np: the [integer |whole ][average|mean] of the {_ES} of {_A}, [rounded toward zero|using integer division|without the fraction]
np: the sum of the {_ES} of {_A} divided by their number[, as an int|, in integer arithmetic]
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\nreturn sum / n;", "int sum = 0;\nint i = 0;\nwhile (i < n) {\nsum += a[i];\ni++;\n}\nreturn sum / n;", "if (n == 0) return 0;\nint sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\nreturn sum / n;", "int sum = 0;\nfor (int i = n - 1; i >= 0; i--) sum += a[i];\nint res = sum / n;\nreturn res;")

idea("even_minus_odd", "int (A a, N n)", "even minus odd, even odd difference, parity difference", f"""
np: the sum of the even {_ES} minus the sum of the odd {_ES} of {_A}
np: the difference between the sum of the even and the sum of the odd {_ES} of {_A}
""", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] % 2 == 0) sum += a[i];\nelse sum -= a[i];\n}\nreturn sum;", "int x = 0, y = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] % 2 == 0) x += a[i];\nelse y += a[i];\n}\nreturn x - y;", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i] % 2 == 0 ? a[i] : -a[i];\nreturn sum;")

idea("count_even_minus_odd", "int (A a, N n)", "more even, even odd count difference, parity balance", f"""
np: the number of even {_ES} minus the number of odd {_ES} of {_A}
np: how many more even than odd {_ES} there are in {_A}
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] % 2 == 0) cnt++;\nelse cnt--;\n}\nreturn cnt;", "int x = 0;\nint y = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] % 2 == 0) x++;\nelse y++;\n}\nreturn x - y;")

idea("pos_minus_neg", "int (A a, N n)", "positives minus negatives, sign balance, balance", f"""
np: the number of positive {_ES} minus the number of negative {_ES} of {_A}
np: how many more positive than negative {_ES} {_A} has
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] > 0) cnt++;\nelse if (a[i] < 0) cnt--;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < n; i++) cnt += (a[i] > 0) - (a[i] < 0);\nreturn cnt;")

idea("peaks", "int (A a, N n)", "count peaks, peaks, local maxima, num peaks", f"""
np: [the number of|how many] {_ES} of {_A} that are greater than both neighbours
v: count the [peaks|local maxima] of {_A}: {_ES} larger than both neighbours
""", "int cnt = 0;\nfor (int i = 1; i < n - 1; i++) {\nif (a[i] > a[i - 1] && a[i] > a[i + 1]) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nint i = 1;\nwhile (i + 1 < n) {\nif (a[i] > a[i - 1] && a[i] > a[i + 1]) cnt++;\ni++;\n}\nreturn cnt;")

idea("sign_changes", "int (A a, N n)", "sign changes, count sign changes, num sign changes", f"""
np: [the number of|how many] sign changes [between neighbours |]in {_A}
np: how often neighbouring {_ES} of {_A} have different signs
""", "int cnt = 0;\nfor (int i = 1; i < n; i++) {\nif ((a[i - 1] < 0) != (a[i] < 0)) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i + 1 < n; i++) {\nif ((a[i] < 0 && a[i + 1] >= 0) || (a[i] >= 0 && a[i + 1] < 0)) cnt++;\n}\nreturn cnt;")

idea("sum_without_extremes", "int (A a, N n)", "sum without extremes, trimmed sum, sum inner", f"""
np: the sum of the {_ES} of {_A} without the largest and the smallest [one|]
v: add up all {_ES} of {_A} except the [largest and the smallest|maximum and the minimum]
""", "int sum = a[0], min = a[0], max = a[0];\nfor (int i = 1; i < n; i++) {\nsum += a[i];\nif (a[i] < min) min = a[i];\nif (a[i] > max) max = a[i];\n}\nreturn sum - min - max;")

idea("sum_except", "int (A a, N n, int k)", "sum except, sum without, sum others", """
np: the sum of all elements of $a except [the one at index $k|$a[$k]]
v: add up all elements of $a but [the one at index $k|$a[$k]]
""", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nif (i != k) sum += a[i];\n}\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\nreturn sum - a[k];")

idea("sum_first_k", "int (A a, N n, int k)", "sum first k, prefix sum, sum prefix, head sum", """
np: the sum of the first $k elements of $a, or of all $n if $k is larger
v: add up the first $k elements of $a, which has $n elements
""", "int sum = 0;\nfor (int i = 0; i < k && i < n; i++) sum += a[i];\nreturn sum;", "if (k > n) k = n;\nint sum = 0;\nfor (int i = 0; i < k; i++) sum += a[i];\nreturn sum;")

idea("sum_between", "int (A a, int lo, int hi)", "sum slice, slice sum, sum part, range sum, sum from to", """
np: the sum of the elements of $a from index $lo to index $hi[| inclusive|, both included]
v: add up $a[$lo] to $a[$hi]
""", "int sum = 0;\nfor (int i = lo; i <= hi; i++) sum += a[i];\nreturn sum;", "int sum = 0;\nwhile (lo <= hi) {\nsum += a[lo];\nlo++;\n}\nreturn sum;", "int sum = 0;\nfor (int i = hi; i >= lo; i--) sum += a[i];\nreturn sum;")

idea("every_other_sum", "int (A a, N n, int k)", "sum every, step sum, stride sum", """
np: the sum of every $k-th element of $a, starting with the first
v: add up $a[0], $a[$k], $a[2 * $k] and so on
""", "int sum = 0;\nfor (int i = 0; i < n; i += k) sum += a[i];\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nif (i % k == 0) sum += a[i];\n}\nreturn sum;", "int sum = 0;\nint i = 0;\nwhile (i < n) {\nsum += a[i];\ni += k;\n}\nreturn sum;")

idea("count_range_gen", "int (A a, N n)", "count greater than first, above first, larger than first", f"""
np: [the number of|how many] {_ES} of {_A} that are [greater|larger] than the first one
v: count the {_ES} of {_A} that [exceed|are larger than] the first {_E}
""", "int cnt = 0;\nfor (int i = 1; i < n; i++) {\nif (a[i] > a[0]) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nint i = 1;\nwhile (i < n) {\nif (a[i] > a[0]) cnt++;\ni++;\n}\nreturn cnt;", "int x = a[0];\nint cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] > x) cnt++;\n}\nreturn cnt;")

idea("count_max", "int (A a, N n)", "count max, times max, occurrences of max, count largest", f"""
np: how [often|many times] the [largest|maximum|biggest] {_E} [occurs|appears] in {_A}
np: the number of [times|places] the maximum of {_A} [occurs|appears]
""", "int max = a[0];\nint cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] > max) {\nmax = a[i];\ncnt = 1;\n} else if (a[i] == max) {\ncnt++;\n}\n}\nreturn cnt;", "int max = a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] > max) max = a[i];\n}\nint cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] == max) cnt++;\n}\nreturn cnt;")

idea("abs_max", "int (A a, N n)", "max abs, largest magnitude, max absolute, largest absolute value", f"""
np: the [largest|greatest|maximum] absolute value [in|among the {_ES} of] {_A}
v: find the largest magnitude in {_A}
""", "int max = 0;\nfor (int i = 0; i < n; i++) {\nif (abs(a[i]) > max) max = abs(a[i]);\n}\nreturn max;", "int max = 0;\nfor (int i = 0; i < n; i++) {\nint x = a[i] < 0 ? -a[i] : a[i];\nif (x > max) max = x;\n}\nreturn max;")

idea("cummax", "void (M a, N n)", "cumulative max, running max, prefix max", f"""
v: replace [every|each] {_E} of {_A} by the largest {_E} up to [and including |]it
v: turn {_A} into its running maximum
""", "for (int i = 1; i < n; i++) {\nif (a[i - 1] > a[i]) a[i] = a[i - 1];\n}", "int max = a[0];\nfor (int i = 0; i < n; i++) {\nif (a[i] > max) max = a[i];\na[i] = max;\n}")

idea("differences", "void (A a, N n, M out)", "differences, diffs, deltas, neighbour differences", """
v: write the $n - 1 differences [between neighbouring elements|of neighbours] of $a to $out
s: Set $out[i] to $a[i + 1] - $a[i] for all i below $n - 1.
""", "for (int i = 0; i + 1 < n; i++) out[i] = a[i + 1] - a[i];", "for (int i = 1; i < n; i++) out[i - 1] = a[i] - a[i - 1];", "int i = 0;\nwhile (i < n - 1) {\nout[i] = a[i + 1] - a[i];\ni++;\n}")

idea("swap_pairs", "void (M a, N n)", "swap pairs, swap neighbours, swap adjacent", f"""
v: swap [each pair of neighbours|neighbouring pairs] in {_A}: the first with the second, the third with the fourth and so on
v: exchange {_ES} 0 and 1, 2 and 3, ... of {_A}
""", "for (int i = 0; i + 1 < n; i += 2) {\nint tmp = a[i];\na[i] = a[i + 1];\na[i + 1] = tmp;\n}", "int i = 1;\nwhile (i < n) {\nint tmp = a[i];\na[i] = a[i - 1];\na[i - 1] = tmp;\ni += 2;\n}")

idea("swap_ends", "void (M a, N n)", "swap ends, swap first last, exchange ends", f"""
v: [swap|exchange] the first and the last {_E} of {_A}
""", "int tmp = a[0];\na[0] = a[n - 1];\na[n - 1] = tmp;", "if (n < 2) return;\nint tmp = a[n - 1];\na[n - 1] = a[0];\na[0] = tmp;")

idea("shift_left", "void (M a, N n)", "shift left, shift, remove first, move down", f"""
v: shift {_A} one place to the left[ and put 0 at the end|, filling the last place with 0]
v: move every {_E} of {_A} one place down and set the last one to 0
""", "for (int i = 0; i + 1 < n; i++) a[i] = a[i + 1];\nif (n > 0) a[n - 1] = 0;", "for (int i = 1; i < n; i++) a[i - 1] = a[i];\na[n - 1] = 0;")

idea("rotate_k", "void (M a, N n, int k)", "rotate, rotate by, rotate left by, rotate k", """
v: rotate $a to the left by $k places
v: move the first $k elements of $a to its end, one after the other
""", "for (int j = 0; j < k; j++) {\nint tmp = a[0];\nfor (int i = 0; i + 1 < n; i++) a[i] = a[i + 1];\na[n - 1] = tmp;\n}", "while (k > 0) {\nint tmp = a[0];\nfor (int i = 1; i < n; i++) a[i - 1] = a[i];\na[n - 1] = tmp;\nk--;\n}")

idea("merge", "void (A a, int m, A b, N n, M out)", "merge, merge sorted, merge arrays", """
v: merge the sorted arrays $a ($m elements) and $b ($n elements) into $out
v: write all elements of the sorted arrays $a and $b to $out in ascending order
""", "int i = 0, j = 0, w = 0;\nwhile (i < m && j < n) {\nif (a[i] <= b[j]) out[w++] = a[i++];\nelse out[w++] = b[j++];\n}\nwhile (i < m) out[w++] = a[i++];\nwhile (j < n) out[w++] = b[j++];", "int i = 0;\nint j = 0;\nfor (int w = 0; w < m + n; w++) {\nif (j >= n || (i < m && a[i] <= b[j])) {\nout[w] = a[i];\ni++;\n} else {\nout[w] = b[j];\nj++;\n}\n}")

idea("count_common", "int (A a, int m, A b, N n)", "count common, common, intersection size, shared", """
np: [the number of|how many] elements of $a that also occur in $b
v: count the elements of $a ($m of them) that are [found|contained] in $b ($n of them)
""", "int cnt = 0;\nfor (int i = 0; i < m; i++) {\nfor (int j = 0; j < n; j++) {\nif (a[i] == b[j]) {\ncnt++;\nbreak;\n}\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < m; i++) {\nbool ok = false;\nfor (int j = 0; j < n; j++) {\nif (b[j] == a[i]) ok = true;\n}\nif (ok) cnt++;\n}\nreturn cnt;")

idea("sum_two", "int (A a, A b, N n)", "sum both, total of both, sum of two arrays", """
np: the sum of all elements of $a and $b[|, which have $n elements each]
v: add up the elements of both [arrays|$a and $b]
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i] + b[i];\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nsum += a[i];\nsum += b[i];\n}\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\nfor (int i = 0; i < n; i++) sum += b[i];\nreturn sum;")

idea("max_pair_sum", "int (A a, A b, N n)", "max pair sum, largest sum, best pair", """
np: the largest of the sums $a[i] + $b[i]
v: find the largest sum of two elements at the same index of $a and $b
""", "int max = a[0] + b[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] + b[i] > max) max = a[i] + b[i];\n}\nreturn max;", "int max = a[0] + b[0];\nfor (int i = 1; i < n; i++) {\nint sum = a[i] + b[i];\nif (sum > max) max = sum;\n}\nreturn max;")

idea("sum_max_pairs", "int (A a, A b, N n)", "sum of max, sum larger, sum pairwise max", """
np: the sum of the larger of $a[i] and $b[i] over all i
v: add up, for every index, the larger of the two elements of $a and $b
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i] > b[i] ? a[i] : b[i];\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] > b[i]) sum += a[i];\nelse sum += b[i];\n}\nreturn sum;")

idea("horner", "int (A a, N n, int x)", "polynomial, eval poly, horner, poly", """
np: the value of the polynomial $a[0] + $a[1] * $x + $a[2] * $x^2 + ... at $x
v: evaluate the polynomial with the coefficients $a, lowest first, at $x
""", "int res = 0;\nfor (int i = n - 1; i >= 0; i--) res = res * x + a[i];\nreturn res;", "int sum = 0;\nint p = 1;\nfor (int i = 0; i < n; i++) {\nsum += a[i] * p;\np *= x;\n}\nreturn sum;")

idea("digits_to_number", "int (A a, N n)", "digits to number, to number, join digits, from digits", """
np: the number whose decimal digits are the elements of $a, [the first one being the leading digit|most significant first]
v: put the digits in $a together to a number
""", "int res = 0;\nfor (int i = 0; i < n; i++) res = res * 10 + a[i];\nreturn res;", "int res = 0;\nint i = 0;\nwhile (i < n) {\nres *= 10;\nres += a[i];\ni++;\n}\nreturn res;")

idea("trace_sum", "int (A a, N n)", "trace, diagonal sum, sum diagonal, matrix trace", """
np: the sum of the diagonal of the $n by $n matrix stored row by row in $a
np: the trace of the $n x $n matrix $a, stored by rows
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i * n + i];\nreturn sum;", "int sum = 0;\nint i = 0;\nwhile (i < n * n) {\nsum += a[i];\ni += n + 1;\n}\nreturn sum;")

idea("is_permutation", "B (A a, N n)", "is permutation, permutation, contains all, is perm", """
p: $a contains each of the numbers 0 to $n - 1 exactly once
p: $a is a permutation of 0, 1, ..., $n - 1
""", "for (int i = 0; i < n; i++) {\nint cnt = 0;\nfor (int j = 0; j < n; j++) {\nif (a[j] == i) cnt++;\n}\nif (cnt != 1) return false;\n}\nreturn true;", "for (int i = 0; i < n; i++) {\nbool ok = false;\nfor (int j = 0; j < n; j++) {\nif (a[j] == i) ok = true;\n}\nif (!ok) return false;\n}\nreturn true;")

idea("arith", "B (A a, N n)", "is arithmetic, arithmetic, equal steps, is progression", f"""
p: the {_ES} of {_A} [form|are] an arithmetic progression
p: neighbouring {_ES} of {_A} always differ by the same amount
""", "for (int i = 2; i < n; i++) {\nif (a[i] - a[i - 1] != a[1] - a[0]) return false;\n}\nreturn true;", "if (n < 3) return true;\nint d = a[1] - a[0];\nfor (int i = 1; i + 1 < n; i++) {\nif (a[i + 1] - a[i] != d) return false;\n}\nreturn true;")

# --- numbers -----------------------------------------------------------------------------------

for _key, _text, _names, _expr, _loop in [
    ("nth_odd", "the $n-th odd number, the first being 1", "nth odd, odd number, get odd", "2 * n - 1", None),
    ("nth_even", "the $n-th positive even number, the first being 2", "nth even, even number, get even", "2 * n", None),
    ("sum_n_odd", "[the sum of the first $n odd numbers|the sum 1 + 3 + 5 + ... of $n odd numbers]", "sum first odd, sum odd, odd sum", "n * n", "2 * i + 1"),
    ("sum_n_even", "[the sum of the first $n positive even numbers|2 + 4 + 6 + ... with $n terms]", "sum first even, sum even, even sum", "n * (n + 1)", "2 * i + 2"),
    ("sum_pow2", "[the sum of the first $n powers of two, beginning with 1|1 + 2 + 4 + ... with $n terms]", "sum powers, sum powers of two, power sum", "(1 << n) - 1", "1 << i"),
    ("pronic", "$n times $n + 1", "pronic, times next, oblong", "n * (n + 1)", None),
]:
    _bodies = [f"return {_expr};", f"int res = {_expr};\nreturn res;"]
    if _loop:
        _bodies += [f"int sum = 0;\nfor (int i = 0; i < n; i++) sum += {_loop};\nreturn sum;", f"int sum = 0;\nint i = 0;\nwhile (i < n) {{\nsum += {_loop};\ni++;\n}}\nreturn sum;"]
    elif _key.startswith("nth"):
        _bodies += [f"int res = {1 if 'odd' in _key else 2};\nfor (int i = 1; i < n; i++) res += 2;\nreturn res;"]
    idea(_key, "int (int n)", _names, f"np: {_text}", *_bodies)

idea("nth_prime", "int (int n)", "nth prime, get prime, prime number, kth prime", """
np: the $n-th prime[|, the first being 2]
v: find the $n-th prime number, 2 being the first
""", "int cnt = 0, res = 1;\nwhile (cnt < n) {\nres++;\nint i = 2;\nwhile (res % i != 0) i++;\nif (i == res) cnt++;\n}\nreturn res;", "int x = 1;\nwhile (n > 0) {\nx++;\nbool ok = true;\nfor (int i = 2; i * i <= x; i++) {\nif (x % i == 0) ok = false;\n}\nif (ok) n--;\n}\nreturn x;")

idea("is_fib", "B (int n)", "is fibonacci, fibonacci, is fib", """
p: $n is a Fibonacci number
p: $n occurs in the Fibonacci sequence 0, 1, 1, 2, 3, 5, ...
""", "int x = 0, y = 1;\nwhile (x < n) {\nint tmp = x + y;\nx = y;\ny = tmp;\n}\nreturn x == n;", "int x = 0;\nint y = 1;\nwhile (x <= n) {\nif (x == n) return true;\ny = x + y;\nx = y - x;\n}\nreturn false;")

idea("is_triangular", "B (int n)", "is triangular, triangular, triangle number", """
p: $n is a triangular number
p: $n is of the form 1 + 2 + ... + k
""", "int sum = 0;\nint i = 1;\nwhile (sum < n) {\nsum += i;\ni++;\n}\nreturn sum == n;", "for (int i = 0; i * (i + 1) / 2 <= n; i++) {\nif (i * (i + 1) / 2 == n) return true;\n}\nreturn false;")

idea("pow3", "B (int n)", "is power of three, power of three, is pow3", """
p: $n is a power of [three|3]
q: is $n a power of three?
""", "if (n < 1) return false;\nwhile (n % 3 == 0) n /= 3;\nreturn n == 1;", "int p = 1;\nwhile (p < n) p *= 3;\nreturn p == n;", "if (n <= 0) return false;\nwhile (n > 1) {\nif (n % 3 != 0) return false;\nn /= 3;\n}\nreturn true;")

idea("is_power_of", "B (int n, int k)", "is power of, power of, is power", """
p: $n is a power of $k
p: $n can be written as $k multiplied by itself some number of times[|, 1 being allowed]
""", "int p = 1;\nwhile (p < n) p *= k;\nreturn p == n;", "if (n < 1) return false;\nwhile (n % k == 0) n /= k;\nreturn n == 1;")

idea("fact_zeros", "int (int n)", "trailing zeros, factorial zeros, zeros of factorial", """
np: [the number of|how many] zeros at the end of $n factorial
v: count the trailing zeros of $n!
""", "int cnt = 0;\nwhile (n >= 5) {\nn /= 5;\ncnt += n;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 5; i <= n; i *= 5) cnt += n / i;\nreturn cnt;")

idea("trailing_zeros10", "int (int n)", "trailing zeros, count trailing zeros, zeros at end, ending zeros", """
np: [the number of|how many] zeros at the end of [the positive number |]$n
v: count the trailing zeros of the decimal form of $n
""", "int cnt = 0;\nwhile (n % 10 == 0) {\nn /= 10;\ncnt++;\n}\nreturn cnt;", "if (n % 10 != 0) return 0;\nreturn 1 + SELF(n / 10);", "int cnt = 0;\nfor (; n > 0 && n % 10 == 0; n /= 10) cnt++;\nreturn cnt;")

idea("steps_to_zero", "int (int n)", "steps to zero, num steps, reduce to zero", """
np: [the number of|how many] steps [it takes to bring|to reduce] $n to 0, halving it when even and subtracting 1 when odd
s: If $n is even halve it, else subtract 1. Count the steps until 0 is reached.
""", "int cnt = 0;\nwhile (n > 0) {\nif (n % 2 == 0) n /= 2;\nelse n--;\ncnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (n) {\nn = n & 1 ? n - 1 : n / 2;\ncnt++;\n}\nreturn cnt;", "if (n == 0) return 0;\nif (n % 2 == 0) return 1 + SELF(n / 2);\nreturn 1 + SELF(n - 1);")

idea("max4", "int (int x, int y, int z, int w)", "max4, max of four, largest of four", """
np: the [largest|maximum|biggest] of [four numbers|$x, $y, $z and $w|its four arguments]
""", "int res = x;\nif (y > res) res = y;\nif (z > res) res = z;\nif (w > res) res = w;\nreturn res;", "int res = x > y ? x : y;\nif (z > res) res = z;\nif (w > res) res = w;\nreturn res;")

idea("sum3", "int (int x, int y, int z)", "sum3, add three, sum of three, add3", """
np: the sum of [three numbers|$x, $y and $z|its three arguments]
v: add three numbers
""", "return x + y + z;", "int sum = x + y + z;\nreturn sum;", "int sum = x;\nsum += y;\nsum += z;\nreturn sum;")

idea("larger_sq", "int (int x, int y)", "sum of squares, sum squares, square sum", """
np: the sum of the squares of [$x and $y|two numbers]
np: $x squared plus $y squared
""", "return x * x + y * y;", "int sum = x * x;\nsum += y * y;\nreturn sum;", "int prod = x * x;\nreturn prod + y * y;")

idea("manhattan", "int (int x, int y, int z, int w)", "manhattan, taxi distance, grid distance, city block", """
np: the [Manhattan|city block|taxicab] distance [between|of] the points ($x, $y) and ($z, $w)
np: how many steps along the axes lead from ($x, $y) to ($z, $w)
""", "return abs(x - z) + abs(y - w);", "int k = x - z;\nint m = y - w;\nif (k < 0) k = -k;\nif (m < 0) m = -m;\nreturn k + m;")

idea("quadrant", "int (int x, int y)", "quadrant, get quadrant, which quadrant", """
np: the [number of the |]quadrant (1 to 4) in which the point ($x, $y) lies, 0 if it lies on an axis
s: Return the quadrant of the point ($x, $y), counted counterclockwise from 1, or 0 on an axis.
""", "if (x == 0 || y == 0) return 0;\nif (x > 0) return y > 0 ? 1 : 4;\nreturn y > 0 ? 2 : 3;", "if (x > 0 && y > 0) return 1;\nif (x < 0 && y > 0) return 2;\nif (x < 0 && y < 0) return 3;\nif (x > 0 && y < 0) return 4;\nreturn 0;")

idea("round_ten", "int (int x)", "round to ten, nearest ten, round ten", """
np: [the non-negative number |]$x rounded to the nearest multiple of ten[|, halves upwards]
v: round $x to the nearest ten
""", "return (x + 5) / 10 * 10;", "int r = x % 10;\nif (r >= 5) return x + 10 - r;\nreturn x - r;")

idea("shipping", "int (int x)", "shipping, shipping cost, postage, delivery fee", """
s: Shipping is free for orders of 50 or more and costs 5 otherwise. Return the cost for an order of $x.
s: Return 0 if $x is at least 50, else 5.
""", "if (x >= 50) return 0;\nreturn 5;", "return x >= 50 ? 0 : 5;", "return x < 50 ? 5 : 0;", "if (x < 50) {\nreturn 5;\n} else {\nreturn 0;\n}")

idea("temp_class", "int (int x)", "temperature class, weather, how warm, classify", """
s: Return 0 if the temperature $x is below 0, 1 if it is below 20 and 2 otherwise.
s: Classify a temperature: 0 for freezing (below 0), 1 for cool (0 to 19), 2 for warm (20 and above).
""", "if (x < 0) return 0;\nif (x < 20) return 1;\nreturn 2;", "return x < 0 ? 0 : x < 20 ? 1 : 2;", "if (x >= 20) return 2;\nif (x >= 0) return 1;\nreturn 0;", "int res = 2;\nif (x < 0) res = 0;\nelse if (x < 20) res = 1;\nreturn res;")

idea("compare", "int (int x, int y)", "compare, cmp, compare ints, order", """
np: -1 if $x is less than $y, 1 if it is greater, and 0 if they are equal
s: Compare $x and $y: return -1, 0 or 1 [if $x is smaller, equal or larger|for less, equal and greater].
""", "if (x < y) return -1;\nif (x > y) return 1;\nreturn 0;", "return (x > y) - (x < y);", "return x < y ? -1 : x > y ? 1 : 0;", "if (x == y) return 0;\nreturn x > y ? 1 : -1;")

idea("other_base", "int (int n, int b)", "digits in base, count digits base, digit count base", """
np: [the number of|how many] digits $n has in base $b
v: count the digits of $n written in base $b
""", "int cnt = 1;\nwhile (n >= b) {\nn /= b;\ncnt++;\n}\nreturn cnt;", "int cnt = 0;\ndo {\nn /= b;\ncnt++;\n} while (n > 0);\nreturn cnt;")

idea("base_sum", "int (int n, int b)", "digit sum base, sum digits base, base digit sum", """
np: the sum of the digits of $n in base $b
v: add up the digits of $n written in base $b
""", "int sum = 0;\nwhile (n > 0) {\nsum += n % b;\nn /= b;\n}\nreturn sum;", "int sum = 0;\nfor (; n > 0; n /= b) sum += n % b;\nreturn sum;", "if (n == 0) return 0;\nreturn n % b + SELF(n / b, b);")

idea("to_binary_number", "long (int n)", "to binary, binary digits, as binary, decimal to binary", """
np: a number whose decimal digits are the binary digits of $n, 5 giving 101
s: Write $n in binary and read the result as a decimal number: 6 becomes 110.
""", "long res = 0, p = 1;\nwhile (n > 0) {\nres += n % 2 * p;\np *= 10;\nn /= 2;\n}\nreturn res;", "if (n < 2) return n;\nreturn SELF(n / 2) * 10 + n % 2;")

idea("zero_bits", "int (unsigned n)", "count zeros, zero bits, clear bits", """
np: [the number of|how many] zero bits among the 32 bits of $n
v: count the zero bits among the 32 bits of $n
""", "int cnt = 0;\nfor (int i = 0; i < 32; i++) {\nif ((n >> i & 1) == 0) cnt++;\n}\nreturn cnt;", "int cnt = 32;\nwhile (n) {\ncnt -= n & 1;\nn >>= 1;\n}\nreturn cnt;")

idea("rotl", "unsigned (unsigned x, int k)", "rotate left, rotl, bit rotate", """
v: rotate the 32 bits of $x to the left by $k places (0 < $k < 32)
""", "return x << k | x >> (32 - k);", "unsigned res = x << k;\nreturn res | (x >> (32 - k));")

idea("low_byte", "unsigned (unsigned x)", "low byte, last byte, lowest byte", """
np: the lowest [byte|8 bits] of $x
v: keep only the lowest eight bits of $x
""", "return x & 0xff;", "return x & 255;", "return x % 256;")

idea("pow_d", "double (double x, int n)", "power, pow, raise, my pow", """
np: $x [to the power of|raised to the power] $n[, $n being at least 0|]
v: multiply $x by itself $n times, starting from 1
""", "double res = 1;\nfor (int i = 0; i < n; i++) res *= x;\nreturn res;", "double res = 1.0;\nwhile (n > 0) {\nres *= x;\nn--;\n}\nreturn res;", "if (n == 0) return 1;\nreturn x * SELF(x, n - 1);")

idea("lerp", "double (double x, double y, double t)", "lerp, mix, blend, interpolate", """
np: the linear interpolation between $x and $y at $t
np: the point between $x and $y, $t being 0 for $x and 1 for $y
""", "return x + (y - x) * t;", "return x * (1 - t) + y * t;", "double d = y - x;\nreturn x + t * d;")

idea("clamp_d", "double (double x, double lo, double hi)", "clamp, limit, clip, bound", """
v: limit $x to the range from $lo to $hi
np: $x clamped to [$lo, $hi]
""", "if (x < lo) return lo;\nif (x > hi) return hi;\nreturn x;", "return x < lo ? lo : x > hi ? hi : x;", "if (x > hi) x = hi;\nif (x < lo) x = lo;\nreturn x;")

idea("variance", "double (D a, N n)", "variance, var, mean square deviation", """
np: the variance of the $n numbers in $a[|, dividing by $n]
np: the mean of the squared distances of the elements of $a from their mean
""", "double sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\ndouble m = sum / n;\ndouble res = 0;\nfor (int i = 0; i < n; i++) res += (a[i] - m) * (a[i] - m);\nreturn res / n;", "double m = 0;\nfor (int i = 0; i < n; i++) m += a[i] / n;\ndouble sum = 0;\nfor (int i = 0; i < n; i++) {\ndouble d = a[i] - m;\nsum += d * d;\n}\nreturn sum / n;")

idea("norm", "double (D a, N n)", "norm, length, magnitude, euclidean norm, vector length", """
np: the [length|Euclidean norm|magnitude] of the vector $a[| with $n components]
np: the square root of the sum of the squares of $a
""", "double sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i] * a[i];\nreturn sqrt(sum);", "double sum = 0;\nint i = 0;\nwhile (i < n) {\nsum += a[i] * a[i];\ni++;\n}\nreturn sqrt(sum);")

idea("bmi", "double (double w, double m)", "bmi, body mass index, mass index", """
np: the body mass index for a weight of $w kg and a height of $m meters
np: $w divided by the square of $m
""", "return w / (m * m);", "double res = w / m;\nreturn res / m;", "return w / m / m;")

idea("speed", "double (double x, double t)", "speed, average speed, velocity", """
np: the [average |]speed when $x is covered in the time $t
np: distance $x divided by time $t, or 0 if $t is 0
""", "if (t == 0) return 0;\nreturn x / t;", "return t == 0 ? 0 : x / t;", "return t != 0 ? x / t : 0.0;")

idea("tip", "double (double x, double p)", "with tip, total with tip, add percent, with tax, gross", """
np: $x plus [a tip of |a tax of |]$p percent
v: add $p percent to $x
""", "return x + x * p / 100;", "return x * (100 + p) / 100;", "return x * (1 + p / 100);", "double res = x * p / 100;\nreturn x + res;")

idea("simple_interest", "double (double x, double r, double t)", "simple interest, interest, earned interest", """
np: the simple interest on $x at $r percent [a year |]for $t years
""", "return x * r * t / 100;", "return x * r / 100 * t;", "double res = x * r / 100;\nreturn res * t;")

idea("sphere", "double (double r)", "sphere volume, volume of sphere, ball volume", """
np: the volume of a [sphere|ball] [of|with] radius $r
""", "return 4.0 / 3.0 * M_PI * r * r * r;", "return 4 * M_PI * r * r * r / 3;", "double p = M_PI * r * r * r;\nreturn p * 4 / 3;")

idea("box", "int (int x, int y, int z)", "volume, box volume, cuboid volume", """
np: the volume of a box with [the |]sides $x, $y and $z
v: multiply the three sides of a box
""", "return x * y * z;", "int prod = x * y;\nreturn prod * z;", "int prod = x;\nprod *= y;\nprod *= z;\nreturn prod;")

idea("surface", "int (int x, int y, int z)", "surface, box surface, surface area", """
np: the surface area of a box with [the |]sides $x, $y and $z
""", "return 2 * (x * y + y * z + x * z);", "return 2 * x * y + 2 * y * z + 2 * x * z;", "int sum = x * y + x * z + y * z;\nreturn 2 * sum;")

idea("roots", "int (double x, double y, double z)", "count roots, num roots, real roots, number of solutions", """
np: the number of real solutions of $x * t * t + $y * t + $z = 0, $x not being 0
""", "double d = y * y - 4 * x * z;\nif (d > 0) return 2;\nif (d == 0) return 1;\nreturn 0;", "double d = y * y - 4 * x * z;\nreturn d > 0 ? 2 : d == 0 ? 1 : 0;")

# --- strings -----------------------------------------------------------------------------------

idea("parity_name", "const char* (int n)", "parity, even or odd, parity name, odd or even", """
np: "even" if $n is even and "odd" if it is odd
s: Return the string "even" or "odd" [depending on|according to] the parity of $n.
""", "return n % 2 == 0 ? \"even\" : \"odd\";", "if (n % 2 == 0) return \"even\";\nreturn \"odd\";", "if (n % 2 != 0) return \"odd\";\nreturn \"even\";", "return n & 1 ? \"odd\" : \"even\";")

idea("sign_name", "const char* (int x)", "sign name, describe sign, sign word", """
np: "positive", "negative" or "zero" [depending on the sign of $x|as $x is greater than, less than or equal to 0]
""", "if (x > 0) return \"positive\";\nif (x < 0) return \"negative\";\nreturn \"zero\";", "return x > 0 ? \"positive\" : x < 0 ? \"negative\" : \"zero\";", "if (x == 0) return \"zero\";\nreturn x > 0 ? \"positive\" : \"negative\";")

idea("pass_name", "const char* (int x)", "result, pass fail, verdict, exam result", """
np: "pass" if the score $x is at least 50, "fail" otherwise
s: Return "pass" for 50 points or more, else "fail".
""", "if (x >= 50) return \"pass\";\nreturn \"fail\";", "return x >= 50 ? \"pass\" : \"fail\";", "return x < 50 ? \"fail\" : \"pass\";", "if (x < 50) {\nreturn \"fail\";\n}\nreturn \"pass\";")

idea("day_name", "const char* (int d)", "day name, weekday, name of day", """
np: the name of [day $d of the week|weekday number $d], 0 being "Sunday"[, or "?" for a number that is not 0 to 6|]
""", "const char *f[] = {\"Sunday\", \"Monday\", \"Tuesday\", \"Wednesday\", \"Thursday\", \"Friday\", \"Saturday\"};\nif (d < 0 || d > 6) return \"?\";\nreturn f[d];", "switch (d) {\ncase 0: return \"Sunday\";\ncase 1: return \"Monday\";\ncase 2: return \"Tuesday\";\ncase 3: return \"Wednesday\";\ncase 4: return \"Thursday\";\ncase 5: return \"Friday\";\ncase 6: return \"Saturday\";\n}\nreturn \"?\";")

idea("longer", "const char* (S s, S t)", "longer, longer string, pick longer, longest", """
np: the longer of [the two strings |][$s and $t|two strings], [$s if they are equally long|the first if they have the same length]
""", "if (strlen(t) > strlen(s)) return t;\nreturn s;", "return strlen(s) >= strlen(t) ? s : t;", "int i = 0;\nwhile (s[i] && t[i]) i++;\nreturn t[i] ? t : s;")

idea("vowel_star", "void (T s)", "hide vowels, mask vowels, star vowels, censor", """
v: replace [every|each] [lowercase |]vowel [in|of] $s [by|with] a star ('*')
v: replace the vowels a, e, i, o and u in $s by '*'
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (strchr(\"aeiou\", s[i])) s[i] = '*';\n}", "while (*s) {\nif (*s == 'a' || *s == 'e' || *s == 'i' || *s == 'o' || *s == 'u') *s = '*';\ns++;\n}", "for (; *s; s++) {\nif (strchr(\"aeiou\", *s) != NULL) *s = '*';\n}")

idea("truncate", "void (T s, int k)", "truncate, cut, shorten, limit length, cut after", """
v: [cut|truncate|shorten] $s [after|to at most] $k characters
v: cut $s off after its first $k characters if it is longer
""", "if ((int)strlen(s) > k) s[k] = '\\0';", "int i = 0;\nwhile (s[i] && i < k) i++;\ns[i] = '\\0';", "int len = strlen(s);\nif (len > k) {\ns[len < k ? len : k] = '\\0';\n}")

idea("trim_end", "void (T s)", "trim end, rtrim, trim right, strip trailing", """
v: remove [the |all ]trailing spaces [from|of] $s
v: cut off the spaces at the end of $s
""", "int i = strlen(s);\nwhile (i > 0 && s[i - 1] == ' ') i--;\ns[i] = '\\0';", "int len = strlen(s) - 1;\nwhile (len >= 0 && s[len] == ' ') {\ns[len] = '\\0';\nlen--;\n}")

idea("trim_start", "void (T s)", "trim start, ltrim, trim left, strip leading", """
v: remove [the |all ]leading spaces [from|of] $s
v: drop the spaces at the beginning of $s
""", "int i = 0, w = 0;\nwhile (s[i] == ' ') i++;\nwhile (s[i]) s[w++] = s[i++];\ns[w] = '\\0';", "char *p = s;\nwhile (*p == ' ') p++;\nmemmove(s, p, strlen(p) + 1);")

idea("equal_nocase", "B (S s, S t)", "equal ignore case, same ignoring case, equals nocase, iequal", """
p: $s and $t are equal when [case is ignored|upper and lower case are not told apart]
p: $s and $t are the same string, ignoring case
""", "int i = 0;\nwhile (s[i] && tolower(s[i]) == tolower(t[i])) i++;\nreturn tolower(s[i]) == tolower(t[i]);", "while (*s && *t) {\nif (tolower(*s) != tolower(*t)) return false;\ns++;\nt++;\n}\nreturn *s == *t;")

idea("pal_nocase", "B (S s)", "is palindrome, palindrome ignore case, palindrome", """
p: $s is a palindrome when [case is ignored|upper and lower case are not told apart]
""", "int l = 0, r = strlen(s) - 1;\nwhile (l < r) {\nif (tolower(s[l]) != tolower(s[r])) return false;\nl++;\nr--;\n}\nreturn true;", "int len = strlen(s);\nfor (int i = 0; i < len / 2; i++) {\nif (tolower(s[i]) != tolower(s[len - 1 - i])) return false;\n}\nreturn true;")

idea("ascii_sum", "int (S s)", "ascii sum, char sum, sum of codes, checksum, sum chars", """
np: the sum of the [character codes|ASCII codes|codes of the characters] of $s
v: add up the character codes of $s
""", "int sum = 0;\nfor (int i = 0; s[i] != '\\0'; i++) sum += s[i];\nreturn sum;", "int sum = 0;\nwhile (*s) sum += *s++;\nreturn sum;", "int sum = 0;\nfor (; *s; s++) sum += *s;\nreturn sum;", "if (*s == '\\0') return 0;\nreturn *s + SELF(s + 1);")

idea("last_char", "char (S s)", "last char, last character, final char, end char", """
np: the last character of $s, or '\\\\0' if $s is empty
""", "int len = strlen(s);\nif (len == 0) return '\\0';\nreturn s[len - 1];", "if (*s == '\\0') return '\\0';\nwhile (s[1]) s++;\nreturn *s;", "char c = '\\0';\nwhile (*s) c = *s++;\nreturn c;")

idea("max_char", "char (S s)", "max char, largest char, highest char, biggest letter", """
np: the [largest|greatest|highest] character of $s[|, by character code]
np: the character of $s that comes last in the alphabet
""", "if (*s == '\\0') return '\\0';\nchar max = s[0];\nfor (int i = 1; s[i] != '\\0'; i++) {\nif (s[i] > max) max = s[i];\n}\nreturn max;", "char max = 0;\nwhile (*s) {\nif (*s > max) max = *s;\ns++;\n}\nreturn max;")

idea("sub_copy", "void (T out, S s, int k)", "take, first chars, copy first, prefix copy, left", """
v: copy the first $k characters of $s to $out and end it with a zero byte
v: write at most $k characters of $s to $out, followed by '\\\\0'
""", "int i = 0;\nwhile (i < k && s[i]) {\nout[i] = s[i];\ni++;\n}\nout[i] = '\\0';", "int i;\nfor (i = 0; i < k && s[i] != '\\0'; i++) out[i] = s[i];\nout[i] = '\\0';")

idea("rev_copy", "void (T out, S s)", "reverse copy, reversed, copy reversed, reverse to", """
v: write $s to $out in reverse order
v: copy $s backwards to $out
""", "int len = strlen(s);\nfor (int i = 0; i < len; i++) out[i] = s[len - 1 - i];\nout[len] = '\\0';", "int i = strlen(s);\nint w = 0;\nwhile (i > 0) {\ni--;\nout[w++] = s[i];\n}\nout[w] = '\\0';")

idea("int_to_str", "void (int n, T out)", "to string, int to string, itoa, number to string", """
v: write the non-negative number $n in decimal to $out
v: convert $n, which is not negative, to a decimal string in $out
""", "sprintf(out, \"%d\", n);", "int len = 0;\nint m = n;\ndo {\nm /= 10;\nlen++;\n} while (m > 0);\nout[len] = '\\0';\nwhile (len > 0) {\nlen--;\nout[len] = '0' + n % 10;\nn /= 10;\n}")

idea("bin_str", "void (int n, T out)", "to binary, binary string, to bin", """
v: write the positive number $n in binary to $out
v: convert $n to a string of binary digits in $out, $n being positive
""", "int len = 0;\nfor (int m = n; m > 0; m /= 2) len++;\nout[len] = '\\0';\nwhile (len > 0) {\nlen--;\nout[len] = '0' + n % 2;\nn /= 2;\n}", "int i = 31;\nwhile (i > 0 && !(n >> i & 1)) i--;\nint w = 0;\nwhile (i >= 0) {\nout[w++] = n >> i & 1 ? '1' : '0';\ni--;\n}\nout[w] = '\\0';")

idea("count_upto", "int (S s, char c)", "chars before, count before, length before, before char", """
np: [the number of|how many] characters of $s [that come |]before the first $c[, or the length of $s if there is none|; all of them if there is none]
""", "int i = 0;\nwhile (s[i] && s[i] != c) i++;\nreturn i;", "int cnt = 0;\nfor (; *s && *s != c; s++) cnt++;\nreturn cnt;", "int cnt = 0;\nwhile (*s) {\nif (*s == c) break;\ncnt++;\ns++;\n}\nreturn cnt;")

idea("double_letters", "int (S s)", "count doubles, double letters, count double letters, equal neighbours", """
np: [the number of|how many] characters of $s equal to the one before
np: [the number of|how many] pairs of equal neighbouring characters in $s
""", "int cnt = 0;\nfor (int i = 0; s[i] && s[i + 1]; i++) {\nif (s[i] == s[i + 1]) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nchar prev = '\\0';\nwhile (*s) {\nif (*s == prev) cnt++;\nprev = *s;\ns++;\n}\nreturn cnt;")

idea("is_number", "B (S s)", "is number, is integer, is numeric, numeric", """
p: $s is a number: one or more digits, with a minus sign in front or not
p: $s [is|looks like] a decimal integer, a leading minus being allowed
""", "int i = 0;\nif (s[0] == '-') i++;\nif (s[i] == '\\0') return false;\nfor (; s[i] != '\\0'; i++) {\nif (s[i] < '0' || s[i] > '9') return false;\n}\nreturn true;", "if (*s == '-') s++;\nif (*s == '\\0') return false;\nwhile (*s) {\nif (!isdigit(*s)) return false;\ns++;\n}\nreturn true;")

idea("atoi_signed", "int (S s)", "to int, parse int, atoi, string to int, parse", """
np: the integer written in $s, which may begin with a minus sign
v: convert $s to an int; it consists of digits, perhaps after a minus sign
""", "int f = 1;\nint res = 0;\nif (*s == '-') {\nf = -1;\ns++;\n}\nwhile (*s) {\nres = res * 10 + (*s - '0');\ns++;\n}\nreturn f * res;", "int i = 0;\nint res = 0;\nif (s[0] == '-') i = 1;\nfor (; s[i] != '\\0'; i++) res = res * 10 + s[i] - '0';\nreturn s[0] == '-' ? -res : res;", "return atoi(s);")

idea("pangram", "B (S s)", "is pangram, pangram, has all letters", """
p: $s contains every letter of the alphabet[|, in lower case]
p: all 26 lowercase letters [occur|appear] in $s
""", "for (char c = 'a'; c <= 'z'; c++) {\nif (!strchr(s, c)) return false;\n}\nreturn true;", "for (int i = 0; i < 26; i++) {\nif (strchr(s, 'a' + i) == NULL) return false;\n}\nreturn true;")

idea("common_chars", "int (S s, S t)", "common chars, shared chars, count common, in both", """
np: [the number of|how many] characters of $s [also |]found in $t
v: count the characters of $s that are [also |]in $t
""", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (strchr(t, s[i])) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (*s) {\nif (strchr(t, *s) != NULL) cnt++;\ns++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; s[i]; i++) {\nfor (int j = 0; t[j]; j++) {\nif (s[i] == t[j]) {\ncnt++;\nbreak;\n}\n}\n}\nreturn cnt;")

idea("first_word_len", "int (S s)", "first word length, length of first word, first word", """
np: the length of the first word of $s, words being separated by spaces
np: the number of characters of $s before the first space
""", "int i = 0;\nwhile (s[i] && s[i] != ' ') i++;\nreturn i;", "int cnt = 0;\nfor (; *s && *s != ' '; s++) cnt++;\nreturn cnt;", "const char *p = strchr(s, ' ');\nreturn p ? p - s : strlen(s);")

idea("last_word_len", "int (S s)", "last word length, length of last word, last word", """
np: the length of the last word of $s, words being separated by spaces
""", "int i = strlen(s) - 1;\nwhile (i >= 0 && s[i] == ' ') i--;\nint len = 0;\nwhile (i >= 0 && s[i] != ' ') {\nlen++;\ni--;\n}\nreturn len;", "int len = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] != ' ') {\nlen = i > 0 && s[i - 1] != ' ' ? len + 1 : 1;\n}\n}\nreturn len;")

idea("repeat_char", "void (T out, char c, int n)", "repeat, fill string, repeat char, make line", """
v: write $n copies of $c to $out and end it with a zero byte
v: fill $out with a string of $n times the character $c
""", "for (int i = 0; i < n; i++) out[i] = c;\nout[n] = '\\0';", "int i = 0;\nwhile (i < n) {\nout[i] = c;\ni++;\n}\nout[i] = '\\0';", "memset(out, c, n);\nout[n] = '\\0';")

idea("strcmp", "int (S s, S t)", "compare, str compare, my strcmp, compare strings", """
np: a negative number, zero or a positive number [as|if] $s is less than, equal to or greater than $t
v: compare the strings $s and $t [as strcmp does|like strcmp]
""", "while (*s && *s == *t) {\ns++;\nt++;\n}\nreturn (unsigned char)*s - (unsigned char)*t;", "int i = 0;\nwhile (s[i] && s[i] == t[i]) i++;\nreturn s[i] - t[i];", "return strcmp(s, t);")

idea("acronym_count", "int (S s)", "count capital words, capitalized words, title words", """
np: [the number of|how many] words of $s that begin with an uppercase letter
v: count the words of $s that start with a capital letter
""", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (isupper(s[i]) && (i == 0 || s[i - 1] == ' ')) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nchar prev = ' ';\nwhile (*s) {\nif (prev == ' ' && *s >= 'A' && *s <= 'Z') cnt++;\nprev = *s;\ns++;\n}\nreturn cnt;")
