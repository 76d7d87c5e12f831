"""Still more ideas: number theory, sequences, recursion, arrays as lists, sets, stacks, matrices."""

from ideas import idea

# --- numbers -----------------------------------------------------------------------------------

idea("totient", "int (int n)", "totient, phi, euler phi, euler totient, count coprime, coprimes below", """
np: [how many|the number of] [integers|numbers] from 1 to $n [that |]have no common factor with $n[| other than 1]
np: Euler's totient of $n
v: count the [numbers|integers] from 1 to $n that are coprime to $n
""", "int cnt = 0;\nfor (int i = 1; i <= n; i++) {\nint x = i, y = n;\nwhile (y != 0) {\nint tmp = x % y;\nx = y;\ny = tmp;\n}\nif (x == 1) cnt++;\n}\nreturn cnt;", "if (n < 1) return 0;\nint res = n;\nfor (int d = 2; d <= n / d; d++) {\nif (n % d != 0) continue;\nwhile (n % d == 0) n /= d;\nres -= res / d;\n}\nif (n > 1) res -= res / n;\nreturn res;", "int cnt = 0;\nfor (int i = 1; i <= n; i++) {\nbool ok = true;\nfor (int j = 2; j <= i; j++) {\nif (i % j == 0 && n % j == 0) {\nok = false;\nbreak;\n}\n}\nif (ok) cnt++;\n}\nreturn cnt;")

idea("abundant", "B (int n)", "is abundant, abundant, abundant number, check abundant, divisors exceed", """
p: $n is [abundant|an abundant number]
p: the [proper divisors of $n|divisors of $n below $n itself] add up to more than $n
q: is the sum of the proper divisors of $n greater than $n?
""", "int sum = 0;\nfor (int i = 1; i < n; i++) {\nif (n % i == 0) sum += i;\n}\nreturn n > 0 && sum > n;", "int sum = 0;\nfor (int d = 1; d <= n / 2; d++) {\nif (n % d == 0) sum += d;\n}\nreturn n > 0 && «sum > n¦n < sum»;", "if (n < 2) return false;\nint sum = 1;\nfor (int d = 2; d <= n / d; d++) {\nif (n % d == 0) {\nsum += d;\nif (d != n / d) sum += n / d;\n}\n}\nreturn sum > n;", "int sum = 0;\nfor (int i = 1; i <= n / 2; i++) {\nif (n % i == 0) sum += i;\nif (sum > n) return true;\n}\nreturn false;")

idea("amicable", "B (int x, int y)", "amicable, are amicable, is amicable pair, friendly numbers, amicable pair", """
p: $x and $y are [amicable numbers|an amicable pair|amicable]
p: $x and $y differ and each is the sum of the proper divisors of the other
""", "if (x == y) return false;\nint sum = 0, cnt = 0;\nfor (int i = 1; i < x; i++) {\nif (x % i == 0) sum += i;\n}\nfor (int i = 1; i < y; i++) {\nif (y % i == 0) cnt += i;\n}\nreturn sum == y && cnt == x;", "int sum = 0;\nfor (int d = 1; d <= x / 2; d++) {\nif (x % d == 0) sum += d;\n}\nif (sum != y || x == y) return false;\nsum = 0;\nfor (int d = 1; d <= y / 2; d++) {\nif (y % d == 0) sum += d;\n}\nreturn sum == x;", "int l = 0, r = 0;\nint i = 1;\nwhile (i < x || i < y) {\nif (i < x && x % i == 0) l += i;\nif (i < y && y % i == 0) r += i;\ni++;\n}\nreturn x != y && l == y && r == x;")

idea("happy", "B (int n)", "is happy, happy, happy number, check happy, ends in one", """
p: $n is a happy number
p: replacing $n by the sum of the squares of its digits again and again [ends at|reaches] 1
""", "if (n < 1) return false;\nwhile (n != 1 && n != 4) {\nint sum = 0;\nwhile (n > 0) {\nsum += (n % 10) * (n % 10);\nn /= 10;\n}\nn = sum;\n}\nreturn n == 1;", "if (n <= 0) return false;\nfor (int i = 0; i < 1000 && n != 1; i++) {\nint res = 0;\nfor (int tmp = n; tmp > 0; tmp /= 10) {\nint dig = tmp % 10;\nres += dig * dig;\n}\nn = res;\n}\nreturn n == 1;", "if (n == 1) return true;\nif (n < 1 || n == 4) return false;\nint sum = 0;\nwhile (n != 0) {\nint dig = n % 10;\nsum += dig * dig;\nn /= 10;\n}\nreturn SELF(sum);")

idea("pow_mod", "long (long x, long n, long m)", "pow mod, power mod, mod pow, modular power, mod exp, expmod", """
np: $x to the power [of |]$n, modulo $m
np: the remainder of $x to the $n[-th|th] when divided by $m
v: raise $x to the power $n, [reducing modulo $m at every step|keeping only the remainder modulo $m]
""", "long res = 1 % m;\nx %= m;\nwhile (n > 0) {\nif (n % 2 == 1) res = res * x % m;\nx = x * x % m;\nn /= 2;\n}\nreturn res;", "long res = 1 % m;\nfor (long i = 0; i < n; i++) res = res * (x % m) % m;\nreturn res;", "if (n <= 0) return 1 % m;\nlong y = SELF(x, n / 2, m);\ny = y * y % m;\nif (n % 2 != 0) y = y * (x % m) % m;\nreturn y;", "long res = 1 % m;\nlong base = x % m;\nfor (; n > 0; n >>= 1) {\nif (n & 1) res = (res * base) % m;\nbase = (base * base) % m;\n}\nreturn res;")

idea("digits_ascending", "B (int n)", "digits ascending, sorted digits, digits in order, digits never fall, non decreasing digits", """
p: the digits of $n never [fall|get smaller|decrease] from left to right
p: the [decimal |]digits of $n are in [ascending|non-decreasing] order[| from left to right]
""", "while (n > 9) {\nif (n % 10 < n / 10 % 10) return false;\nn /= 10;\n}\nreturn true;", "int prev = 9;\nwhile (n > 0) {\nint dig = n % 10;\nif (dig > prev) return false;\nprev = dig;\nn /= 10;\n}\nreturn true;", "if (n < 10) return true;\nif (n / 10 % 10 > n % 10) return false;\nreturn SELF(n / 10);", "bool ok = true;\nfor (int x = n; x >= 10; x /= 10) {\nif (x % 10 < (x / 10) % 10) ok = false;\n}\nreturn ok;")

idea("repdigit", "B (int n)", "repdigit, same digits, all digits equal, is repdigit, one digit only", """
p: all [decimal |]digits of $n are [equal|the same]
p: $n is written with [a single|one] digit repeated
""", "int dig = n % 10;\nwhile (n != 0) {\nif (n % 10 != dig) return false;\nn /= 10;\n}\nreturn true;", "while (n / 10 != 0) {\nif (n % 10 != n / 10 % 10) return false;\nn /= 10;\n}\nreturn true;", "bool ok = true;\nint d = n % 10;\nfor (int x = n / 10; x != 0; x /= 10) {\nif (x % 10 != d) ok = false;\n}\nreturn ok;", "if (n / 10 == 0) return true;\nreturn n % 10 == n / 10 % 10 && SELF(n / 10);")

idea("automorphic", "B (int n)", "automorphic, is automorphic, square ends in, square ends with self", """
p: the square of $n ends in [the digits of |]$n[| itself]
p: $n is automorphic, [that is, its square ends with $n|like 5, 6, 25 and 76]
""", "if (n < 0) return false;\nlong m = 10;\nwhile (m <= n) m *= 10;\nreturn (long)n * n % m == n;", "if (n < 0) return false;\nlong x = (long)n * n;\nint y = n;\ndo {\nif (x % 10 != y % 10) return false;\nx /= 10;\ny /= 10;\n} while (y > 0);\nreturn true;", "if (n < 0) return false;\nlong base = 1;\nint tmp = n;\ndo {\nbase *= 10;\ntmp /= 10;\n} while (tmp > 0);\nlong x = (long)n * n - n;\nreturn x % base == 0;")

idea("strong_number", "B (int n)", "is strong, strong number, strong, factorion, digit factorials, krishnamurthy", """
p: $n [is equal to|equals] the sum of the factorials of its digits
p: $n is a [strong number|factorion][|, like 145 = 1! + 4! + 5!]
""", "if (n <= 0) return false;\nint sum = 0;\nfor (int x = n; x > 0; x /= 10) {\nint prod = 1;\nfor (int i = 2; i <= x % 10; i++) prod *= i;\nsum += prod;\n}\nreturn sum == n;", "int orig = n, sum = 0;\nwhile (n > 0) {\nint f = 1;\nint dig = n % 10;\nwhile (dig > 1) f *= dig--;\nsum += f;\nn /= 10;\n}\nreturn orig > 0 && sum == orig;", "int prod[10] = {1};\nfor (int i = 1; i < 10; i++) prod[i] = prod[i - 1] * i;\nint sum = 0;\nint x = n;\nwhile (x > 0) {\nsum += prod[x % 10];\nx /= 10;\n}\nreturn n > 0 && sum == n;")

idea("twin_prime", "B (int n)", "twin prime, is twin prime, starts twin, twin primes", """
p: $n and $n + 2 are both prime
p: $n is the smaller of a pair of twin primes
""", "if (n < 2) return false;\nfor (int i = 2; i <= (n + 2) / i; i++) {\nif (i < n && n % i == 0) return false;\nif (i < n + 2 && (n + 2) % i == 0) return false;\n}\nreturn true;", "if (n < 2) return false;\nfor (int x = n; x <= n + 2; x += 2) {\nfor (int d = 2; d * d <= x; d++) {\nif (x % d == 0) return false;\n}\n}\nreturn true;", "if (n < 3 || n % 2 == 0) return false;\nbool ok = true;\nfor (int d = 3; d * d <= n + 2; d += 2) {\nif ((n % d == 0 && n != d) || (n + 2) % d == 0) ok = false;\n}\nreturn ok;")

idea("semiprime", "B (int n)", "is semiprime, semiprime, two prime factors, product of two primes, biprime", """
p: $n is the product of [exactly |]two primes[, equal or not|, which may be equal]
p: $n is [semiprime|a semiprime]
""", "int cnt = 0;\nfor (int d = 2; d <= n; d++) {\nwhile (n % d == 0) {\ncnt++;\nn /= d;\n}\n}\nreturn cnt == 2;", "int cnt = 0;\nfor (int d = 2; d <= n / d && cnt < 3; d++) {\nwhile (n % d == 0) {\nn /= d;\ncnt++;\n}\n}\nif (n > 1) cnt++;\nreturn cnt == 2;", "for (int d = 2; d <= n / d; d++) {\nif (n % d == 0) {\nint x = n / d;\nfor (int i = 2; i <= x / i; i++) {\nif (x % i == 0) return false;\n}\nreturn true;\n}\n}\nreturn false;")

idea("square_free", "B (int n)", "square free, is squarefree, no square factor, has no square divisor, squarefree", """
p: no square [greater than|above] 1 divides $n
p: $n is square-free[|, so no prime divides it twice]
""", "for (int i = 2; i <= n / i; i++) {\nif (n % (i * i) == 0) return false;\n}\nreturn true;", "for (int d = 2; d <= n / d; d++) {\nif (n % d == 0) {\nn /= d;\nif (n % d == 0) return false;\n}\n}\nreturn true;", "bool ok = true;\nint d = 2;\nwhile (ok && d <= n / d) {\nif (n % (d * d) == 0) ok = false;\nd++;\n}\nreturn ok;")

idea("digit_at", "int (int n, int k)", "digit at, nth digit, get digit, digit from right, kth digit, pick digit", """
np: digit [number |]$k of $n, counted from the right [beginning|starting] with 0
np: the decimal digit of $n at place $k, where place 0 is the ones
""", "for (int i = 0; i < k; i++) n /= 10;\nreturn n % 10;", "while (k-- > 0) n /= 10;\nreturn n % 10;", "if (k <= 0) return n % 10;\nreturn SELF(n / 10, k - 1);", "while (k > 0 && n != 0) {\nn /= 10;\nk--;\n}\nint dig = n % 10;\nreturn dig;")

idea("concat_numbers", "int (int x, int y)", "concat numbers, join numbers, glue, append digits, put side by side, concat ints", """
np: the number made by writing [the digits of |]$y [behind|after] [the digits of |]$x
v: [join|concatenate|glue together] the decimal digits of $x and $y
""", "int m = 10;\nwhile (m <= y) m *= 10;\nreturn x * m + y;", "int tmp = y;\ndo {\nx *= 10;\ntmp /= 10;\n} while (tmp > 0);\nreturn x + y;", "int base = 10;\nfor (int i = y; i >= 10; i /= 10) base *= 10;\nint res = x * base + y;\nreturn res;", "if (y < 10) return x * 10 + y;\nreturn SELF(x, y / 10) * 10 + y % 10;")

idea("digit_span", "int (int n)", "digit span, digit range, digit spread, max minus min digit, widest digits", """
np: the largest minus the smallest [decimal |]digit of $n
np: the difference between the [largest|biggest] and the smallest digit of $n
""", "int max = n % 10, min = n % 10;\nwhile (n > 0) {\nint dig = n % 10;\nif (dig > max) max = dig;\nif (dig < min) min = dig;\nn /= 10;\n}\nreturn max - min;", "int min = 9;\nint max = 0;\ndo {\nif (n % 10 < min) min = n % 10;\nif (n % 10 > max) max = n % 10;\nn /= 10;\n} while (n > 0);\nreturn max - min;", "int lo = n % 10, hi = lo;\nfor (n /= 10; n > 0; n /= 10) {\nint d = n % 10;\nlo = d < lo ? d : lo;\nhi = d > hi ? d : hi;\n}\nreturn hi - lo;")

idea("zeros_to_fives", "int (int n)", "zeros to fives, replace zeros, zero to five, fill zeros, swap zeros for fives", """
np: $n with every digit 0 [replaced by|changed to|turned into] 5
v: [change|turn] every zero digit of $n into a 5
""", "if (n == 0) return 5;\nint res = 0, base = 1;\nwhile (n > 0) {\nint dig = n % 10;\nif (dig == 0) dig = 5;\nres += dig * base;\nbase *= 10;\nn /= 10;\n}\nreturn res;", "int res = n, m = 1;\ndo {\nif (n % 10 == 0) res += 5 * m;\nm *= 10;\nn /= 10;\n} while (n > 0);\nreturn res;", "int dig = n % 10;\nif (dig == 0) dig = 5;\nif (n < 10) return dig;\nreturn SELF(n / 10) * 10 + dig;")

idea("count_carries", "int (int x, int y)", "count carries, carries, number of carries, carry ops, how often carry", """
np: [how many|the number of] carries [there are|that happen] when $x and $y are added [by hand|on paper|digit by digit]
v: count the carries in the written addition of $x and $y
""", "int cnt = 0, c = 0;\nwhile (x > 0 || y > 0) {\nint sum = x % 10 + y % 10 + c;\nc = sum >= 10;\ncnt += c;\nx /= 10;\ny /= 10;\n}\nreturn cnt;", "int cnt = 0;\nint c = 0;\nfor (; x != 0 || y != 0; x /= 10, y /= 10) {\nif (x % 10 + y % 10 + c > 9) {\nc = 1;\ncnt++;\n} else {\nc = 0;\n}\n}\nreturn cnt;", "int res = 0;\nbool ok = false;\nwhile (x + y > 0) {\nok = x % 10 + y % 10 + (ok ? 1 : 0) > 9;\nif (ok) res++;\nx /= 10;\ny /= 10;\n}\nreturn res;")

idea("ugly_number", "B (int n)", "is ugly, ugly number, only 2 3 5, hamming number, five smooth, regular number", """
p: $n [is positive and |]has no prime factors other than 2, 3 and 5
p: $n can be divided down to 1 by [dividing by |]2, 3 and 5 only
""", "if (n <= 0) return false;\nwhile (n % 2 == 0) n /= 2;\nwhile (n % 3 == 0) n /= 3;\nwhile (n % 5 == 0) n /= 5;\nreturn n == 1;", "if (n < 1) return false;\nfor (int d = 2; d <= 5; d++) {\nwhile (n % d == 0) n /= d;\n}\nreturn n == 1;", "if (n < 1) return false;\nif (n == 1) return true;\nif (n % 2 == 0) return SELF(n / 2);\nif (n % 3 == 0) return SELF(n / 3);\nreturn n % 5 == 0 && SELF(n / 5);", "while (n > 1) {\nif (n % 2 == 0) n /= 2;\nelse if (n % 3 == 0) n /= 3;\nelse if (n % 5 == 0) n /= 5;\nelse return false;\n}\nreturn n == 1;")

idea("icbrt", "int (int n)", "icbrt, cube root, int cube root, floor cbrt, integer cube root", """
np: the [integer|whole] cube root of $n, rounded down
np: the largest integer whose cube is [at most|not above|not greater than] $n
""", "int x = 0;\nwhile ((long)(x + 1) * (x + 1) * (x + 1) <= n) x++;\nreturn x;", "long i = 1;\nwhile (i * i * i <= n) i++;\nreturn i - 1;", "int lo = 0, hi = 1290;\nwhile (lo < hi) {\nlong m = (lo + hi + 1) / 2;\nif (m * m * m <= n) lo = m;\nelse hi = m - 1;\n}\nreturn lo;")

idea("ilog", "int (int n, int b)", "ilog, int log, log base, floor log, whole log, divisions by", """
np: the logarithm of $n to [the |]base $b, rounded down
np: the largest k such that $b to the k is at most $n
""", "int cnt = 0;\nwhile (n >= b) {\nn /= b;\ncnt++;\n}\nreturn cnt;", "if (n < b) return 0;\nreturn 1 + SELF(n / b, b);", "int k = 0;\nfor (long prod = b; prod <= n; prod *= b) k++;\nreturn k;", "int cnt = -1;\ndo {\nn /= b;\ncnt++;\n} while (n > 0);\nreturn cnt;")

idea("mult_persistence", "int (int n)", "persistence, multiplicative persistence, steps to one digit, digit product steps", """
np: how [often|many times] $n must be replaced by the product of its digits until one digit is left
np: the multiplicative persistence of $n
""", "int cnt = 0;\nwhile (n > 9) {\nint prod = 1;\nwhile (n > 0) {\nprod *= n % 10;\nn /= 10;\n}\nn = prod;\ncnt++;\n}\nreturn cnt;", "if (n < 10) return 0;\nint prod = 1;\nfor (int x = n; x > 0; x /= 10) prod *= x % 10;\nreturn 1 + SELF(prod);", "int i;\nfor (i = 0; n >= 10; i++) {\nint res = 1;\nfor (; n != 0; n /= 10) res *= n % 10;\nn = res;\n}\nreturn i;")

idea("common_divisors", "int (int x, int y)", "common divisors, count common divisors, shared divisors, num common factors, shared factors", """
np: [how many|the number of] positive integers [that |]divide both $x and $y
v: count the common divisors of $x and $y
""", "int cnt = 0;\nfor (int i = 1; i <= x && i <= y; i++) {\nif (x % i == 0 && y % i == 0) cnt++;\n}\nreturn cnt;", "int min = x < y ? x : y;\nint cnt = 0;\nfor (int d = 1; d <= min; d++) cnt += x % d == 0 && y % d == 0;\nreturn cnt;", "if (x <= 0 || y <= 0) return 0;\nwhile (y != 0) {\nint tmp = x % y;\nx = y;\ny = tmp;\n}\nint cnt = 0;\nfor (int d = 1; d <= x; d++) {\nif (x % d == 0) cnt++;\n}\nreturn cnt;")

idea("distinct_prime_factors", "int (int n)", "distinct prime factors, omega, unique primes, count different primes, how many primes divide", """
np: [how many|the number of] different primes [that |]divide $n
v: count the [distinct|different] prime factors of $n
""", "int cnt = 0;\nfor (int d = 2; d <= n; d++) {\nif (n % d == 0) {\ncnt++;\nwhile (n % d == 0) n /= d;\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int d = 2; d <= n / d; d++) {\nif (n % d != 0) continue;\ncnt++;\ndo {\nn /= d;\n} while (n % d == 0);\n}\nif (n > 1) cnt++;\nreturn cnt;", "int cnt = 0;\nfor (int i = 2; i <= n; i++) {\nbool ok = n % i == 0;\nfor (int j = 2; ok && j <= i / j; j++) {\nif (i % j == 0) ok = false;\n}\nif (ok) cnt++;\n}\nreturn cnt;")

idea("next_palindrome", "int (int n)", "next palindrome, following palindrome, palindrome after, next pal", """
np: the smallest palindrome [greater than|above] $n
np: the next number after $n that reads the same backwards
""", "while (true) {\nn++;\nint rev = 0;\nfor (int x = n; x > 0; x /= 10) rev = rev * 10 + x % 10;\nif (rev == n) return n;\n}", "int rev, tmp;\ndo {\nn++;\nrev = 0;\ntmp = n;\nwhile (tmp > 0) {\nrev = rev * 10 + tmp % 10;\ntmp /= 10;\n}\n} while (rev != n);\nreturn n;", "int x = n + 1, y = 0;\nfor (int i = x; i > 0; i /= 10) y = 10 * y + i % 10;\nif (x == y) return x;\nreturn SELF(x);")

idea("collatz_max", "long (long n)", "collatz max, collatz peak, highest collatz, hailstone peak, top of collatz", """
np: the [largest|highest] number [reached|visited] when $n is halved if even and tripled plus one if odd until it is 1
np: the peak of the Collatz sequence [beginning|starting] at $n
""", "long max = n;\nwhile (n > 1) {\nif (n % 2 == 0) n /= 2;\nelse n = 3 * n + 1;\nif (n > max) max = n;\n}\nreturn max;", "if (n <= 1) return n;\nlong next = n % 2 == 0 ? n / 2 : 3 * n + 1;\nlong res = SELF(next);\nreturn res > n ? res : n;", "long best = n;\nfor (; n > 1; n = n % 2 ? 3 * n + 1 : n / 2) {\nif (n > best) best = n;\n}\nreturn best;")

idea("floor_mod", "int (int x, int d)", "floor mod, positive mod, wrap, modulo, true mod, mod positive, wrap index", """
np: $x modulo $d as a number from 0 to $d - 1, also for negative $x
np: the non-negative remainder of $x divided by $d
""", "int r = x % d;\nif (r < 0) r += d;\nreturn r;", "return (x % d + d) % d;", "int r = x % d;\nreturn r < 0 ? r + d : r;", "if (x % d < 0) return x % d + d;\nreturn x % d;")

idea("floor_div", "int (int x, int d)", "floor div, div down, floor divide, quotient down, int floor div", """
np: $x divided by $d, rounded down[| toward minus infinity], also for negative $x
np: the largest integer not above the quotient of $x and $d
""", "int res = x / d;\nif (x % d < 0) res--;\nreturn res;", "if (x >= 0) return x / d;\nreturn -((-x + d - 1) / d);", "return x / d - (x % d < 0);", "int r = x % d;\nif (r < 0) r += d;\nreturn (x - r) / d;")

idea("count_squares_range", "int (int lo, int hi)", "count squares, squares between, perfect squares in range, num squares", """
np: [how many|the number of] perfect squares [there are |]from $lo to $hi[| inclusive]
v: count the perfect squares between $lo and $hi, both included
""", "int cnt = 0;\nfor (int i = 0; i * i <= hi; i++) {\nif (i * i >= lo) cnt++;\n}\nreturn cnt;", "int i = 0;\nwhile (i * i < lo) i++;\nint cnt = 0;\nwhile (i * i <= hi) {\ncnt++;\ni++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int x = lo; x <= hi; x++) {\nint r = 0;\nwhile (r * r < x) r++;\nif (r * r == x) cnt++;\n}\nreturn cnt;")

idea("digits_to_array", "int (int n, M out)", "digits of, split digits, to digits, digit list, explode, number to digits", """
v: write the [decimal |]digits of $n to $out, [the first digit first|from left to right], and return how many there are
v: split $n into its digits in $out, most significant first, and return their number
""", "int cnt = 0;\nint x = n;\ndo {\ncnt++;\nx /= 10;\n} while (x > 0);\nfor (int i = cnt - 1; i >= 0; i--) {\nout[i] = n % 10;\nn /= 10;\n}\nreturn cnt;", "int w = 0;\ndo {\nout[w++] = n % 10;\nn /= 10;\n} while (n > 0);\nfor (int l = 0, r = w - 1; l < r; l++, r--) {\nint tmp = out[l];\nout[l] = out[r];\nout[r] = tmp;\n}\nreturn w;", "if (n < 10) {\nout[0] = n;\nreturn 1;\n}\nint len = SELF(n / 10, out);\nout[len] = n % 10;\nreturn len + 1;", "int base = 1;\nwhile (n / base >= 10) base *= 10;\nint len = 0;\nfor (; base > 0; base /= 10) out[len++] = n / base % 10;\nreturn len;")

idea("prime_factors", "int (int n, M out)", "prime factors, factorize, factorise, factors of, decompose, split into primes", """
v: write the prime factors of $n to $out in ascending order, repeated ones repeatedly, and return how many [were written|there are]
v: [factor|factorize] $n into primes, stored in $out from small to large, and return their number
""", "int cnt = 0;\nfor (int d = 2; d <= n; d++) {\nwhile (n % d == 0) {\nout[cnt++] = d;\nn /= d;\n}\n}\nreturn cnt;", "int w = 0;\nint d = 2;\nwhile (n > 1) {\nif (n % d == 0) {\nout[w] = d;\nw++;\nn /= d;\n} else {\nd++;\n}\n}\nreturn w;", "int len = 0;\nfor (int d = 2; d <= n / d; d++) {\nwhile (n % d == 0) {\nout[len++] = d;\nn /= d;\n}\n}\nif (n > 1) out[len++] = n;\nreturn len;")

idea("list_divisors", "int (int n, M out)", "list divisors, divisors, all divisors, get divisors, divisors to array, factors", """
v: write all [positive |]divisors of $n to $out in ascending order and return how many there are
v: collect the divisors of $n, from 1 to $n, in $out; return their number
""", "int cnt = 0;\nfor (int i = 1; i <= n; i++) {\nif (n % i == 0) out[cnt++] = i;\n}\nreturn cnt;", "int w = 0;\nfor (int d = 1; d <= n / 2; d++) {\nif (n % d == 0) {\nout[w] = d;\nw++;\n}\n}\nif (n > 0) out[w++] = n;\nreturn w;", "int len = 0, i = 1;\nwhile (i <= n) {\nif (n % i == 0) out[len++] = i;\ni++;\n}\nreturn len;")

idea("primes_below", "int (int n, M out)", "primes below, list primes, primes up, collect primes, prime list, sieve", """
v: write the primes below $n to $out in ascending order and return how many there are
v: fill $out with all primes [smaller|less] than $n and return their number
""", "int cnt = 0;\nfor (int i = 2; i < n; i++) {\nbool ok = true;\nfor (int d = 2; d <= i / d; d++) {\nif (i % d == 0) {\nok = false;\nbreak;\n}\n}\nif (ok) out[cnt++] = i;\n}\nreturn cnt;", "int cnt = 0;\nfor (int x = 2; x < n; x++) {\nint j = 0;\nwhile (j < cnt && x % out[j] != 0) j++;\nif (j == cnt) out[cnt++] = x;\n}\nreturn cnt;", "int w = 0;\nfor (int i = 2; i < n; i++) {\nint d = 2;\nwhile (i % d != 0) d++;\nif (d == i) {\nout[w] = i;\nw++;\n}\n}\nreturn w;")

# --- sequences and recursion -------------------------------------------------------------------

idea("tribonacci", "long (int n)", "tribonacci, trib, nth tribonacci, tribo", """
np: the $n-th tribonacci number, where [the sequence|it] begins 0, 0, 1 and every further term is the sum of the three before
np: term $n (from 0) of the sequence 0, 0, 1, 1, 2, 4, 7, 13, in which three terms add up to the next
""", "long x = 0, y = 0, z = 1;\nfor (int i = 0; i < n; i++) {\nlong next = x + y + z;\nx = y;\ny = z;\nz = next;\n}\nreturn x;", "if (n < 2) return 0;\nif (n == 2) return 1;\nreturn SELF(n - 1) + SELF(n - 2) + SELF(n - 3);", "long f[3] = {0, 0, 1};\nfor (int i = 3; i <= n; i++) f[i % 3] = f[0] + f[1] + f[2];\nreturn n < 0 ? 0 : f[n % 3];")

idea("lucas", "long (int n)", "lucas, nth lucas, lucas number, lucas term", """
np: the $n-th Lucas number (2, 1, 3, 4, 7, 11, ..., counted from 0)
np: term $n, from 0, of the sequence that begins with 2 and 1 and goes on like Fibonacci
""", "long x = 2, y = 1;\nfor (int i = 0; i < n; i++) {\nlong next = x + y;\nx = y;\ny = next;\n}\nreturn x;", "if (n <= 0) return 2;\nif (n == 1) return 1;\nreturn SELF(n - 1) + SELF(n - 2);", "long x = 2, y = 1;\nwhile (n > 0) {\ny = x + y;\nx = y - x;\nn--;\n}\nreturn x;")

idea("catalan", "long (int n)", "catalan, catalan number, nth catalan, count trees", """
np: the $n-th Catalan number (1, 1, 2, 5, 14, 42, ..., counted from 0)
np: the number of ways to arrange $n pairs of [brackets|parentheses] correctly
""", "long res = 1;\nfor (int i = 0; i < n; i++) res = res * 2 * (2 * i + 1) / (i + 2);\nreturn res;", "if (n <= 0) return 1;\nlong sum = 0;\nfor (int i = 0; i < n; i++) sum += SELF(i) * SELF(n - 1 - i);\nreturn sum;", "if (n <= 0) return 1;\nreturn SELF(n - 1) * (4 * n - 2) / (n + 1);")

idea("hanoi", "long (int n)", "hanoi, hanoi moves, tower moves, count moves, hanoi steps", """
np: [how many|the number of] moves [needed|it takes] to solve the Tower of Hanoi with $n disks
np: the fewest moves for a Tower of Hanoi of $n disks
""", "if (n <= 0) return 0;\nreturn «2 * SELF(n - 1) + 1¦SELF(n - 1) + 1 + SELF(n - 1)»;", "long res = 0;\nfor (int i = 0; i < n; i++) res = 2 * res + 1;\nreturn res;", "if (n < 0) return 0;\nreturn (1L << n) - 1;", "long cnt = 1;\nwhile (n-- > 0) cnt *= 2;\nreturn cnt - 1;")

idea("stairs", "long (int n)", "climb stairs, stairs, ways to climb, stair ways, count climbs", """
np: [how many|the number of] ways [there are |]to climb $n stairs [with|taking] 1 or 2 steps at a time
np: the number of ordered sums of ones and twos that give $n
""", "if (n < 0) return 0;\nif (n <= 1) return 1;\nreturn SELF(n - 1) + SELF(n - 2);", "if (n < 0) return 0;\nlong prev = 1, res = 1;\nfor (int i = 2; i <= n; i++) {\nlong next = prev + res;\nprev = res;\nres = next;\n}\nreturn res;", "if (n < 0) return 0;\nlong x = 0, y = 1;\nwhile (n > 0) {\nlong tmp = x + y;\nx = y;\ny = tmp;\nn--;\n}\nreturn y;")

idea("grid_paths", "long (int m, int n)", "grid paths, count paths, unique paths, robot paths, routes, lattice paths", """
np: [how many|the number of] paths from one corner of a grid with $m rows and $n columns to the opposite corner, moving only right or down
np: the number of ways through an $m by $n grid, from the top left cell to the bottom right cell, with steps right and down only
""", "if (m < 1 || n < 1) return 0;\nif (m == 1 || n == 1) return 1;\nreturn SELF(m - 1, n) + SELF(m, n - 1);", "if (m < 1 || n < 1) return 0;\nlong res = 1;\nfor (int i = 1; i < n; i++) res = res * (m - 1 + i) / i;\nreturn res;", "if (m < 1 || n < 1) return 0;\nlong f[n];\nfor (int j = 0; j < n; j++) f[j] = 1;\nfor (int i = 1; i < m; i++) {\nfor (int j = 1; j < n; j++) f[j] += f[j - 1];\n}\nreturn f[n - 1];")

idea("josephus", "int (int n, int k)", "josephus, survivor, last one standing, who survives, last person", """
np: the [place|position] (from 0) of the one who is left when of $n people in a circle every $k-th is removed
np: the survivor of the Josephus problem with $n people and step $k, numbered from 0
""", "int res = 0;\nfor (int i = 2; i <= n; i++) res = (res + k) % i;\nreturn res;", "if (n <= 1) return 0;\nreturn (SELF(n - 1, k) + k) % n;", "int x = 0, i = 1;\nwhile (i < n) {\ni++;\nx += k;\nx %= i;\n}\nreturn x;")

idea("geo_sum", "long (int x, int r, int n)", "geo sum, geometric sum, sum geometric, series sum, geometric series", """
np: the sum of the first $n terms of the geometric [sequence|series] that begins with $x and has ratio $r
np: $x + $x*$r + $x*$r*$r + ... with $n terms
""", "long sum = 0, prod = x;\nfor (int i = 0; i < n; i++) {\nsum += prod;\nprod *= r;\n}\nreturn sum;", "if (n <= 0) return 0;\nreturn x + r * SELF(x, r, n - 1);", "long sum = 0;\nwhile (n-- > 0) sum = sum * r + x;\nreturn sum;")

idea("tetrahedral", "long (int n)", "tetrahedral, pyramid, stacked balls, cannonballs, tetra number, sum of triangulars", """
np: the sum of the first $n triangular numbers
np: the $n-th tetrahedral number, 1 + 3 + 6 + ... with $n terms
""", "long sum = 0;\nfor (int i = 1; i <= n; i++) sum += i * (i + 1) / 2;\nreturn sum;", "if (n <= 0) return 0;\nreturn (long)n * (n + 1) * (n + 2) / 6;", "long sum = 0, x = 0;\nfor (int i = 1; i <= n; i++) {\nx += i;\nsum += x;\n}\nreturn sum;", "if (n <= 0) return 0;\nreturn SELF(n - 1) + n * (n + 1) / 2;")

idea("pi_leibniz", "double (int n)", "pi approx, leibniz pi, approx pi, pi series, estimate pi", """
np: [an approximation|an estimate] of pi from the first $n terms of 4 - 4/3 + 4/5 - 4/7 + ...
np: pi by the Leibniz series with $n terms
""", "double sum = 0;\nfor (int i = 0; i < n; i++) {\nif (i % 2 == 0) sum += 4.0 / (2 * i + 1);\nelse sum -= 4.0 / (2 * i + 1);\n}\nreturn sum;", "double sum = 0, x = 4;\nfor (int i = 0; i < n; i++) {\nsum += x / (2 * i + 1);\nx = -x;\n}\nreturn sum;", "double sum = 0;\nint d = 1;\nwhile (n-- > 0) {\nsum += 4.0 / d;\nd = d > 0 ? -d - 2 : -d + 2;\n}\nreturn sum;")

idea("exp_series", "double (double x, int n)", "exp series, taylor exp, exp approx, exponential sum, my exp", """
np: the sum of the first $n terms of the series 1 + x + x^2/2! + x^3/3! + ... at $x
np: e to the power $x, [approximated|estimated] with $n terms of its Taylor series
""", "double sum = 0, prod = 1;\nfor (int i = 1; i <= n; i++) {\nsum += prod;\nprod *= x / i;\n}\nreturn sum;", "double sum = 0;\nfor (int i = 0; i < n; i++) {\ndouble e = 1;\nfor (int j = 1; j <= i; j++) e = e * x / j;\nsum += e;\n}\nreturn sum;", "if (n <= 0) return 0;\ndouble res = 1;\nfor (int i = n - 1; i > 0; i--) res = 1 + x * res / i;\nreturn res;")

idea("newton_sqrt", "double (double x)", "newton sqrt, my sqrt, square root, babylonian root, heron root, sqrt newton", """
np: the square root of $x, found by Newton's method[| without calling sqrt]
v: approximate the square root of $x by averaging a guess and $x over the guess, again and again
""", "if (x <= 0) return 0;\ndouble res = x;\nfor (int i = 0; i < 100; i++) res = (res + x / res) / 2;\nreturn res;", "if (x <= 0) return 0;\ndouble r = x > 1 ? x : 1;\nint i = 0;\nwhile (i < 200) {\nr = 0.5 * (r + x / r);\ni++;\n}\nreturn r;", "if (x <= 0) return 0;\ndouble res = x, prev;\nint cnt = 0;\ndo {\nprev = res;\nres = (prev + x / prev) / 2;\ncnt++;\n} while (res != prev && cnt < 1000);\nreturn res;")

# --- arrays: searching and counting --------------------------------------------------------------

_A = "[the array|$a|the array $a|an array|an int array|the list|the first $n elements of $a]"
_E = "[element|value|number|entry|item]"
_ES = "[elements|values|numbers|entries|items]"

idea("missing_number", "int (A a, N n)", "missing number, find missing, missing, lost number, which is missing, gap number", """
np: the one number from 0 to $n that is not among the $n different numbers of $a
np: the missing number: $a holds all of 0, 1, ..., $n but one
""", "int sum = n * (n + 1) / 2;\nfor (int i = 0; i < n; i++) sum -= a[i];\nreturn sum;", "int x = n;\nfor (int i = 0; i < n; i++) x ^= i ^ a[i];\nreturn x;", "for (int x = 0; x < n; x++) {\nbool ok = false;\nfor (int i = 0; i < n; i++) {\nif (a[i] == x) ok = true;\n}\nif (!ok) return x;\n}\nreturn n;", "int res = 0;\nfor (int i = 0; i <= n; i++) res += i;\nfor (int i = 0; i < n; i++) res -= a[i];\nreturn res;")

idea("single_number", "int (A a, N n)", "single number, odd one out, lonely, unpaired, without partner, find single", f"""
np: the one {_E} of $a that occurs once, [all others occurring|when all the others occur] exactly twice
np: the {_E} of $a without a partner; every other one is there twice
""", "int x = 0;\nfor (int i = 0; i < n; i++) x ^= a[i];\nreturn x;", "for (int i = 0; i < n; i++) {\nint cnt = 0;\nfor (int j = 0; j < n; j++) {\nif (a[j] == a[i]) cnt++;\n}\nif (cnt == 1) return a[i];\n}\nreturn 0;", "int res = 0;\nwhile (n-- > 0) res ^= *a++;\nreturn res;", "if (n <= 0) return 0;\nreturn a[n - 1] ^ SELF(a, n - 1);")

idea("majority", "int (A a, N n)", "majority, majority element, absolute majority, majority vote, more than half", f"""
np: the {_E} that makes up more than half of {_A}, or -1 if there is none
np: the majority {_E} of {_A} (more than $n / 2 times), or -1
""", "for (int i = 0; i < n; i++) {\nint cnt = 0;\nfor (int j = 0; j < n; j++) {\nif (a[j] == a[i]) cnt++;\n}\nif (cnt > n / 2) return a[i];\n}\nreturn -1;", "int best = -1, cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (cnt == 0) best = a[i];\nif (a[i] == best) cnt++;\nelse cnt--;\n}\ncnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] == best) cnt++;\n}\nreturn cnt > n / 2 ? best : -1;", "int res = -1;\nfor (int i = 0; i < n; i++) {\nint x = 0;\nfor (int j = 0; j < n; j++) x += a[i] == a[j];\nif (2 * x > n) res = a[i];\n}\nreturn res;")

idea("pivot_index", "int (A a, N n)", "pivot index, equilibrium, balance point, balance index, centre index, equilibrium index", f"""
np: the first index of $a with the same sum on its left and on its right, or -1
np: the first position where the sum of the {_ES} before it equals the sum of those after it, or -1 if there is none
""", "int r = 0;\nfor (int i = 0; i < n; i++) r += a[i];\nint l = 0;\nfor (int i = 0; i < n; i++) {\nr -= a[i];\nif (l == r) return i;\nl += a[i];\n}\nreturn -1;", "for (int i = 0; i < n; i++) {\nint l = 0, r = 0;\nfor (int j = 0; j < i; j++) l += a[j];\nfor (int j = i + 1; j < n; j++) r += a[j];\nif (l == r) return i;\n}\nreturn -1;", "int sum = 0, l = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\nfor (int i = 0; i < n; i++) {\nif (2 * l + a[i] == sum) return i;\nl += a[i];\n}\nreturn -1;")

idea("count_leaders", "int (A a, N n)", "count leaders, leaders, visible from right, seen from right, skyline right", f"""
np: [how many|the number of] {_ES} of {_A} that are greater than all {_ES} behind them
v: count the leaders of {_A}: {_ES} greater than everything to their right
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nbool ok = true;\nfor (int j = i + 1; j < n; j++) {\nif (a[j] >= a[i]) ok = false;\n}\nif (ok) cnt++;\n}\nreturn cnt;", "if (n <= 0) return 0;\nint max = a[n - 1], cnt = 1;\nfor (int i = n - 2; i >= 0; i--) {\nif (a[i] > max) {\nmax = a[i];\ncnt++;\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nint j = i + 1;\nwhile (j < n && a[j] < a[i]) j++;\nif (j == n) cnt++;\n}\nreturn cnt;")

idea("max_profit", "int (A a, N n)", "max profit, best trade, buy and sell, best profit, stock profit, one trade", """
np: the best profit from buying once and selling once later at the daily prices in $a, 0 if there is none
np: the largest rise from an element of $a to a later one, at least 0
""", "int best = 0;\nfor (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[j] - a[i] > best) best = a[j] - a[i];\n}\n}\nreturn best;", "if (n <= 0) return 0;\nint min = a[0], best = 0;\nfor (int i = 1; i < n; i++) {\nif (a[i] < min) min = a[i];\nelse if (a[i] - min > best) best = a[i] - min;\n}\nreturn best;", "int best = 0, max = 0;\nfor (int i = n - 1; i >= 0; i--) {\nif (i == n - 1 || a[i] > max) max = a[i];\nif (max - a[i] > best) best = max - a[i];\n}\nreturn best;", "int best = 0, cnt = 0;\nfor (int i = 1; i < n; i++) {\ncnt += a[i] - a[i - 1];\nif (cnt < 0) cnt = 0;\nif (cnt > best) best = cnt;\n}\nreturn best;")

idea("sum_rises", "int (A a, N n)", "sum rises, total climb, total ascent, all gains, uphill, elevation gain", f"""
np: the sum of all rises from one {_E} of {_A} to the next[, falls not counted|; falls do not count]
np: the total climb along the heights in $a
""", "int sum = 0;\nfor (int i = 1; i < n; i++) {\nif (a[i] > a[i - 1]) sum += a[i] - a[i - 1];\n}\nreturn sum;", "int res = 0;\nfor (int i = 0; i + 1 < n; i++) {\nint d = a[i + 1] - a[i];\nif (d > 0) res += d;\n}\nreturn res;", "if (n < 2) return 0;\nint d = a[n - 1] - a[n - 2];\nreturn SELF(a, n - 1) + (d > 0 ? d : 0);", "int sum = 0, i = 1;\nwhile (i < n) {\nsum += a[i] > a[i - 1] ? a[i] - a[i - 1] : 0;\ni++;\n}\nreturn sum;")

idea("plateau", "int (A a, N n)", "longest plateau, plateau, longest equal run, longest streak, max run, run length", f"""
np: the length of the longest [run|stretch] of equal neighbouring {_ES} in {_A}
np: how many times in a row the same {_E} occurs at most in {_A}
""", "if (n <= 0) return 0;\nint best = 1, cnt = 1;\nfor (int i = 1; i < n; i++) {\nif (a[i] == a[i - 1]) cnt++;\nelse cnt = 1;\nif (cnt > best) best = cnt;\n}\nreturn best;", "int best = 0;\nint i = 0;\nwhile (i < n) {\nint j = i;\nwhile (j < n && a[j] == a[i]) j++;\nif (j - i > best) best = j - i;\ni = j;\n}\nreturn best;", "int best = 0, len = 0;\nfor (int i = 0; i < n; i++) {\nlen = i > 0 && a[i] == a[i - 1] ? len + 1 : 1;\nif (len > best) best = len;\n}\nreturn best;")

idea("longest_run_of", "int (A a, N n, int x)", "longest run of, max consecutive, most in a row, longest streak of, streak of", f"""
np: the length of the longest run of {_ES} equal to $x in {_A}
np: the [most|largest number of] consecutive {_ES} of {_A} that are $x
""", "int best = 0, cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] == x) {\ncnt++;\nif (cnt > best) best = cnt;\n} else {\ncnt = 0;\n}\n}\nreturn best;", "int max = 0, len = 0;\nfor (int i = 0; i < n; i++) {\nlen = a[i] == x ? len + 1 : 0;\nmax = len > max ? len : max;\n}\nreturn max;", "int best = 0;\nfor (int i = 0; i < n; i++) {\nint j = i;\nwhile (j < n && a[j] == x) j++;\nif (j - i > best) best = j - i;\n}\nreturn best;")

idea("max_window", "int (A a, N n, int k)", "max window, best window, max sum of k, best k in a row, window max sum", f"""
np: the largest sum of $k consecutive {_ES} of {_A}, or 0 if $k is not from 1 to $n
np: the best sum of a window of $k neighbouring {_ES}, 0 if there is no such window
""", "if (k < 1 || k > n) return 0;\nint sum = 0;\nfor (int i = 0; i < k; i++) sum += a[i];\nint best = sum;\nfor (int i = k; i < n; i++) {\nsum += a[i] - a[i - k];\nif (sum > best) best = sum;\n}\nreturn best;", "if (k <= 0 || k > n) return 0;\nint best = INT_MIN;\nfor (int i = 0; i + k <= n; i++) {\nint sum = 0;\nfor (int j = i; j < i + k; j++) sum += a[j];\nif (sum > best) best = sum;\n}\nreturn best;", "if (k < 1 || k > n) return 0;\nint sum = 0, best = 0;\nfor (int i = 0; i < n; i++) {\nsum += a[i];\nif (i >= k) sum -= a[i - k];\nif (i == k - 1 || (i >= k && sum > best)) best = sum;\n}\nreturn best;")

idea("subarrays_sum", "int (A a, N n, int k)", "subarrays with sum, count subarrays, subarray sum, ranges with sum, slices with sum", f"""
np: [how many|the number of] non-empty [contiguous parts|subarrays|slices] of {_A} that [sum to|add up to] $k
v: count the pairs of a start and an end in {_A} between which the {_ES} add up to $k
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nint sum = 0;\nfor (int j = i; j < n; j++) {\nsum += a[j];\nif (sum == k) cnt++;\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int r = 0; r < n; r++) {\nint sum = 0;\nfor (int l = r; l >= 0; l--) {\nsum += a[l];\ncnt += sum == k;\n}\n}\nreturn cnt;", "if (n <= 0) return 0;\nint cnt = SELF(a + 1, n - 1, k);\nint sum = 0;\nfor (int i = 0; i < n; i++) {\nsum += a[i];\nif (sum == k) cnt++;\n}\nreturn cnt;")

idea("mountain", "B (A a, N n)", "is mountain, mountain, valid mountain, up then down, bitonic", f"""
p: {_A} first strictly rises and then strictly falls, with at least one step of each
p: {_A} is a mountain: strictly up to a peak that is not at an end, then strictly down
""", "int i = 0;\nwhile (i + 1 < n && a[i] < a[i + 1]) i++;\nif (i == 0 || i == n - 1) return false;\nwhile (i + 1 < n && a[i] > a[i + 1]) i++;\nreturn i == n - 1;", "int l = 0, r = n - 1;\nwhile (l + 1 < n && a[l] < a[l + 1]) l++;\nwhile (r > 0 && a[r] < a[r - 1]) r--;\nreturn l > 0 && l == r && r < n - 1;", "if (n < 3 || a[0] >= a[1]) return false;\nbool ok = false;\nfor (int i = 1; i < n; i++) {\nif (a[i] == a[i - 1]) return false;\nif (a[i] < a[i - 1]) ok = true;\nelse if (ok) return false;\n}\nreturn ok;")

idea("inversions", "int (A a, N n)", "inversions, count inversions, out of order pairs, disorder, unsorted pairs", f"""
np: [how many|the number of] pairs of {_ES} in {_A} that are in the wrong order, a greater one before a smaller
np: the number of inversions of {_A}
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[i] > a[j]) cnt++;\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int j = 1; j < n; j++) {\nfor (int i = 0; i < j; i++) cnt += a[i] > a[j];\n}\nreturn cnt;", "if (n < 2) return 0;\nint cnt = 0;\nfor (int i = 1; i < n; i++) {\nif (a[i] < a[0]) cnt++;\n}\nreturn cnt + SELF(a + 1, n - 1);")

idea("nth_occurrence", "int (A a, N n, int x, int k)", "nth occurrence, kth index of, find kth, occurrence, find again", f"""
np: the index at which $x occurs in {_A} for the $k-th time, counted from 1, or -1 if there are fewer
np: the position of occurrence number $k (from 1) of $x in {_A}, or -1
""", "for (int i = 0; i < n; i++) {\nif (a[i] == x && --k == 0) return i;\n}\nreturn -1;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] == x) {\ncnt++;\nif (cnt == k) return i;\n}\n}\nreturn -1;", "int cnt = 0, res = -1;\nfor (int i = 0; i < n; i++) {\nif (a[i] != x) continue;\ncnt++;\nif (cnt == k) res = i;\n}\nreturn res;")

idea("find_subarray", "int (A a, N n, A b, N m)", "find subarray, search sequence, index of sequence, find block, subarray index", """
np: the first index of $a at which all [of |]$b occurs as a block, or -1
np: where the $m elements of $b first stand side by side, in order, in $a; -1 if nowhere
""", "for (int i = 0; i + m <= n; i++) {\nint j = 0;\nwhile (j < m && a[i + j] == b[j]) j++;\nif (j == m) return i;\n}\nreturn -1;", "for (int i = 0; i <= n - m; i++) {\nif (memcmp(a + i, b, m * sizeof(int)) == 0) return i;\n}\nreturn -1;", "for (int i = 0; i <= n - m; i++) {\nbool ok = true;\nfor (int j = 0; j < m; j++) {\nif (a[i + j] != b[j]) {\nok = false;\nbreak;\n}\n}\nif (ok) return i;\n}\nreturn -1;")

idea("is_subset", "B (A a, N n, A b, N m)", "is subset, subset, all in, contained in, every in, covers", f"""
p: every {_E} of $a [occurs|is found] in $b
p: $a is a subset of $b[, repeats not counted|, however often the {_ES} occur]
""", "for (int i = 0; i < n; i++) {\nbool ok = false;\nfor (int j = 0; j < m; j++) {\nif (a[i] == b[j]) ok = true;\n}\nif (!ok) return false;\n}\nreturn true;", "for (int i = 0; i < n; i++) {\nint j = 0;\nwhile (j < m && b[j] != a[i]) j++;\nif (j == m) return false;\n}\nreturn true;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nfor (int j = 0; j < m; j++) {\nif (b[j] == a[i]) {\ncnt++;\nbreak;\n}\n}\n}\nreturn cnt == n;", "if (n == 0) return true;\nfor (int j = 0; j < m; j++) {\nif (b[j] == a[0]) return SELF(a + 1, n - 1, b, m);\n}\nreturn false;")

idea("is_subsequence", "B (A a, N n, A b, N m)", "is subsequence, subsequence, in order within, occurs in order, embedded", f"""
p: the {_ES} of $a occur in $b in the same order, gaps being allowed
p: $a can be made from $b by leaving out {_ES}
""", "int i = 0;\nfor (int j = 0; j < m; j++) {\nif (i < n && a[i] == b[j]) i++;\n}\nreturn i == n;", "int i = 0, j = 0;\nwhile (i < n && j < m) {\nif (a[i] == b[j]) i++;\nj++;\n}\nreturn i == n;", "if (n == 0) return true;\nif (m == 0) return false;\nif (a[0] == b[0]) return SELF(a + 1, n - 1, b + 1, m - 1);\nreturn SELF(a, n, b + 1, m - 1);", "int j = 0;\nfor (int i = 0; i < n; i++) {\nwhile (j < m && b[j] != a[i]) j++;\nif (j >= m) return false;\nj++;\n}\nreturn true;")

idea("disjoint", "B (A a, N n, A b, N m)", "disjoint, nothing in common, no common, are disjoint, no overlap, share nothing", f"""
p: $a and $b have no {_E} in common
p: no {_E} of $a occurs in $b
""", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j < m; j++) {\nif (a[i] == b[j]) return false;\n}\n}\nreturn true;", "bool ok = true;\nfor (int i = 0; i < n && ok; i++) {\nfor (int j = 0; j < m; j++) {\nif (a[i] == b[j]) ok = false;\n}\n}\nreturn ok;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nfor (int j = 0; j < m; j++) cnt += a[i] == b[j];\n}\nreturn cnt == 0;", "for (const int *p = a; p < a + n; p++) {\nint j = 0;\nwhile (j < m && b[j] != *p) j++;\nif (j < m) return false;\n}\nreturn true;")

idea("first_repeat", "int (A a, N n)", "first repeat, first duplicate, first seen again, repeated first, first twice", f"""
np: the first {_E} of {_A} that has occurred before, or -1 if all are different
np: the first {_E} that repeats an earlier one, -1 if none does
""", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j < i; j++) {\nif (a[j] == a[i]) return a[i];\n}\n}\nreturn -1;", "for (int i = 1; i < n; i++) {\nint j = i - 1;\nwhile (j >= 0 && a[j] != a[i]) j--;\nif (j >= 0) return a[i];\n}\nreturn -1;", "int res = -1;\nbool ok = false;\nfor (int i = 0; i < n && !ok; i++) {\nfor (int j = 0; j < i; j++) {\nif (a[i] == a[j]) {\nres = a[i];\nok = true;\n}\n}\n}\nreturn res;")

idea("first_unique", "int (A a, N n)", "first unique, first single, first not repeated, first loner, first only once", f"""
np: the first {_E} of {_A} that occurs only once, or -1
np: the first {_E} without a duplicate in {_A}, -1 if there is none
""", "for (int i = 0; i < n; i++) {\nint cnt = 0;\nfor (int j = 0; j < n; j++) {\nif (a[i] == a[j]) cnt++;\n}\nif (cnt == 1) return a[i];\n}\nreturn -1;", "for (int i = 0; i < n; i++) {\nbool ok = true;\nfor (int j = 0; j < n; j++) {\nif (i != j && a[i] == a[j]) {\nok = false;\nbreak;\n}\n}\nif (ok) return a[i];\n}\nreturn -1;", "for (int i = 0; i < n; i++) {\nint j = 0;\nwhile (j < n && (j == i || a[j] != a[i])) j++;\nif (j == n) return a[i];\n}\nreturn -1;")

idea("count_unique", "int (A a, N n)", "count unique, singles, count singles, occur once, how many unique, not repeated", f"""
np: [how many|the number of] {_ES} of {_A} that occur exactly once
v: count the {_ES} of {_A} that have no duplicate
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nint x = 0;\nfor (int j = 0; j < n; j++) {\nif (a[j] == a[i]) x++;\n}\nif (x == 1) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nbool ok = true;\nfor (int j = 0; j < n; j++) {\nif (j != i && a[j] == a[i]) ok = false;\n}\ncnt += ok;\n}\nreturn cnt;", "int cnt = n;\nfor (int i = 0; i < n; i++) {\nfor (int j = 0; j < n; j++) {\nif (i != j && a[i] == a[j]) {\ncnt--;\nbreak;\n}\n}\n}\nreturn cnt;")

idea("lower_bound", "int (A a, N n, int x)", "lower bound, insert position, first not less, insertion point, where to insert", f"""
np: the first index of the sorted array $a whose {_E} is [at least|not less than] $x, or $n if there is none
np: the place at which $x would go into the ascending array $a, before equal {_ES}
""", "int l = 0, r = n;\nwhile (l < r) {\nint m = l + (r - l) / 2;\nif (a[m] < x) l = m + 1;\nelse r = m;\n}\nreturn l;", "int i = 0;\nwhile (i < n && a[i] < x) i++;\nreturn i;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] < x) cnt++;\n}\nreturn cnt;", "for (int i = 0; i < n; i++) {\nif (a[i] >= x) return i;\n}\nreturn n;")

idea("has_pair_diff", "B (A a, N n, int k)", "has pair diff, pair with difference, differ by, two apart by, any gap", f"""
p: two {_ES} of {_A} [differ by exactly|have the difference] $k[, which is positive|, $k being positive]
p: there are {_ES} x and y in {_A} with x - y = $k ($k > 0)
""", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j < n; j++) {\nif (i != j && a[i] - a[j] == k) return true;\n}\n}\nreturn false;", "if (k < 0) k = -k;\nfor (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (abs(a[i] - a[j]) == k) return true;\n}\n}\nreturn false;", "bool ok = false;\nfor (int i = 0; i + 1 < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nint d = a[i] - a[j];\nif (d == k || d == -k) ok = true;\n}\n}\nreturn ok;")

idea("count_triplets", "int (A a, N n, int x)", "count triplets, triplets with sum, three sum, triples, count triples", f"""
np: [how many|the number of] triplets of {_ES} at different places in {_A} that [add up|sum] to $x
v: count the ways to choose three {_ES} of {_A} with the sum $x
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nfor (int k = j + 1; k < n; k++) {\nif (a[i] + a[j] + a[k] == x) cnt++;\n}\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < n - 2; i++) {\nint y = x - a[i];\nfor (int j = i + 1; j < n - 1; j++) {\nint z = y - a[j];\nfor (int k = j + 1; k < n; k++) {\nif (a[k] == z) cnt++;\n}\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int k = 2; k < n; k++) {\nfor (int j = 1; j < k; j++) {\nfor (int i = 0; i < j; i++) cnt += a[i] + a[j] + a[k] == x;\n}\n}\nreturn cnt;")

idea("lex_compare", "int (A a, N n, A b, N m)", "lex compare, compare arrays, compare lists, array cmp, lexicographic order", """
np: -1, 0 or 1 as $a comes before, equals or comes after $b in dictionary order
v: compare $a and $b element by element; the first difference decides, then the length; give -1, 0 or 1
""", "for (int i = 0; i < n && i < m; i++) {\nif (a[i] < b[i]) return -1;\nif (a[i] > b[i]) return 1;\n}\nreturn (n > m) - (n < m);", "int i = 0;\nwhile (i < n && i < m && a[i] == b[i]) i++;\nif (i < n && i < m) return a[i] < b[i] ? -1 : 1;\nif (n == m) return 0;\nreturn n < m ? -1 : 1;", "if (n == 0 && m == 0) return 0;\nif (n == 0) return -1;\nif (m == 0) return 1;\nif (*a != *b) return *a < *b ? -1 : 1;\nreturn SELF(a + 1, n - 1, b + 1, m - 1);")

idea("zigzag", "B (A a, N n)", "is zigzag, zigzag, alternates, wiggle, up and down, is wiggly", f"""
p: {_A} goes up and down in turn, each step in the opposite direction to the one before[ and no two neighbours equal|]
p: {_A} is a zigzag: every inner {_E} is greater than both neighbours or less than both[, and no neighbours are equal|]
""", "for (int i = 1; i < n; i++) {\nif (a[i] == a[i - 1]) return false;\nif (i > 1 && (a[i] > a[i - 1]) == (a[i - 1] > a[i - 2])) return false;\n}\nreturn true;", "int prev = 0;\nfor (int i = 1; i < n; i++) {\nint d = (a[i] > a[i - 1]) - (a[i] < a[i - 1]);\nif (d == 0 || d == prev) return false;\nprev = d;\n}\nreturn true;", "if (n < 2) return true;\nif (n == 2) return a[0] != a[1];\nif (a[0] < a[1] && a[1] <= a[2]) return false;\nif (a[0] > a[1] && a[1] >= a[2]) return false;\nif (a[0] == a[1]) return false;\nreturn SELF(a + 1, n - 1);")

idea("arith_sequence", "B (A a, N n)", "is arithmetic, arithmetic sequence, constant difference, equal steps, evenly spaced", f"""
p: {_A} is an arithmetic sequence
p: the difference between neighbouring {_ES} of {_A} is always the same
""", "for (int i = 2; i < n; i++) {\nif (a[i] - a[i - 1] != a[1] - a[0]) return false;\n}\nreturn true;", "if (n < 3) return true;\nint d = a[1] - a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] != a[i - 1] + d) return false;\n}\nreturn true;", "bool ok = true;\nfor (int i = 1; i + 1 < n; i++) {\nif (a[i + 1] - a[i] != a[i] - a[i - 1]) ok = false;\n}\nreturn ok;", "if (n < 3) return true;\nif (2 * a[1] != a[0] + a[2]) return false;\nreturn SELF(a + 1, n - 1);")

idea("fib_like", "B (A a, N n)", "fib like, is fibonacci like, sums of two before, additive sequence, fib rule", f"""
p: every {_E} of {_A} from the third on is the sum of the two before it
p: {_A} follows the Fibonacci rule, whatever its first two {_ES} are
""", "for (int i = 2; i < n; i++) {\nif (a[i] != a[i - 1] + a[i - 2]) return false;\n}\nreturn true;", "int i = 0;\nwhile (i + 2 < n && a[i] + a[i + 1] == a[i + 2]) i++;\nreturn i + 2 >= n;", "if (n < 3) return true;\nreturn a[n - 1] == a[n - 2] + a[n - 3] && SELF(a, n - 1);", "bool ok = true;\nfor (int i = 0; i < n - 2; i++) {\nif (a[i] + a[i + 1] != a[i + 2]) ok = false;\n}\nreturn ok;")

idea("max_nonadjacent", "int (A a, N n)", "max nonadjacent, no neighbours sum, rob houses, house robber, best apart, skip neighbours", f"""
np: the largest sum of {_ES} of {_A} no two of which are neighbours, at least 0
np: the most that can be collected from $a if two adjacent {_ES} may never both be taken, 0 if nothing pays
""", "int x = 0, y = 0;\nfor (int i = 0; i < n; i++) {\nint tmp = x + a[i];\nx = y;\nif (tmp > y) y = tmp;\n}\nreturn y;", "if (n <= 0) return 0;\nint x = SELF(a, n - 1);\nint y = a[n - 1] + SELF(a, n - 2);\nreturn x > y ? x : y;", "int prev = 0, best = 0;\nfor (int i = n - 1; i >= 0; i--) {\nint next = prev + a[i] > best ? prev + a[i] : best;\nprev = best;\nbest = next;\n}\nreturn best;")

idea("count_groups", "int (A a, N n)", "count groups, count blocks, islands, nonzero groups, count islands, clusters", f"""
np: [how many|the number of] groups of neighbouring nonzero {_ES} in {_A}
v: count the islands in {_A}: unbroken runs of {_ES} that are not zero
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] != 0 && (i == 0 || a[i - 1] == 0)) cnt++;\n}\nreturn cnt;", "int cnt = 0, i = 0;\nwhile (i < n) {\nif (a[i] == 0) {\ni++;\ncontinue;\n}\ncnt++;\nwhile (i < n && a[i] != 0) i++;\n}\nreturn cnt;", "int cnt = 0;\nbool ok = false;\nfor (int i = 0; i < n; i++) {\nif (a[i] != 0 && !ok) cnt++;\nok = a[i] != 0;\n}\nreturn cnt;")

idea("trap_water", "int (A a, N n)", "trap water, rain water, trapped rain, water held, pool volume", """
np: the amount of rain water that stays between walls of the heights in $a, each of width 1
np: for the terrain with heights $a, the sum over all places of the water above them, up to the lower of the highest walls left and right
""", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nint l = a[i], r = a[i];\nfor (int j = 0; j < i; j++) {\nif (a[j] > l) l = a[j];\n}\nfor (int j = i + 1; j < n; j++) {\nif (a[j] > r) r = a[j];\n}\nsum += (l < r ? l : r) - a[i];\n}\nreturn sum;", "if (n <= 0) return 0;\nint l = 0, r = n - 1, sum = 0;\nint lo = a[l], hi = a[r];\nwhile (l < r) {\nif (lo < hi) {\nl++;\nif (a[l] > lo) lo = a[l];\nsum += lo - a[l];\n} else {\nr--;\nif (a[r] > hi) hi = a[r];\nsum += hi - a[r];\n}\n}\nreturn sum;", "int sum = 0, max = 0;\nfor (int i = 0; i < n; i++) {\nif (i == 0 || a[i] > max) max = a[i];\nint best = a[i];\nfor (int j = n - 1; j > i; j--) {\nif (a[j] > best) best = a[j];\n}\nif (best > max) best = max;\nsum += best - a[i];\n}\nreturn sum;")

idea("jump_game", "B (A a, N n)", "can reach end, jump game, can jump, reach last, can finish", """
p: the last [place|index] of $a can be reached from the first when from place i one may jump up to a[i] places forward
p: jumping from index 0, at most as far as the [number|value] at each place says, one can get to the end of $a
""", "int max = 0;\nfor (int i = 0; i < n; i++) {\nif (i > max) return false;\nif (i + a[i] > max) max = i + a[i];\n}\nreturn true;", "int end = n - 1;\nfor (int i = n - 2; i >= 0; i--) {\nif (a[i] > 0 && i + a[i] >= end) end = i;\n}\nreturn end <= 0;", "int k = 0;\nfor (int i = 0; i + 1 < n; i++) {\nif (a[i] > k) k = a[i];\nif (k <= 0) return false;\nk--;\n}\nreturn true;")

idea("votes_winner", "int (A a, N n, int k)", "winner, election winner, most votes, who won, count votes, top candidate", """
np: the candidate from 0 to $k - 1 with the most votes in $a, the lowest number if votes are equal
np: the winner among $k candidates (0 to $k - 1), $a holding the number of one candidate per vote; a tie goes to the lower number
""", "int best = 0, max = -1;\nfor (int c = 0; c < k; c++) {\nint cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] == c) cnt++;\n}\nif (cnt > max) {\nmax = cnt;\nbest = c;\n}\n}\nreturn best;", "if (k < 1) return 0;\nint *cnt = calloc(k, sizeof(int));\nfor (int i = 0; i < n; i++) {\nif (a[i] >= 0 && a[i] < k) cnt[a[i]]++;\n}\nint best = 0;\nfor (int c = 1; c < k; c++) {\nif (cnt[c] > cnt[best]) best = c;\n}\nfree(cnt);\nreturn best;", "int res = 0, best = 0;\nfor (int c = k - 1; c >= 0; c--) {\nint cnt = 0;\nfor (int i = 0; i < n; i++) cnt += a[i] == c;\nif (cnt >= best) {\nbest = cnt;\nres = c;\n}\n}\nreturn res;")

idea("dedupe", "int (M a, N n)", "dedupe, remove duplicates, unique, drop repeats, keep first of each, make unique", f"""
v: keep only the first of equal {_ES} in $a, in order, and return [the new length|how many are left]
v: remove all duplicates from $a, sorted or not, and return the number of {_ES} that stay
""", "int w = 0;\nfor (int i = 0; i < n; i++) {\nint j = 0;\nwhile (j < w && a[j] != a[i]) j++;\nif (j == w) a[w++] = a[i];\n}\nreturn w;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nbool ok = true;\nfor (int j = 0; j < cnt; j++) {\nif (a[j] == a[i]) {\nok = false;\nbreak;\n}\n}\nif (ok) {\na[cnt] = a[i];\ncnt++;\n}\n}\nreturn cnt;", "for (int i = 0; i < n; i++) {\nint j = i + 1;\nwhile (j < n) {\nif (a[j] == a[i]) {\nfor (int k = j; k + 1 < n; k++) a[k] = a[k + 1];\nn--;\n} else {\nj++;\n}\n}\n}\nreturn n;")

idea("evens_first", "void (M a, N n)", "evens first, even before odd, partition parity, group parity, even odd partition", f"""
v: move the even {_ES} of $a before the odd ones, keeping the order within both groups
v: rearrange $a so that all even {_ES} come first, otherwise in the old order
""", "int w = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] % 2 == 0) {\nint tmp = a[i];\nfor (int j = i; j > w; j--) a[j] = a[j - 1];\na[w++] = tmp;\n}\n}", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j + 1 < n - i; j++) {\nif (a[j] % 2 != 0 && a[j + 1] % 2 == 0) {\nint tmp = a[j];\na[j] = a[j + 1];\na[j + 1] = tmp;\n}\n}\n}", "if (n < 1) return;\nint tmp[n];\nint w = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] % 2 == 0) tmp[w++] = a[i];\n}\nfor (int i = 0; i < n; i++) {\nif (a[i] % 2 != 0) tmp[w++] = a[i];\n}\nfor (int i = 0; i < n; i++) a[i] = tmp[i];")

idea("suffix_sums", "void (M a, N n)", "suffix sums, sums from right, reverse running sum, tail sums, remaining sums", f"""
v: replace [every|each] {_E} of $a by the sum of itself and all {_ES} behind it
v: turn $a into its suffix sums
""", "for (int i = n - 2; i >= 0; i--) a[i] += a[i + 1];", "int sum = 0;\nfor (int i = n - 1; i >= 0; i--) {\nsum += a[i];\na[i] = sum;\n}", "for (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) a[i] += a[j];\n}", "if (n < 2) return;\nSELF(a + 1, n - 1);\na[0] += a[1];")

idea("bubble_pass", "void (M a, N n)", "bubble pass, bubble once, one pass, single bubble pass, bubble up", """
v: make one pass of bubble sort over $a: swap neighbours that are in the wrong order, from left to right
v: go through $a once and swap each pair of neighbours whose left one is greater
""", "for (int i = 0; i + 1 < n; i++) {\nif (a[i] > a[i + 1]) {\nint tmp = a[i];\na[i] = a[i + 1];\na[i + 1] = tmp;\n}\n}", "for (int i = 1; i < n; i++) {\nif (a[i - 1] > a[i]) {\nint tmp = a[i];\na[i] = a[i - 1];\na[i - 1] = tmp;\n}\n}", "if (n < 1) return;\nint max = a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] >= max) {\na[i - 1] = max;\nmax = a[i];\n} else {\na[i - 1] = a[i];\n}\n}\na[n - 1] = max;")

idea("reverse_range", "void (M a, int lo, int hi)", "reverse range, reverse part, flip section, reverse between, flip slice", """
v: reverse the part of $a from index $lo to index $hi, both included
v: turn around the elements of $a at the indices $lo to $hi and leave the others alone
""", "while (lo < hi) {\nint tmp = a[lo];\na[lo] = a[hi];\na[hi] = tmp;\nlo++;\nhi--;\n}", "for (; lo < hi; lo++, hi--) {\nint tmp = a[lo];\na[lo] = a[hi];\na[hi] = tmp;\n}", "if (lo >= hi) return;\nint tmp = a[lo];\na[lo] = a[hi];\na[hi] = tmp;\nSELF(a, lo + 1, hi - 1);", "int len = hi - lo + 1;\nfor (int i = 0; i < len / 2; i++) {\nint tmp = a[lo + i];\na[lo + i] = a[hi - i];\na[hi - i] = tmp;\n}")

idea("insert_sorted", "void (M a, N n, int x)", "insert sorted, sorted insert, insert in order, add in order, put in place", f"""
v: insert $x into the sorted array $a of $n {_ES} so that it stays sorted; there is room for one more
v: put $x at its place in the ascending array $a, moving the greater {_ES} up by one
""", "int i = n - 1;\nwhile (i >= 0 && a[i] > x) {\na[i + 1] = a[i];\ni--;\n}\na[i + 1] = x;", "int i;\nfor (i = n; i > 0 && a[i - 1] > x; i--) a[i] = a[i - 1];\na[i] = x;", "int k = 0;\nwhile (k < n && a[k] <= x) k++;\nfor (int i = n; i > k; i--) a[i] = a[i - 1];\na[k] = x;", "a[n] = x;\nfor (int i = n; i > 0 && a[i] < a[i - 1]; i--) {\nint tmp = a[i];\na[i] = a[i - 1];\na[i - 1] = tmp;\n}")

idea("remove_at", "int (M a, N n, int k)", "remove at, delete at, erase index, delete element, drop index, cut out", f"""
v: [remove|delete] the {_E} at index $k from $a, close the gap and return the new length; [nothing happens|leave $a alone] if $k is not a valid index
v: take {_E} number $k (from 0) out of $a and return how many are left; a wrong index changes nothing
""", "if (k < 0 || k >= n) return n;\nfor (int i = k; i + 1 < n; i++) a[i] = a[i + 1];\nreturn n - 1;", "if (k < 0 || k >= n) return n;\nn--;\nfor (int i = k; i < n; i++) a[i] = a[i + 1];\nreturn n;", "if (k < 0 || k >= n) return n;\nmemmove(a + k, a + k + 1, (n - k - 1) * sizeof(int));\nreturn n - 1;", "int w = 0;\nfor (int i = 0; i < n; i++) {\nif (i != k) a[w++] = a[i];\n}\nreturn w;")

idea("stack_push", "B (M a, P n, int m, int x)", "push, stack push, push item, try push, add to stack", """
v: push $x on the stack $a, which holds *$n of at most $m elements, and return whether there was room
s: Put $x on top of the stack $a and count *$n up. Return false, changing nothing, if *$n is already $m.
""", "if (*n >= m) return false;\na[*n] = x;\n(*n)++;\nreturn true;", "if (*n < m) {\na[(*n)++] = x;\nreturn true;\n}\nreturn false;", "bool ok = *n < m;\nif (ok) a[(*n)++] = x;\nreturn ok;", "int len = *n;\nif (len >= m) return false;\na[len] = x;\n*n = len + 1;\nreturn true;")

idea("stack_pop", "int (A a, P n)", "pop, stack pop, pop item, take top, pop int", """
v: take the top element off the stack $a of *$n elements and return it, -1 if the stack is empty
s: Count *$n down and return the element that was on top of the stack $a, or -1 if there was none.
""", "if (*n <= 0) return -1;\n(*n)--;\nreturn a[*n];", "if (*n > 0) return a[--(*n)];\nreturn -1;", "int res = -1;\nif (*n > 0) {\nres = a[*n - 1];\n*n -= 1;\n}\nreturn res;", "return *n > 0 ? a[--*n] : -1;")

idea("is_heap", "B (A a, N n)", "is heap, is max heap, heap ordered, valid heap, check heap", f"""
p: {_A} is a max-heap: no {_E} at index i is less than those at 2*i + 1 and 2*i + 2
p: {_A}, seen as a binary tree, has no child greater than its parent
""", "for (int i = 1; i < n; i++) {\nif (a[i] > a[(i - 1) / 2]) return false;\n}\nreturn true;", "for (int i = 0; i < n; i++) {\nif (2 * i + 1 < n && a[2 * i + 1] > a[i]) return false;\nif (2 * i + 2 < n && a[2 * i + 2] > a[i]) return false;\n}\nreturn true;", "int i = n - 1;\nwhile (i > 0 && a[i] <= a[(i - 1) / 2]) i--;\nreturn i <= 0;")

idea("product_except_self", "void (A a, M out, N n)", "product except self, products of others, others product, all but self", f"""
v: set every {_E} of $out to the product of all {_ES} of $a except the one at the same index
v: write to $out, for each place, the product of all the other {_ES} of $a
""", "for (int i = 0; i < n; i++) {\nint prod = 1;\nfor (int j = 0; j < n; j++) {\nif (j != i) prod *= a[j];\n}\nout[i] = prod;\n}", "int prod = 1;\nfor (int i = 0; i < n; i++) {\nout[i] = prod;\nprod *= a[i];\n}\nprod = 1;\nfor (int i = n - 1; i >= 0; i--) {\nout[i] *= prod;\nprod *= a[i];\n}", "for (int i = 0; i < n; i++) out[i] = 1;\nfor (int i = 0; i < n; i++) {\nfor (int j = 0; j < n; j++) {\nif (i != j) out[j] *= a[i];\n}\n}")

idea("ranks", "void (A a, M out, N n)", "ranks, rank all, compute ranks, standings, count smaller each", f"""
v: write to $out for each {_E} of $a how many {_ES} of $a are smaller
v: fill $out with the ranks of the {_ES} of $a, 0 for the smallest, equal ones getting the same rank
""", "for (int i = 0; i < n; i++) {\nint cnt = 0;\nfor (int j = 0; j < n; j++) {\nif (a[j] < a[i]) cnt++;\n}\nout[i] = cnt;\n}", "for (int i = 0; i < n; i++) {\nout[i] = 0;\nfor (int j = 0; j < n; j++) out[i] += a[j] < a[i];\n}", "for (int i = 0; i < n; i++) out[i] = 0;\nfor (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[i] < a[j]) out[j]++;\nelse if (a[j] < a[i]) out[i]++;\n}\n}")

idea("set_minus", "int (A a, N n, A b, N m, M out)", "set minus, except, not in other, difference of sets, only in first", f"""
v: copy the {_ES} of $a that are not in $b to $out, in order, and return how many there are
v: write $a without the {_ES} of $b to $out and return the number written
""", "int w = 0;\nfor (int i = 0; i < n; i++) {\nint j = 0;\nwhile (j < m && b[j] != a[i]) j++;\nif (j == m) out[w++] = a[i];\n}\nreturn w;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nbool ok = false;\nfor (int j = 0; j < m; j++) {\nif (a[i] == b[j]) {\nok = true;\nbreak;\n}\n}\nif (!ok) out[cnt++] = a[i];\n}\nreturn cnt;", "int len = 0;\nfor (int i = 0; i < n; i++) {\nout[len] = a[i];\nlen++;\nfor (int j = 0; j < m; j++) {\nif (b[j] == a[i]) {\nlen--;\nbreak;\n}\n}\n}\nreturn len;")

# --- matrices in a flat array, statistics, intervals ---------------------------------------------

idea("row_sum", "int (A a, int m, int i)", "row sum, sum row, row total, total of row, sum of row", """
np: the sum of row $i of the matrix $a, stored row by row with $m columns
np: the total of the $m numbers in row number $i (from 0) of the row-major matrix $a
""", "int sum = 0;\nfor (int j = 0; j < m; j++) sum += a[i * m + j];\nreturn sum;", "const int *p = a + i * m;\nint sum = 0;\nfor (int j = 0; j < m; j++) sum += p[j];\nreturn sum;", "int sum = 0;\nfor (int k = i * m; k < (i + 1) * m; k++) sum += a[k];\nreturn sum;", "int res = 0, j = 0;\nwhile (j < m) {\nres += a[m * i + j];\nj++;\n}\nreturn res;")

idea("col_sum", "int (A a, int n, int m, int j)", "col sum, column sum, sum column, column total, sum of column", """
np: the sum of column $j of the matrix $a with $n rows and $m columns, stored row by row
np: the total of column number $j (from 0) in the row-major $n by $m matrix $a
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i * m + j];\nreturn sum;", "int sum = 0;\nfor (int k = j; k < n * m; k += m) sum += a[k];\nreturn sum;", "int sum = 0, i = 0;\nwhile (i < n) {\nsum += a[m * i + j];\ni++;\n}\nreturn sum;", "const int *p = a + j;\nint res = 0;\nfor (int i = 0; i < n; i++) {\nres += *p;\np += m;\n}\nreturn res;")

idea("transpose", "void (M a, int n)", "transpose, transpose square, flip diagonal, rows to columns, mat transpose", """
v: transpose the $n by $n matrix $a, stored row by row, in place
v: swap rows and columns of the square matrix $a with $n rows
""", "for (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nint tmp = a[i * n + j];\na[i * n + j] = a[j * n + i];\na[j * n + i] = tmp;\n}\n}", "for (int i = 1; i < n; i++) {\nfor (int j = 0; j < i; j++) {\nint tmp = a[i * n + j];\na[i * n + j] = a[j * n + i];\na[j * n + i] = tmp;\n}\n}", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j < n; j++) {\nif (i < j) {\nint *p = &a[i * n + j];\nint tmp = *p;\n*p = a[j * n + i];\na[j * n + i] = tmp;\n}\n}\n}")

idea("symmetric_matrix", "B (A a, int n)", "is symmetric, symmetric, symmetric matrix, equals transpose, check symmetry", """
p: the $n by $n matrix $a, stored row by row, is symmetric
p: the square matrix $a with $n rows equals its transpose
""", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j < i; j++) {\nif (a[i * n + j] != a[j * n + i]) return false;\n}\n}\nreturn true;", "for (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[i * n + j] != a[j * n + i]) return false;\n}\n}\nreturn true;", "bool ok = true;\nfor (int i = 0; i < n; i++) {\nfor (int j = 0; j < n; j++) {\nif (a[n * i + j] != a[n * j + i]) ok = false;\n}\n}\nreturn ok;")

idea("identity_matrix", "void (M a, int n)", "identity, identity matrix, make identity, unit matrix, set identity, eye", """
v: make $a the $n by $n identity matrix, stored row by row
v: fill the square matrix $a of $n rows with ones on the diagonal and zeros elsewhere
""", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j < n; j++) a[i * n + j] = i == j;\n}", "for (int i = 0; i < n * n; i++) a[i] = 0;\nfor (int i = 0; i < n; i++) a[i * n + i] = 1;", "for (int i = 0; i < n * n; i++) a[i] = «i % (n + 1) == 0 ? 1 : 0¦i / n == i % n ? 1 : 0»;", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j < n; j++) {\nif (i == j) a[i * n + j] = 1;\nelse a[i * n + j] = 0;\n}\n}")

idea("anti_diagonal", "int (A a, int n)", "anti diagonal, antidiagonal sum, second diagonal, counter diagonal, other diagonal", """
np: the sum of the diagonal from the top right to the bottom left corner of the $n by $n matrix $a, stored row by row
np: the sum of the second diagonal of the square row-major matrix $a with $n rows
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i * n + n - 1 - i];\nreturn sum;", "int sum = 0;\nfor (int i = 1; i <= n; i++) sum += a[i * (n - 1)];\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) {\nfor (int j = 0; j < n; j++) {\nif (i + j == n - 1) sum += a[i * n + j];\n}\n}\nreturn sum;", "int sum = 0, j = n - 1;\nfor (int i = 0; i < n; i++) {\nsum += a[i * n + j];\nj--;\n}\nreturn sum;")

idea("stddev", "double (D a, N n)", "stddev, std dev, standard deviation, sd, spread, sigma", """
np: the [population |]standard deviation of the $n values in $a, 0 if there are none
np: the square root of the mean squared distance of the values in $a from their mean, 0 for no values
""", "if (n <= 0) return 0;\ndouble sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\ndouble m = sum / n;\nsum = 0;\nfor (int i = 0; i < n; i++) sum += (a[i] - m) * (a[i] - m);\nreturn sqrt(sum / n);", "if (n < 1) return 0;\ndouble m = 0, res = 0;\nfor (int i = 0; i < n; i++) m += a[i] / n;\nfor (int i = 0; i < n; i++) {\ndouble d = a[i] - m;\nres += d * d;\n}\nreturn sqrt(res / n);", "if (n == 0) return 0.0;\ndouble sum = 0;\nint i = 0;\nwhile (i < n) sum += a[i++];\ndouble x = sum / n, y = 0;\nfor (i = 0; i < n; i++) y += pow(a[i] - x, 2);\nreturn sqrt(y / n);")

idea("weighted_mean", "double (D a, D b, N n)", "weighted mean, weighted average, weighted avg, mean with weights, wavg", """
np: the mean of the $n values in $a weighted with $b, 0 if the weights add up to 0
np: the sum of the products of $a and $b divided by the sum of $b, or 0 where that sum is 0
""", "double sum = 0, w = 0;\nfor (int i = 0; i < n; i++) {\nsum += a[i] * b[i];\nw += b[i];\n}\nreturn w == 0 ? 0 : sum / w;", "double w = 0;\nfor (int i = 0; i < n; i++) w += b[i];\nif (w == 0) return 0;\ndouble sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i] * b[i];\nreturn sum / w;", "double x = 0, y = 0;\nint i = 0;\nwhile (i < n) {\nx += b[i] * a[i];\ny += b[i];\ni++;\n}\nif (y != 0) return x / y;\nreturn 0;")

idea("median_sorted", "double (A a, N n)", "median, median sorted, middle value, median of sorted, med", f"""
np: the median of the sorted array $a: the middle {_E}, or the mean of the two middle ones if $n is even; 0 if it is empty
np: the median of the $n {_ES} in $a, which are already sorted, 0 for an empty array
""", "if (n <= 0) return 0;\nif (n % 2 == 1) return a[n / 2];\nreturn (a[n / 2 - 1] + a[n / 2]) / 2.0;", "if (n <= 0) return 0;\nreturn (a[(n - 1) / 2] + a[n / 2]) / 2.0;", "if (n < 1) return 0;\nint m = n / 2;\ndouble res = a[m];\nif (n % 2 == 0) res = (res + a[m - 1]) / 2;\nreturn res;", "int l = 0, r = n - 1;\nwhile (l < r - 1) {\nl++;\nr--;\n}\nif (n <= 0) return 0;\nreturn (a[l] + a[r]) * 0.5;")

idea("rms", "double (D a, N n)", "rms, root mean square, quadratic mean, effective value, rms value", """
np: the root mean square of the $n values in $a, 0 if there are none
np: the square root of the mean of the squares of the values in $a, 0 for an empty array
""", "if (n <= 0) return 0;\ndouble sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i] * a[i];\nreturn sqrt(sum / n);", "double sum = 0;\nfor (int i = 0; i < n; i++) sum += pow(a[i], 2);\nreturn n > 0 ? sqrt(sum / n) : 0;", "if (n < 1) return 0;\ndouble res = 0;\nfor (const double *p = a; p < a + n; p++) res += *p * *p;\nres /= n;\nreturn sqrt(res);")

idea("argmax_d", "int (D a, N n)", "argmax, index of max, peak index, where is max, max position, loudest", """
np: the index of the [largest|greatest] value in $a, the first one if it occurs more than once, -1 if $a is empty
np: where the maximum of the $n doubles in $a first stands, or -1 for an empty array
""", "if (n <= 0) return -1;\nint best = 0;\nfor (int i = 1; i < n; i++) {\nif (a[i] > a[best]) best = i;\n}\nreturn best;", "int best = -1;\nfor (int i = 0; i < n; i++) {\nif (best < 0 || a[i] > a[best]) best = i;\n}\nreturn best;", "if (n < 1) return -1;\ndouble max = a[0];\nint k = 0;\nfor (int i = 1; i < n; i++) {\nif (a[i] > max) {\nmax = a[i];\nk = i;\n}\n}\nreturn k;", "int best = n - 1;\nfor (int i = n - 2; i >= 0; i--) {\nif (a[i] >= a[best]) best = i;\n}\nreturn n > 0 ? best : -1;")

idea("trapezoid", "double (D a, N n, double x)", "trapezoid, trapz, integrate, area under curve, trapezoidal rule", """
np: the area under the curve with the $n heights $a, which are $x apart, by the trapezoid rule
np: the integral of the samples $a with step $x, using trapezoids
""", "double sum = 0;\nfor (int i = 1; i < n; i++) sum += (a[i - 1] + a[i]) / 2 * x;\nreturn sum;", "double sum = 0;\nfor (int i = 0; i + 1 < n; i++) sum += a[i] + a[i + 1];\nreturn sum * x / 2;", "if (n < 2) return 0;\ndouble sum = (a[0] + a[n - 1]) / 2;\nfor (int i = 1; i < n - 1; i++) sum += a[i];\nreturn sum * x;")

idea("intervals_overlap", "B (int lo, int hi, int x, int y)", "overlap, intervals overlap, ranges overlap, do overlap, intersect, collide", """
p: the [ranges|intervals] from $lo to $hi and from $x to $y have a number in common, ends included
p: $lo..$hi and $x..$y overlap or touch
""", "return lo <= y && x <= hi;", "if (hi < x) return false;\nif (y < lo) return false;\nreturn true;", "return !(hi < x || y < lo);", "bool ok = lo <= y;\nif (x > hi) ok = false;\nreturn ok;")

idea("overlap_length", "int (int lo, int hi, int x, int y)", "overlap length, common length, shared length, overlap, intersection length", """
np: the length of the part that the intervals from $lo to $hi and from $x to $y share, 0 if they do not overlap
np: how long the overlap of $lo..$hi and $x..$y is, 0 if there is none
""", "int l = lo > x ? lo : x;\nint r = hi < y ? hi : y;\nreturn r > l ? r - l : 0;", "if (x > lo) lo = x;\nif (y < hi) hi = y;\nif (hi < lo) return 0;\nreturn hi - lo;", "int max = lo, min = hi;\nif (x > max) max = x;\nif (y < min) min = y;\nint len = min - max;\nreturn len < 0 ? 0 : len;")

idea("count_covering", "int (A a, A b, N n, int x)", "count covering, active at, how many contain, open at, stabbing count, present at", """
np: [how many|the number of] intervals from $a[i] to $b[i], ends included, [that |]contain $x
np: how many of the $n intervals with starts $a and ends $b contain the point $x, both ends counting
""".replace("$a[i] to $b[i]", "a start in $a to the end in $b"), "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] <= x && x <= b[i]) cnt++;\n}\nreturn cnt;", "int cnt = n;\nfor (int i = 0; i < n; i++) {\nif (x < a[i] || x > b[i]) cnt--;\n}\nreturn n > 0 ? cnt : 0;", "int cnt = 0;\nfor (int i = 0; i < n; i++) cnt += a[i] <= x && b[i] >= x;\nreturn cnt;", "if (n <= 0) return 0;\nint k = a[n - 1] <= x && x <= b[n - 1];\nreturn k + SELF(a, b, n - 1, x);")

idea("max_overlap", "int (A a, A b, N n)", "max overlap, rooms needed, min rooms, busiest moment, peak guests, most at once", """
np: the largest number of intervals that hold at the same time; interval number i begins at element i of $a and ends just before element i of $b
np: how many rooms are needed for $n meetings with starts $a and ends $b, when a room is free again at the end of a meeting
""", "int best = 0;\nfor (int i = 0; i < n; i++) {\nint cnt = 0;\nfor (int j = 0; j < n; j++) {\nif (a[j] <= a[i] && a[i] < b[j]) cnt++;\n}\nif (cnt > best) best = cnt;\n}\nreturn best;", "int max = 0;\nfor (int i = 0; i < n; i++) {\nint x = a[i], cnt = 0;\nfor (int j = 0; j < n; j++) cnt += a[j] <= x && b[j] > x;\nmax = cnt > max ? cnt : max;\n}\nreturn max;", "int best = 0;\nfor (const int *p = a; p < a + n; p++) {\nint cnt = 0;\nint j = 0;\nwhile (j < n) {\nif (*p >= a[j] && *p < b[j]) cnt++;\nj++;\n}\nif (best < cnt) best = cnt;\n}\nreturn best;")

# Their arguments must fit each other or be small: matrices, sorted arrays, long sequences.
UNSUITED = {"missing_number", "single_number", "lower_bound", "has_pair_diff", "reverse_range", "insert_sorted", "stack_push", "stack_pop", "row_sum", "col_sum", "transpose", "symmetric_matrix", "identity_matrix", "anti_diagonal", "tribonacci", "lucas", "catalan", "hanoi", "stairs", "ilog"}
