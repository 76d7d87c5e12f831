"""Ideas over single numbers: arithmetic, digits, predicates, ranges, bits, conditionals."""

from ideas import idea

# --- two and three numbers ---------------------------------------------------------------------

idea("max2", "int (int x, int y)", "max2, max of two, larger, bigger, maximum, greater, max int", """
np: the [larger|bigger|greater|maximum|higher] of [the two numbers|$x and $y|two integers|its two arguments|the two values $x and $y]
np: the maximum of [$x and $y|two numbers|two ints|both arguments]
v: pick the [larger|bigger|greater] of [$x and $y|two numbers]
q: which [is|number is] [larger|bigger|greater], $x or $y?
np: whichever of $x and $y is [larger|bigger|greater]
""", "return «x > y¦x >= y» ? x : y;", "return «x < y¦x <= y» ? y : x;", "if («x > y¦x >= y») return x;\nreturn y;", "if («x < y¦y > x») return y;\nreturn x;", "int res = x;\nif (y > res) res = y;\nreturn res;", "if («x > y¦y < x») {\nreturn x;\n} else {\nreturn y;\n}")

idea("min2", "int (int x, int y)", "min2, min of two, smaller, lesser, minimum, lower, min int", """
np: the [smaller|lesser|minimum|lower] of [the two numbers|$x and $y|two integers|its two arguments|the two values $x and $y]
np: the minimum of [$x and $y|two numbers|two ints|both arguments]
v: pick the [smaller|lesser|lower] of [$x and $y|two numbers]
q: which [is|number is] [smaller|less|lower], $x or $y?
np: whichever of $x and $y is [smaller|lower]
""", "return «x < y¦x <= y» ? x : y;", "return «x > y¦x >= y» ? y : x;", "if («x < y¦x <= y») return x;\nreturn y;", "if («y < x¦x > y») return y;\nreturn x;", "int res = x;\nif (y < res) res = y;\nreturn res;", "if («x < y¦y > x») {\nreturn x;\n} else {\nreturn y;\n}")

idea("max3", "int (int x, int y, int z)", "max3, max of three, largest of three, biggest of three, maximum3, largest", """
np: the [largest|biggest|greatest|maximum|highest] of [three numbers|three integers|$x, $y and $z|its three arguments|the three values|the three numbers $x, $y and $z]
np: the maximum of [$x, $y and $z|three numbers|three ints]
v: pick the [largest|biggest|greatest] of [$x, $y and $z|three numbers]
q: which of [$x, $y and $z|the three numbers] is the [largest|biggest|greatest]?
""", "int res = x;\nif (y > res) res = y;\nif (z > res) res = z;\nreturn res;", "if (x >= y && x >= z) return x;\nif (y >= z) return y;\nreturn z;", "int res = x > y ? x : y;\nreturn «res > z ? res : z¦z > res ? z : res»;", "if (x > y) {\nreturn x > z ? x : z;\n}\nreturn y > z ? y : z;", "if (x >= y && x >= z) {\nreturn x;\n} else if (y >= x && y >= z) {\nreturn y;\n} else {\nreturn z;\n}", "int res = y > z ? y : z;\nif (x > res) res = x;\nreturn res;")

idea("min3", "int (int x, int y, int z)", "min3, min of three, smallest of three, least of three, minimum3, smallest", """
np: the [smallest|least|minimum|lowest] of [three numbers|three integers|$x, $y and $z|its three arguments|the three values|the three numbers $x, $y and $z]
np: the minimum of [$x, $y and $z|three numbers|three ints]
v: pick the [smallest|least|lowest] of [$x, $y and $z|three numbers]
q: which of [$x, $y and $z|the three numbers] is the [smallest|least]?
""", "int res = x;\nif (y < res) res = y;\nif (z < res) res = z;\nreturn res;", "if (x <= y && x <= z) return x;\nif (y <= z) return y;\nreturn z;", "int res = x < y ? x : y;\nreturn «res < z ? res : z¦z < res ? z : res»;", "if (x < y) {\nreturn x < z ? x : z;\n}\nreturn y < z ? y : z;", "int res = y < z ? y : z;\nif (x < res) res = x;\nreturn res;")

idea("median3", "int (int x, int y, int z)", "median3, median of three, middle of three, middle value, mid3, median", """
np: the [median|middle value|middle one] of [three numbers|three integers|$x, $y and $z|the three values]
np: the [number|value] that is neither the largest nor the smallest of [$x, $y and $z|three numbers]
v: find the [median|middle value] of [$x, $y and $z|three numbers]
q: which of $x, $y and $z lies between the other two?
""", "if ((x >= y && x <= z) || (x <= y && x >= z)) return x;\nif ((y >= x && y <= z) || (y <= x && y >= z)) return y;\nreturn z;", "int max = x;\nint min = x;\nif (y > max) max = y;\nif (z > max) max = z;\nif (y < min) min = y;\nif (z < min) min = z;\nreturn x + y + z - max - min;", "if (x > y) {\nint tmp = x;\nx = y;\ny = tmp;\n}\nif (y > z) y = z;\nreturn x > y ? x : y;")

idea("abs", "int (int x)", "absolute, absolute value, abs value, magnitude, my abs, int abs", """
np: the absolute value of [$x|a number|an integer|an int|its argument]
np: the magnitude of [$x|a number|an integer]
np: $x without its sign
np: the distance of $x from zero
v: drop the sign of $x
v: make $x non-negative by flipping its sign if needed
""", "return «x < 0 ? -x : x¦x >= 0 ? x : -x¦x > 0 ? x : -x»;", "if (x < 0) return -x;\nreturn x;", "if (x >= 0) return x;\nreturn -x;", "if (x < 0) x = -x;\nreturn x;", "return abs(x);", "int res = x;\nif (res < 0) res = -res;\nreturn res;", py=lambda x: abs(x))

idea("sign", "int (int x)", "sign, signum, sgn, sign of, get sign", """
np: the sign of [$x|a number|an integer]: [-1, 0 or 1|1, 0 or -1|-1 if it is negative, 0 if it is zero, 1 if it is positive]
np: -1 if $x is negative, 0 if it is zero and 1 if it is positive
np: 1 for positive $x, -1 for negative $x, 0 for zero
s: Signum: return -1, 0 or 1 [depending on the sign of $x|according to the sign of $x|for negative, zero and positive $x].
s: Return 1 if $x is positive, -1 if it is negative, and 0 otherwise.
s: Return -1 for a negative number, 0 for zero and 1 for a positive number.
""", "if (x > 0) return 1;\nif (x < 0) return -1;\nreturn 0;", "if (x < 0) return -1;\nif (x > 0) return 1;\nreturn 0;", "return (x > 0) - (x < 0);", "return x > 0 ? 1 : x < 0 ? -1 : 0;", "if (x == 0) return 0;\nreturn x > 0 ? 1 : -1;", "int res = 0;\nif (x > 0) res = 1;\nelse if (x < 0) res = -1;\nreturn res;", py=lambda x: (x > 0) - (x < 0))

idea("clamp", "int (int x, int lo, int hi)", "clamp, clip, limit, constrain, bound, clamp value, clamp to range", """
np: $x [limited|clamped|clipped|restricted|constrained] to [the range from $lo to $hi|[$lo, $hi]|the interval [$lo, $hi]|$lo..$hi]
v: clamp $x [to|into] [the range $lo..$hi|$lo and $hi|the interval from $lo to $hi]
v: keep $x between $lo and $hi
v: limit $x to the range from $lo to $hi
s: Return $lo if $x is below $lo, $hi if it is above $hi, and $x otherwise.
s: If $x is [smaller|less] than $lo return $lo, if it is [larger|greater] than $hi return $hi, else return $x.
v: force $x into the range between $lo and $hi
""", "if (x < lo) return lo;\nif (x > hi) return hi;\nreturn x;", "return x < lo ? lo : x > hi ? hi : x;", "if (x > hi) return hi;\nif (x < lo) return lo;\nreturn x;", "if (x < lo) x = lo;\nelse if (x > hi) x = hi;\nreturn x;", "int res = x;\nif (res < lo) res = lo;\nif (res > hi) res = hi;\nreturn res;", "if (x < lo) {\nreturn lo;\n} else if (x > hi) {\nreturn hi;\n} else {\nreturn x;\n}")

idea("absdiff", "int (int x, int y)", "abs diff, absolute difference, distance, difference, gap, dist", """
np: the absolute difference [of|between] [$x and $y|two numbers|two integers]
np: the distance between [$x and $y|two numbers|two integers|two points on a line]
np: how far apart [$x and $y|two numbers] are
np: the non-negative difference of [$x and $y|two numbers]
q: how far apart are $x and $y?
v: subtract the smaller of $x and $y from the larger
""", "return «x > y ? x - y : y - x¦x < y ? y - x : x - y»;", "if (x > y) return x - y;\nreturn y - x;", "if (x < y) return y - x;\nreturn x - y;", "return abs(x - y);", "int d = x - y;\nreturn d < 0 ? -d : d;", "int d = x - y;\nif (d < 0) d = -d;\nreturn d;", py=lambda x, y: abs(x - y))

idea("add2", "int (int x, int y)", "add, sum two, add two, plus, sum, add numbers, sum of two", """
np: the sum of [$x and $y|two numbers|two integers|its two arguments|both arguments]
v: add [two numbers|$x and $y|two integers|$x to $y]
v: add [two numbers|two ints] together
np: $x plus $y
q: what is $x plus $y?
""", "return x + y;", "return y + x;", "int sum = x + y;\nreturn sum;", "int res = x;\nres += y;\nreturn res;")

idea("mul2", "int (int x, int y)", "multiply, mul, product, times, product of two", """
np: the product of [$x and $y|two numbers|two integers]
v: multiply [two numbers|$x and $y|two integers|$x by $y]
np: $x times $y
q: what is $x times $y?
""", "return x * y;", "return y * x;", "int res = x * y;\nreturn res;")

idea("sub2", "int (int x, int y)", "subtract, difference, minus, sub", """
np: the difference [$x minus $y|of $x and $y, that is $x minus $y]
np: $x minus $y
v: subtract $y from $x
""", "return x - y;", "int res = x - y;\nreturn res;", "return -(y - x);")

idea("avg2", "double (int x, int y)", "average, mean, avg, average of two, mean of two, midpoint", """
np: the [average|mean|arithmetic mean] of [$x and $y|two numbers|two integers]
v: compute the [mean|average] of two ints
np: the [point halfway|midpoint] between $x and $y, as a double
""", "return (x + y) / 2.0;", "double sum = x + y;\nreturn sum / 2;", "return ((double)x + y) / 2;", "return 0.5 * (x + y);")

idea("avg3", "double (double x, double y, double z)", "average3, mean3, avg of three, average of three", """
np: the [average|mean|arithmetic mean] of [$x, $y and $z|three numbers|three doubles]
v: average three numbers
""", "return (x + y + z) / 3;", "return (x + y + z) / 3.0;", "double sum = x + y + z;\nreturn sum / 3;", "double sum = x;\nsum += y;\nsum += z;\nreturn sum / 3.0;")

idea("square", "int (int x)", "square, squared, sqr, sq, square of", """
np: the square of [$x|a number|an integer|its argument]
np: $x squared
np: $x times itself
v: square [$x|a number|an integer]
v: multiply $x by itself
""", "return x * x;", "int res = x * x;\nreturn res;", "int res = x;\nres *= x;\nreturn res;")

idea("cube", "int (int x)", "cube, cubed, cube of, third power", """
np: the cube of [$x|a number|an integer]
np: $x [cubed|to the third power|raised to the third power]
v: cube [$x|a number|an integer]
""", "return x * x * x;", "int res = x * x;\nreturn res * x;", "int res = x;\nres *= x;\nres *= x;\nreturn res;")

idea("double", "int (int x)", "twice, double it, doubled, times two, double value", """
np: [twice|double|two times] [$x|the number|the argument]
v: double [$x|a number|an integer]
np: $x multiplied by [2|two]
""", "return «2 * x¦x * 2»;", "return x + x;", "int res = x;\nres += x;\nreturn res;", "return x << 1;")

# --- number theory -----------------------------------------------------------------------------

idea("even", "B (int x)", "is even, even, iseven, check even, divisible by two", """
p: [$x|a number|the number|an integer|the number $x|n] is even
p: $x is [divisible by|a multiple of] [2|two]
p: $x can be divided by two without remainder
q: is $x even?
""", "return x % 2 == 0;", "return !(x % 2);", "return (x & 1) == 0;", "if (x % 2 == 0) return true;\nreturn false;", "if (x & 1) return false;\nreturn true;", "return x % 2 == 0 ? true : false;", py=lambda x: x % 2 == 0)

idea("odd", "B (int x)", "is odd, odd, isodd, check odd", """
p: [$x|a number|the number|an integer|the number $x] is odd
p: $x is not [divisible by|a multiple of] [2|two]
p: $x leaves a remainder when divided by two
q: is $x odd?
""", "return x % 2 != 0;", "return x & 1;", "return (x & 1) == 1;", "if (x % 2 != 0) return true;\nreturn false;", "if (x % 2 == 0) return false;\nreturn true;", "return x % 2 == 0 ? false : true;", py=lambda x: x % 2 == 1)

idea("positive", "B (int x)", "is positive, positive", """
p: [$x|a number|the number] is [positive|greater than zero|above zero]
q: is $x positive?
""", "return x > 0;", "if (x > 0) return true;\nreturn false;", "return x > 0 ? true : false;", "if (x <= 0) return false;\nreturn true;")

idea("negative", "B (int x)", "is negative, negative", """
p: [$x|a number|the number] is [negative|less than zero|below zero]
q: is $x negative?
""", "return x < 0;", "if (x < 0) return true;\nreturn false;", "return x < 0 ? true : false;", "if (x >= 0) return false;\nreturn true;")

idea("divisible", "B (int x, int d)", "is divisible, divides, divisible by, is multiple, multiple of", """
p: $x is [divisible by|a multiple of|evenly divisible by] $d
p: $d [divides|evenly divides|is a divisor of|is a factor of] $x
p: $x divided by $d leaves no remainder
q: is $x divisible by $d?
q: does $d divide $x?
""", "return x % d == 0;", "return !(x % d);", "if (x % d == 0) return true;\nreturn false;", "if (x % d != 0) return false;\nreturn true;", "int r = x % d;\nreturn r == 0;", "return x / d * d == x;")

idea("inrange", "B (int x, int lo, int hi)", "in range, between, is between, within, is in range, inside", """
p: $x [is|lies] between $lo and $hi[| inclusive|, both included]
p: $x is in the range [from $lo to $hi|[$lo, $hi]|$lo..$hi]
p: $x is at least $lo and at most $hi
p: $x is not [below|less than] $lo and not [above|greater than] $hi
q: is $x between $lo and $hi?
""", "return x >= lo && x <= hi;", "return lo <= x && x <= hi;", "if (x < lo) return false;\nif (x > hi) return false;\nreturn true;", "if (x < lo || x > hi) return false;\nreturn true;", "if (x >= lo && x <= hi) return true;\nreturn false;", "return !(x < lo || x > hi);")

idea("prime", "B (int n)", "is prime, prime, isprime, check prime, prime number, is prime number", """
p: [$n|a number|the number|an integer|the number $n] is [prime|a prime|a prime number]
p: $n has no divisors [other than|except|besides] 1 and itself
p: $n has exactly two divisors
q: is $n [prime|a prime number]?
""", "if (n < 2) return false;\nfor (int i = 2; i * i <= n; i++) {\nif (n % i == 0) return false;\n}\nreturn true;",
"if (n <= 1) return false;\nfor (int i = 2; i < n; i++) {\nif (n % i == 0) return false;\n}\nreturn true;",
"if (n < 2) return false;\nif (n % 2 == 0) return n == 2;\nfor (int i = 3; i * i <= n; i += 2) {\nif (n % i == 0) return false;\n}\nreturn true;",
"if (n < 2) return false;\nint i = 2;\nwhile (i * i <= n) {\nif (n % i == 0) return false;\ni++;\n}\nreturn true;",
"int cnt = 0;\nfor (int i = 1; i <= n; i++) {\nif (n % i == 0) cnt++;\n}\nreturn cnt == 2;",
"if (n < 2) return false;\nfor (int i = 2; i <= n / 2; i++) {\nif (n % i == 0) return false;\n}\nreturn true;",
"if (n < 2) return false;\nbool ok = true;\nfor (int i = 2; i * i <= n; i++) {\nif (n % i == 0) {\nok = false;\nbreak;\n}\n}\nreturn ok;",
"int i = 2;\nwhile (i < n && n % i != 0) i++;\nreturn i == n;", py=lambda n: n > 1 and all(n % i for i in range(2, n)))

idea("gcd", "int (int x, int y)", "gcd, greatest common divisor, hcf, common divisor, greatest divisor", """
np: the greatest common divisor of [$x and $y|two numbers|two integers|two positive integers]
np: the [gcd|GCD|highest common factor|largest common divisor|greatest common factor] of [$x and $y|two numbers|two integers]
np: the largest number that divides both $x and $y
v: use Euclid's algorithm to find the gcd of $x and $y
q: what is the [largest number dividing both $x and $y|greatest common divisor of $x and $y]?
""", "while (y != 0) {\nint tmp = x % y;\nx = y;\ny = tmp;\n}\nreturn x;", "while (y) {\nint tmp = y;\ny = x % y;\nx = tmp;\n}\nreturn x;", "if (y == 0) return x;\nreturn SELF(y, x % y);", "return y == 0 ? x : SELF(y, x % y);", "while (x != y) {\nif (x > y) x -= y;\nelse y -= x;\n}\nreturn x;", "int res = x < y ? x : y;\nwhile (x % res != 0 || y % res != 0) {\nres--;\n}\nreturn res;", "int res = 1;\nfor (int i = 1; i <= x && i <= y; i++) {\nif (x % i == 0 && y % i == 0) res = i;\n}\nreturn res;", "int r = x % y;\nwhile (r != 0) {\nx = y;\ny = r;\nr = x % y;\n}\nreturn y;")

idea("lcm", "int (int x, int y)", "lcm, least common multiple, common multiple, smallest multiple", """
np: the least common multiple of [$x and $y|two numbers|two integers|two positive integers]
np: the [lcm|LCM|lowest common multiple|smallest common multiple] of [$x and $y|two numbers]
np: the smallest [number|positive number] that [both $x and $y divide|is a multiple of both $x and $y|is divisible by both $x and $y]
""", "int res = x > y ? x : y;\nwhile (res % x != 0 || res % y != 0) {\nres++;\n}\nreturn res;", "int m = x, d = y;\nwhile (d != 0) {\nint tmp = m % d;\nm = d;\nd = tmp;\n}\nreturn x / m * y;", "int res = x;\nwhile (res % y != 0) res += x;\nreturn res;", "for (int i = 1; i <= y; i++) {\nif (x * i % y == 0) return x * i;\n}\nreturn x * y;", "int m = x;\nint d = y;\nwhile (d) {\nint r = m % d;\nm = d;\nd = r;\n}\nreturn x * y / m;")

idea("coprime", "B (int x, int y)", "coprime, are coprime, is coprime, relatively prime", """
p: $x and $y [are|are both] [coprime|relatively prime]
p: $x and $y have no common divisor [except|other than|but] 1
p: the [gcd|greatest common divisor] of $x and $y is 1
""", "while (y != 0) {\nint tmp = x % y;\nx = y;\ny = tmp;\n}\nreturn x == 1;", "for (int i = 2; i <= x && i <= y; i++) {\nif (x % i == 0 && y % i == 0) return false;\n}\nreturn true;")

idea("factorial", "long (int n)", "factorial, fact, factorial of, n factorial", """
np: the factorial of [$n|a number|an integer]
np: $n factorial
np: $n! [|(the product of 1 to $n)]
np: the product of [all integers|the integers|the numbers] from 1 to $n
v: multiply [all the numbers|the numbers|the integers] from 1 to $n
q: what is the factorial of $n?
""", "long res = 1;\nfor (int i = 2; i <= n; i++) res *= i;\nreturn res;", "long res = 1;\nfor (int i = 1; i <= n; i++) {\nres *= i;\n}\nreturn res;", "if (n <= 1) return 1;\nreturn n * SELF(n - 1);", "return n <= 1 ? 1 : n * SELF(n - 1);", "long res = 1;\nwhile (n > 1) {\nres *= n;\nn--;\n}\nreturn res;", "long res = 1;\nfor (int i = n; i > 1; i--) res *= i;\nreturn res;", "if (n == 0) return 1;\nreturn SELF(n - 1) * n;", "int i = 1;\nlong res = 1;\nwhile (i <= n) {\nres = res * i;\ni++;\n}\nreturn res;")

idea("factorial_int", "int (int n)", "factorial, fact, factorial of, n factorial", """
np: the factorial of [$n|a number|an integer]
np: $n factorial
np: the product of [all integers|the integers|the numbers] from 1 to $n
v: multiply [all the numbers|the numbers|the integers] from 1 [up to|to] $n
""", "int res = 1;\nfor (int i = 2; i <= n; i++) res *= i;\nreturn res;", "if (n <= 1) return 1;\nreturn n * SELF(n - 1);", "int res = 1;\nwhile (n > 1) res *= n--;\nreturn res;", "int res = 1;\nfor (int i = n; i > 1; i--) res *= i;\nreturn res;", "return n < 2 ? 1 : n * SELF(n - 1);")

idea("fib", "int (int n)", "fib, fibonacci, nth fibonacci, fib number, fibonacci number", """
np: the $n-th Fibonacci number[|, where F(0) = 0 and F(1) = 1|, starting with 0 and 1|, counting from fib(0) = 0]
np: the [nth|n-th] [Fibonacci number|number of the Fibonacci sequence|term of the Fibonacci sequence|element of the Fibonacci series]
np: Fibonacci number $n
s: Fibonacci: f(0) = 0, f(1) = 1, f(n) = f(n-1) + f(n-2).
s: Each number is the sum of the two before it, starting with 0 and 1. Return number $n.
""", "int x = 0, y = 1;\nfor (int i = 0; i < n; i++) {\nint tmp = x + y;\nx = y;\ny = tmp;\n}\nreturn x;", "if (n < 2) return n;\nreturn SELF(n - 1) + SELF(n - 2);", "if (n <= 1) return n;\nint prev = 0;\nint res = 1;\nfor (int i = 2; i <= n; i++) {\nint next = prev + res;\nprev = res;\nres = next;\n}\nreturn res;", "return n < 2 ? n : SELF(n - 1) + SELF(n - 2);", "int x = 0;\nint y = 1;\nwhile (n > 0) {\nint tmp = x + y;\nx = y;\ny = tmp;\nn--;\n}\nreturn x;", "if (n == 0) return 0;\nif (n == 1) return 1;\nreturn SELF(n - 1) + SELF(n - 2);", "int x = 0, y = 1;\nwhile (n-- > 0) {\ny = x + y;\nx = y - x;\n}\nreturn x;")

idea("power", "long (int base, int k)", "power, pow int, int pow, raise, exponent, ipow, to the power", """
np: $base [to the power of|raised to the power|raised to the power of|to the power] $k
np: $base multiplied by itself $k times[|, with a power of 0 being 1]
v: raise $base to the [power|power of] $k
np: the $k-th power of $base
q: what is $base to the power $k?
""", "long res = 1;\nfor (int i = 0; i < k; i++) res *= base;\nreturn res;", "long res = 1;\nwhile (k > 0) {\nres *= base;\nk--;\n}\nreturn res;", "if (k == 0) return 1;\nreturn base * SELF(base, k - 1);", "long res = 1;\nlong f = base;\nwhile (k > 0) {\nif (k % 2 == 1) res *= f;\nf *= f;\nk /= 2;\n}\nreturn res;", "return k == 0 ? 1 : base * SELF(base, k - 1);", "long res = 1;\nwhile (k-- > 0) res = res * base;\nreturn res;", "if (k == 0) return 1;\nlong f = SELF(base, k / 2);\nif (k % 2 == 0) return f * f;\nreturn f * f * base;", "long res = 1;\nfor (int i = 1; i <= k; i++) {\nres = res * base;\n}\nreturn res;")

idea("power_int", "int (int base, int k)", "power, pow int, int pow, raise, exponent, ipow", """
np: $base [to the power of|raised to the power|raised to the power of|to the power] $k
np: $base multiplied by itself $k times
v: raise $base to the [power|power of] $k
v: compute $base to the $k without using pow
np: the $k-th power of $base
""", "int res = 1;\nfor (int i = 0; i < k; i++) res *= base;\nreturn res;", "int res = 1;\nwhile (k > 0) {\nres *= base;\nk--;\n}\nreturn res;", "if (k == 0) return 1;\nreturn base * SELF(base, k - 1);", "int res = 1;\nwhile (k-- > 0) res *= base;\nreturn res;")

idea("pow2", "B (int n)", "is power of two, power of two, is pow2, ispowerof2", """
p: $n is a power of [two|2]
p: $n is one of 1, 2, 4, 8, 16 and so on
p: exactly one bit [of $n is set|is set in $n]
q: is $n a power of two?
""", "return n > 0 && (n & (n - 1)) == 0;", "if (n <= 0) return false;\nwhile (n % 2 == 0) n /= 2;\nreturn n == 1;", "if (n < 1) return false;\nwhile (n > 1) {\nif (n % 2 != 0) return false;\nn /= 2;\n}\nreturn true;", "int p = 1;\nwhile (p < n) p *= 2;\nreturn p == n;", "if (n <= 0) return false;\nreturn !(n & (n - 1));", "for (int i = 1; i > 0 && i <= n; i *= 2) {\nif (i == n) return true;\nif (i > n / 2) break;\n}\nreturn false;", py=lambda n: n > 0 and n & (n - 1) == 0)

idea("perfect_square", "B (int n)", "is perfect square, perfect square, is square, issquare", """
p: $n is a perfect square
p: $n is the square of [some integer|an integer|a whole number]
p: the square root of $n is a whole number
q: is $n a perfect square?
""", "if (n < 0) return false;\nint i = 0;\nwhile (i * i < n) i++;\nreturn i * i == n;", "for (int i = 0; i * i <= n; i++) {\nif (i * i == n) return true;\n}\nreturn false;", "if (n < 0) return false;\nint r = (int)sqrt(n);\nreturn r * r == n || (r + 1) * (r + 1) == n;", "int i = 1;\nif (n < 0) return false;\nwhile (n > 0) {\nn -= i;\ni += 2;\n}\nreturn n == 0;", py=lambda n: n >= 0 and int(n ** .5 + .5) ** 2 == n)

idea("isqrt", "int (int n)", "isqrt, int sqrt, integer square root, square root, floor sqrt", """
np: the integer square root of $n
np: the [largest|greatest|biggest] [integer|number|int] whose square [is at most|does not exceed|is not greater than] $n
np: the square root of $n[, rounded down| rounded down| without the fraction]
np: the floor of the square root of $n
""", "int r = 0;\nwhile ((r + 1) * (r + 1) <= n) r++;\nreturn r;", "int i = 0;\nwhile (i * i <= n) i++;\nreturn i - 1;", "int lo = 0, hi = n;\nwhile (lo < hi) {\nint m = (lo + hi + 1) / 2;\nif ((long)m * m <= n) lo = m;\nelse hi = m - 1;\n}\nreturn lo;", "for (int i = 1; ; i++) {\nif (i * i > n) return i - 1;\n}", "int res = 0;\nfor (int i = 1; i * i <= n; i++) res = i;\nreturn res;", py=lambda n: int(n ** .5))

idea("perfect", "B (int n)", "is perfect, perfect, perfect number, is perfect number", """
p: $n is a perfect number
p: $n is perfect, that is, equal to the sum of its proper divisors
p: $n equals the sum of its [proper divisors|divisors smaller than itself|divisors other than itself]
q: is $n a perfect number?
""", "int sum = 0;\nfor (int i = 1; i < n; i++) {\nif (n % i == 0) sum += i;\n}\nreturn n > 0 && sum == n;", "if (n < 2) return false;\nint sum = 1;\nfor (int i = 2; i <= n / 2; i++) {\nif (n % i == 0) sum += i;\n}\nreturn sum == n;", "if (n < 2) return false;\nint sum = 1;\nfor (int i = 2; i * i <= n; i++) {\nif (n % i == 0) {\nsum += i;\nif (i != n / i) sum += n / i;\n}\n}\nreturn sum == n;", "int sum = 0;\nint i = 1;\nwhile (i < n) {\nif (n % i == 0) sum += i;\ni++;\n}\nreturn sum == n && n != 0;")

idea("count_divisors", "int (int n)", "count divisors, num divisors, divisors, divisor count, number of divisors, count factors", """
np: [the number of|how many] [divisors|positive divisors|factors] [of $n|$n has]
v: count the [divisors|positive divisors|factors] of $n
q: how many [divisors|factors] does $n have?
q: how many numbers from 1 to $n divide $n?
""", "int cnt = 0;\nfor (int i = 1; i <= n; i++) {\nif (n % i == 0) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 1; i * i <= n; i++) {\nif (n % i == 0) cnt += i * i == n ? 1 : 2;\n}\nreturn cnt;", "int cnt = 1;\nfor (int i = 1; i <= n / 2; i++) {\nif (n % i == 0) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nint i = n;\nwhile (i > 0) {\nif (n % i == 0) cnt++;\ni--;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 1; i <= n; i++) {\nif (n % i != 0) continue;\ncnt++;\n}\nreturn cnt;")

idea("sum_divisors", "int (int n)", "sum divisors, divisor sum, sum of divisors, sum factors, sigma", """
np: the [sum|total] of [the|all|all the] [divisors|positive divisors|factors] of $n[|, including 1 and $n|, $n itself included]
v: add up [the|all] [divisors|factors] of $n
q: what do the divisors of $n add up to?
""", "int sum = 0;\nfor (int i = 1; i <= n; i++) {\nif (n % i == 0) sum += i;\n}\nreturn sum;", "int sum = n;\nfor (int i = 1; i <= n / 2; i++) {\nif (n % i == 0) sum += i;\n}\nreturn sum;", "int sum = 0;\nint i = 1;\nwhile (i <= n) {\nif (n % i == 0) sum += i;\ni++;\n}\nreturn sum;", "int sum = 0;\nfor (int i = 1; i * i <= n; i++) {\nif (n % i == 0) {\nsum += i;\nif (i * i != n) sum += n / i;\n}\n}\nreturn sum;")

idea("sum_proper_divisors", "int (int n)", "sum proper divisors, proper divisor sum, aliquot sum, sum of proper divisors", """
np: the [sum|total] of [the|all|all the] proper divisors of $n
np: the sum of [the|all] divisors of $n [except|other than|excluding|without] [$n itself|itself]
v: add up the divisors of $n that are [smaller|less] than $n
""", "int sum = 0;\nfor (int i = 1; i < n; i++) {\nif (n % i == 0) sum += i;\n}\nreturn sum;", "int sum = 0;\nfor (int i = 1; i <= n / 2; i++) {\nif (n % i == 0) sum += i;\n}\nreturn sum;", "int sum = 0;\nfor (int i = n - 1; i > 0; i--) {\nif (n % i == 0) sum += i;\n}\nreturn sum;")

idea("smallest_divisor", "int (int n)", "smallest divisor, smallest factor, least factor, smallest prime factor, min divisor", """
np: the smallest [divisor|factor] of $n [greater than|larger than|above|other than] 1
np: the [smallest|least] prime [factor|divisor] of $n
v: find the smallest number above 1 that divides $n
""", "for (int i = 2; i < n; i++) {\nif (n % i == 0) return i;\n}\nreturn n;", "int i = 2;\nwhile (n % i != 0) i++;\nreturn i;", "for (int i = 2; i * i <= n; i++) {\nif (n % i == 0) return i;\n}\nreturn n;", "int d = 2;\nwhile (d * d <= n) {\nif (n % d == 0) return d;\nd++;\n}\nreturn n;")

idea("largest_divisor", "int (int n)", "largest divisor, largest proper divisor, biggest factor, largest factor, greatest proper divisor", """
np: the largest [divisor|factor] of $n [smaller than $n|that is less than $n|other than $n itself|below $n]
np: the [largest|greatest|biggest] proper divisor of $n
v: find the largest number below $n that divides $n
q: what is the largest number smaller than $n that divides $n evenly?
""", "for (int i = n - 1; i > 1; i--) {\nif (n % i == 0) return i;\n}\nreturn 1;", "int i = n - 1;\nwhile (n % i != 0) i--;\nreturn i;", "int res = 1;\nfor (int i = 1; i < n; i++) {\nif (n % i == 0) res = i;\n}\nreturn res;", "for (int i = n / 2; i > 1; i--) {\nif (n % i == 0) return i;\n}\nreturn 1;", "int i = 2;\nwhile (n % i != 0) i++;\nreturn n / i;")

idea("largest_prime_factor", "int (int n)", "largest prime factor, max prime factor, biggest prime factor", """
np: the [largest|greatest|biggest] prime [factor|divisor] of $n
v: find the largest prime that divides $n
q: what is the largest prime factor of $n?
""", "int res = 1;\nfor (int i = 2; i <= n; i++) {\nwhile (n % i == 0) {\nres = i;\nn /= i;\n}\n}\nreturn res;", "int i = 2;\nwhile (i < n) {\nif (n % i == 0) n /= i;\nelse i++;\n}\nreturn n;", "int res = 1;\nint d = 2;\nwhile (n > 1) {\nif (n % d == 0) {\nres = d;\nn /= d;\n} else {\nd++;\n}\n}\nreturn res;")

idea("count_prime_factors", "int (int n)", "count prime factors, prime factor count, num prime factors", """
np: [the number of|how many] prime factors [of $n|$n has][, counted with repetition|, counting repeats|, with multiplicity]
v: count the prime factors of $n[, counting repeats|, with repetition]
""", "int cnt = 0;\nfor (int i = 2; i <= n; i++) {\nwhile (n % i == 0) {\ncnt++;\nn /= i;\n}\n}\nreturn cnt;", "int cnt = 0;\nint d = 2;\nwhile (n > 1) {\nif (n % d == 0) {\nn /= d;\ncnt++;\n} else {\nd++;\n}\n}\nreturn cnt;")

idea("count_primes", "int (int n)", "count primes, num primes, primes up to, prime count, count primes up to", """
np: [the number of|how many] [primes|prime numbers] [there are |][up to|not greater than|from 2 to|less than or equal to|at most] $n
v: count the [primes|prime numbers] [up to|from 1 to|from 2 to] $n[|, inclusive]
q: how many [primes|prime numbers] are there [up to|from 1 to|that do not exceed] $n?
""", "int cnt = 0;\nfor (int i = 2; i <= n; i++) {\nbool ok = true;\nfor (int j = 2; j * j <= i; j++) {\nif (i % j == 0) {\nok = false;\nbreak;\n}\n}\nif (ok) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 2; i <= n; i++) {\nint j = 2;\nwhile (i % j != 0) j++;\nif (j == i) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 2; i <= n; i++) {\nint ok = 1;\nfor (int j = 2; j < i; j++) {\nif (i % j == 0) ok = 0;\n}\ncnt += ok;\n}\nreturn cnt;")

idea("sum_primes", "int (int n)", "sum primes, sum of primes, total primes, prime sum", """
np: the [sum|total] of [the|all|all the] [primes|prime numbers] [up to|not greater than|from 2 to|less than or equal to] $n
v: add up [the|all] [primes|prime numbers] [up to|from 2 to] $n
""", "int sum = 0;\nfor (int i = 2; i <= n; i++) {\nbool ok = true;\nfor (int j = 2; j * j <= i; j++) {\nif (i % j == 0) {\nok = false;\nbreak;\n}\n}\nif (ok) sum += i;\n}\nreturn sum;", "int sum = 0;\nfor (int i = 2; i <= n; i++) {\nint j = 2;\nwhile (i % j != 0) j++;\nif (j == i) sum += i;\n}\nreturn sum;")

idea("next_prime", "int (int n)", "next prime, prime after, following prime", """
np: the [smallest|first|next] prime [greater than|larger than|after|above] $n
v: find the [next prime after|first prime above] $n
q: which prime comes [next after|right after] $n?
""", "int p = n + 1;\nwhile (1) {\nbool ok = p > 1;\nfor (int i = 2; i * i <= p; i++) {\nif (p % i == 0) ok = false;\n}\nif (ok) return p;\np++;\n}", "for (int p = n < 2 ? 2 : n + 1; ; p++) {\nint i = 2;\nwhile (p % i != 0) i++;\nif (i == p) return p;\n}")

idea("collatz", "int (long n)", "collatz, collatz steps, hailstone, collatz length, steps to one, collatz count", """
np: [the number of|how many] [Collatz steps|steps of the Collatz rule] [it takes|needed] [to get from $n to 1|for $n to reach 1]
np: how many times [$n must be halved (if even) or tripled plus one (if odd)|the Collatz rule must be applied] until it [becomes|is] 1
s: Collatz: halve $n if it is even, else 3 * $n + 1. Count the steps until [it is 1|1 is reached].
s: While $n is not 1, replace it by $n / 2 if even and by 3 $n + 1 if odd. Return the number of steps.
q: how many Collatz steps does $n need to reach 1?
""", "int cnt = 0;\nwhile (n != 1) {\nif (n % 2 == 0) n /= 2;\nelse n = 3 * n + 1;\ncnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (n > 1) {\nn = n % 2 == 0 ? n / 2 : 3 * n + 1;\ncnt++;\n}\nreturn cnt;", "if (n == 1) return 0;\nif (n % 2 == 0) return 1 + SELF(n / 2);\nreturn 1 + SELF(3 * n + 1);", "int cnt = 0;\nfor (; n != 1; cnt++) {\nif (n & 1) n = 3 * n + 1;\nelse n = n / 2;\n}\nreturn cnt;")

idea("leap", "B (int y)", "is leap, leap year, is leap year, isleap, leap", """
p: [$y|the year $y|a year|the given year|year $y] is a leap year
p: the year $y has 366 days
p: February has 29 days in the year $y
q: is $y a leap year?
s: A year is a leap year if it is divisible by 4, but not by 100 unless it is divisible by 400. Check $y.
""", "return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;", "if (y % 400 == 0) return true;\nif (y % 100 == 0) return false;\nreturn y % 4 == 0;", "if (y % 4 != 0) return false;\nif (y % 100 != 0) return true;\nreturn y % 400 == 0;", "return y % 400 == 0 || (y % 100 != 0 && y % 4 == 0);", "if (y % 4 == 0) {\nif (y % 100 == 0) {\nreturn y % 400 == 0;\n}\nreturn true;\n}\nreturn false;", "if (y % 400 == 0) {\nreturn true;\n} else if (y % 100 == 0) {\nreturn false;\n} else if (y % 4 == 0) {\nreturn true;\n}\nreturn false;", py=lambda y: y % 4 == 0 and (y % 100 != 0 or y % 400 == 0))

idea("days_in_month", "int (int m, int y)", "days in month, month days, num days, month length", """
np: [the number of|how many] days [in month $m of year $y|month $m of the year $y has][|, with leap years taken into account]
q: how many days does month $m have in the year $y?
np: the length of month $m (1 to 12) in year $y
""", "if (m == 2) {\nif ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0) return 29;\nreturn 28;\n}\nif (m == 4 || m == 6 || m == 9 || m == 11) return 30;\nreturn 31;", "int a[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};\nif (m == 2 && ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0)) return 29;\nreturn a[m - 1];")

# --- digits ------------------------------------------------------------------------------------

_N = "[$n|a number|an integer|the number $n|a non-negative integer|a non-negative number|the integer $n]"
idea("digit_sum", "int (int n)", "digit sum, sum digits, sum of digits, add digits, sumdigits, cross sum, digits sum", f"""
np: the [sum|total] of [the|all|all the] [digits|decimal digits] of {_N}
np: the digit sum of {_N}
v: add up [the|all] [digits|decimal digits] of {_N}
v: sum the digits of {_N}
q: what do the digits of $n add up to?
""", "int sum = 0;\nwhile (n > 0) {\nsum += n % 10;\nn /= 10;\n}\nreturn sum;", "int sum = 0;\nfor (; n > 0; n /= 10) sum += n % 10;\nreturn sum;", "if (n == 0) return 0;\nreturn n % 10 + SELF(n / 10);", "int sum = 0;\nwhile (n != 0) {\nint dig = n % 10;\nsum += dig;\nn = n / 10;\n}\nreturn sum;", "return n < 10 ? n : n % 10 + SELF(n / 10);", "int sum = 0;\ndo {\nsum += n % 10;\nn /= 10;\n} while (n > 0);\nreturn sum;", "if (n < 0) n = -n;\nint sum = 0;\nwhile (n > 0) {\nsum += n % 10;\nn /= 10;\n}\nreturn sum;", "int sum = 0;\nint m = n;\nwhile (m) {\nsum = sum + m % 10;\nm = m / 10;\n}\nreturn sum;", py=lambda n: sum(map(int, str(n))))

idea("digit_count", "int (int n)", "count digits, num digits, digits, digit count, number of digits, numdigits, int length", f"""
np: [the number of|how many] [digits|decimal digits] [of|in] {_N}
v: count the [digits|decimal digits] [of|in] {_N}
q: how many [digits|decimal digits] does $n have?
np: how many digits $n has when written in decimal
""", "int cnt = 1;\nwhile (n >= 10) {\nn /= 10;\ncnt++;\n}\nreturn cnt;", "if (n == 0) return 1;\nint cnt = 0;\nwhile (n > 0) {\ncnt++;\nn /= 10;\n}\nreturn cnt;", "int cnt = 0;\ndo {\ncnt++;\nn /= 10;\n} while (n > 0);\nreturn cnt;", "if (n < 10) return 1;\nreturn 1 + SELF(n / 10);", "return n < 10 ? 1 : 1 + SELF(n / 10);", "if (n < 0) n = -n;\nint cnt = 1;\nfor (; n > 9; n /= 10) cnt++;\nreturn cnt;", "int cnt = 0;\ndo {\nn = n / 10;\ncnt++;\n} while (n != 0);\nreturn cnt;", py=lambda n: len(str(n)))

idea("digit_prod", "int (int n)", "digit product, product of digits, multiply digits, prod digits", f"""
np: the product of [the|all|all the] [digits|decimal digits] of {_N}
v: multiply [the|all|all the] [digits|decimal digits] of {_N}[| together]
q: what do you get when you multiply the digits of $n?
""", "int prod = 1;\nwhile (n > 0) {\nprod *= n % 10;\nn /= 10;\n}\nreturn prod;", "int prod = 1;\nfor (; n > 0; n /= 10) prod *= n % 10;\nreturn prod;", "if (n < 10) return n;\nreturn n % 10 * SELF(n / 10);", "int prod = n % 10;\nn /= 10;\nwhile (n > 0) {\nprod *= n % 10;\nn /= 10;\n}\nreturn prod;", "int prod = 1;\nwhile (n != 0) {\nint dig = n % 10;\nprod = prod * dig;\nn = n / 10;\n}\nreturn prod;", "int prod = 1;\ndo {\nprod *= n % 10;\nn /= 10;\n} while (n > 0);\nreturn prod;")

idea("digit_max", "int (int n)", "max digit, largest digit, biggest digit, highest digit", f"""
np: the [largest|biggest|greatest|maximum|highest] [digit|decimal digit] [of|in] {_N}
v: find the [largest|biggest|highest] digit [of|in] {_N}
q: which digit of $n is the [largest|biggest]?
""", "int max = 0;\nwhile (n > 0) {\nif (n % 10 > max) max = n % 10;\nn /= 10;\n}\nreturn max;", "int max = 0;\nfor (; n > 0; n /= 10) {\nint dig = n % 10;\nif (dig > max) max = dig;\n}\nreturn max;", "if (n < 10) return n;\nint r = SELF(n / 10);\nreturn n % 10 > r ? n % 10 : r;", "int max = n % 10;\nwhile (n >= 10) {\nn /= 10;\nif (n % 10 > max) max = n % 10;\n}\nreturn max;", py=lambda n: max(map(int, str(n))))

idea("digit_min", "int (int n)", "min digit, smallest digit, lowest digit, least digit", f"""
np: the [smallest|least|minimum|lowest] [digit|decimal digit] [of|in] {_N}
v: find the [smallest|lowest] digit [of|in] {_N}
q: which digit of $n is the smallest?
""", "int min = n % 10;\nwhile (n > 0) {\nif (n % 10 < min) min = n % 10;\nn /= 10;\n}\nreturn min;", "int min = 9;\ndo {\nint dig = n % 10;\nif (dig < min) min = dig;\nn /= 10;\n} while (n > 0);\nreturn min;", "if (n < 10) return n;\nint r = SELF(n / 10);\nreturn n % 10 < r ? n % 10 : r;", py=lambda n: min(map(int, str(n))))

idea("digit_rev", "int (int n)", "reverse digits, reverse number, reverse int, reversed, reverse, flip digits", f"""
np: {_N} with its digits [reversed|in reverse order|in the opposite order|written backwards]
np: the number [obtained|you get] by reversing the digits of $n
v: reverse the [digits|decimal digits] of {_N}
np: the digits of $n in reverse[| order], as a number
v: read the digits of $n backwards and return the number
""", "int rev = 0;\nwhile (n > 0) {\nrev = rev * 10 + n % 10;\nn /= 10;\n}\nreturn rev;", "int rev = 0;\nfor (; n > 0; n /= 10) rev = rev * 10 + n % 10;\nreturn rev;", "int rev = 0;\nwhile (n != 0) {\nint dig = n % 10;\nrev = 10 * rev + dig;\nn = n / 10;\n}\nreturn rev;", "int rev = 0;\nwhile (n > 0) {\nrev *= 10;\nrev += n % 10;\nn /= 10;\n}\nreturn rev;", "int rev = 0;\ndo {\nrev = rev * 10 + n % 10;\nn /= 10;\n} while (n > 0);\nreturn rev;", py=lambda n: int(str(n)[::-1]))

idea("num_palindrome", "B (int n)", "is palindrome, palindrome number, is palindromic, number palindrome", f"""
p: {_N} is a [palindrome|palindromic number]
p: {_N} reads the same [forwards and backwards|backwards|in both directions]
p: reversing the digits of $n gives $n again
p: the digits of $n form a palindrome
q: is $n a palindrome?
""", "int rev = 0;\nint orig = n;\nwhile (n > 0) {\nrev = rev * 10 + n % 10;\nn /= 10;\n}\nreturn rev == orig;", "int m = n, rev = 0;\nwhile (m > 0) {\nrev = rev * 10 + m % 10;\nm /= 10;\n}\nreturn rev == n;", "int rev = 0;\nfor (int m = n; m > 0; m /= 10) rev = rev * 10 + m % 10;\nreturn n == rev;", "if (n < 0) return false;\nint rev = 0;\nint m = n;\nwhile (m != 0) {\nint dig = m % 10;\nrev = rev * 10 + dig;\nm /= 10;\n}\nif (rev == n) return true;\nreturn false;", py=lambda n: str(n) == str(n)[::-1])

idea("first_digit", "int (int n)", "first digit, leading digit, top digit, most significant digit", f"""
np: the [first|leading|leftmost|most significant] [digit|decimal digit] of {_N}
v: find the [first|leading] digit of {_N}
""", "while (n >= 10) n /= 10;\nreturn n;", "while (n > 9) {\nn = n / 10;\n}\nreturn n;", "if (n < 10) return n;\nreturn SELF(n / 10);", "int res = n;\nwhile (res >= 10) res /= 10;\nreturn res;", "for (; n >= 10; n /= 10) {\n}\nreturn n;", py=lambda n: int(str(n)[0]))

idea("last_digit", "int (int n)", "last digit, final digit, units digit, ones digit", f"""
np: the [last|final|rightmost|least significant|ones|units] [digit|decimal digit] of {_N}
v: get the last digit of {_N}
""", "return n % 10;", "return n - n / 10 * 10;", "int dig = n % 10;\nreturn dig;", "return abs(n % 10);", "return abs(n) % 10;", "while (n >= 10) n -= 10;\nreturn n;")

idea("count_digit", "int (int n, int d)", "count digit, digit occurrences, count of digit, occurrences of digit", """
np: how [many times|often] the digit $d [occurs|appears] in $n
np: the number of times the digit $d [occurs|appears] in [$n|the number $n]
v: count the [occurrences|appearances] of the digit $d in $n
q: how many times does the digit $d [occur|appear] in $n?
""", "int cnt = 0;\nwhile (n > 0) {\nif (n % 10 == d) cnt++;\nn /= 10;\n}\nreturn cnt;", "int cnt = 0;\nfor (; n > 0; n /= 10) {\nif (n % 10 == d) cnt++;\n}\nreturn cnt;", "if (n == 0) return 0;\nreturn (n % 10 == d) + SELF(n / 10, d);", "int cnt = 0;\nwhile (n != 0) {\nint r = n % 10;\ncnt += r == d;\nn = n / 10;\n}\nreturn cnt;")

for _key, _what, _test, _name in (("even", "even", "dig % 2 == 0", "even digits"), ("odd", "odd", "dig % 2 != 0", "odd digits"), ("zero", "zero", "dig == 0", "zero digits"), ("big", "[greater than 5|above 5|larger than 5]", "dig > 5", "big digits"), ("small", "[less than 5|below 5|smaller than 5]", "dig < 5", "small digits")):
    _many = f"[{_what} digits|digits of $n that are {_what}]" if not _what.startswith("[") else f"digits {_what}"
    idea(f"count_{_key}_digits", "int (int n)", f"count {_name}, {_name}, num {_name}", f"""
np: [the number of|how many] {_many} [in|of] $n
v: count the {_many} [in|of] $n
q: how many {_many} does $n have?
""", f"int cnt = 0;\nwhile (n > 0) {{\nint dig = n % 10;\nif ({_test}) cnt++;\nn /= 10;\n}}\nreturn cnt;", f"int cnt = 0;\nfor (; n > 0; n /= 10) {{\nint dig = n % 10;\nif ({_test}) cnt++;\n}}\nreturn cnt;", f"int cnt = 0;\nwhile (n > 0) {{\nif ({_test.replace('dig', 'n % 10')}) cnt++;\nn /= 10;\n}}\nreturn cnt;", f"if (n == 0) return 0;\nint dig = n % 10;\nreturn ({_test}) + SELF(n / 10);")
    if _key not in ("zero",):
        idea(f"sum_{_key}_digits", "int (int n)", f"sum {_name}, sum of {_name}, total {_name}", f"""
np: the [sum|total] of [the|all the] {_many} [in|of] $n
v: add up [the|all the] {_many} [in|of] $n
""", f"int sum = 0;\nwhile (n > 0) {{\nint dig = n % 10;\nif ({_test}) sum += dig;\nn /= 10;\n}}\nreturn sum;", f"int sum = 0;\nfor (; n > 0; n /= 10) {{\nint dig = n % 10;\nif ({_test}) sum += dig;\n}}\nreturn sum;", f"int sum = 0;\nwhile (n != 0) {{\nif ({_test.replace('dig', 'n % 10')}) {{\nsum += n % 10;\n}}\nn = n / 10;\n}}\nreturn sum;", f"if (n == 0) return 0;\nint dig = n % 10;\nint res = SELF(n / 10);\nif ({_test}) res += dig;\nreturn res;")

idea("digital_root", "int (int n)", "digital root, repeated digit sum, reduce digits", """
np: the digital root of $n
s: Add the digits of $n again and again until [only one digit is left|a single digit is left|the result has one digit].
v: sum the digits of $n repeatedly until a single digit remains
""", "while (n >= 10) {\nint sum = 0;\nwhile (n > 0) {\nsum += n % 10;\nn /= 10;\n}\nn = sum;\n}\nreturn n;", "if (n == 0) return 0;\nreturn 1 + (n - 1) % 9;", "if (n < 10) return n;\nint sum = 0;\nwhile (n > 0) {\nsum += n % 10;\nn /= 10;\n}\nreturn SELF(sum);", "if (n == 0) return 0;\nif (n % 9 == 0) return 9;\nreturn n % 9;")

idea("armstrong", "B (int n)", "is armstrong, armstrong, narcissistic", """
p: [$n|a three-digit number $n] equals the sum of the cubes of its digits
p: $n is the sum of the cubes of its [own digits|digits|decimal digits]
""", "int sum = 0;\nint m = n;\nwhile (m > 0) {\nint dig = m % 10;\nsum += dig * dig * dig;\nm /= 10;\n}\nreturn sum == n;", "int sum = 0;\nfor (int m = n; m > 0; m /= 10) {\nint dig = m % 10;\nsum += dig * dig * dig;\n}\nreturn n == sum;")

idea("sum_sq_digits", "int (int n)", "sum square digits, digit square sum, sum of squared digits, sum of squares of digits", """
np: the sum of the squares of the [digits|decimal digits] of $n
np: the sum of the squared digits of $n
v: add up the squares of the digits of $n
""", "int sum = 0;\nwhile (n > 0) {\nint dig = n % 10;\nsum += dig * dig;\nn /= 10;\n}\nreturn sum;", "int sum = 0;\nfor (; n > 0; n /= 10) sum += (n % 10) * (n % 10);\nreturn sum;", "if (n == 0) return 0;\nint dig = n % 10;\nreturn dig * dig + SELF(n / 10);")

idea("has_digit", "B (int n, int d)", "has digit, contains digit, digit in, includes digit", """
p: the digit $d [occurs|appears] in $n
p: $n [contains|has] the digit $d
p: one of the digits of $n is $d
""", "while (n > 0) {\nif (n % 10 == d) return true;\nn /= 10;\n}\nreturn false;", "for (; n > 0; n /= 10) {\nif (n % 10 == d) return true;\n}\nreturn false;", "if (n == 0) return false;\nif (n % 10 == d) return true;\nreturn SELF(n / 10, d);", "bool ok = false;\nwhile (n > 0) {\nif (n % 10 == d) ok = true;\nn /= 10;\n}\nreturn ok;")

idea("harshad", "B (int n)", "is harshad, divisible by digit sum, harshad", """
p: $n is divisible by the sum of its digits
p: the digit sum of $n divides $n
""", "int sum = 0;\nfor (int m = n; m > 0; m /= 10) sum += m % 10;\nreturn sum > 0 && n % sum == 0;", "int sum = 0;\nint m = n;\nwhile (m > 0) {\nsum += m % 10;\nm /= 10;\n}\nreturn n % sum == 0;")

# --- ranges ------------------------------------------------------------------------------------

idea("sum_to_n", "int (int n)", "sum to, sum up to, triangular, sum first, triangle number, sum of first n, sum 1 to n, gauss", """
np: the [sum|total] of [the numbers|the integers|all integers|all numbers|all whole numbers] from 1 to $n
np: the sum of the first $n [positive integers|natural numbers|integers]
np: the $n-th triangular number
np: 1 + 2 + ... + $n
v: add up [the numbers|the integers|all integers|all numbers] from 1 to $n
q: what is 1 + 2 + ... + $n?
""", "int sum = 0;\nfor (int i = 1; i <= n; i++) sum += i;\nreturn sum;", "return n * (n + 1) / 2;", "int sum = 0;\nwhile (n > 0) {\nsum += n;\nn--;\n}\nreturn sum;", "if (n <= 0) return 0;\nreturn n + SELF(n - 1);", "int sum = 0;\nfor (int i = n; i > 0; i--) sum += i;\nreturn sum;", "int sum = 0;\nint i = 1;\nwhile (i <= n) {\nsum += i;\ni++;\n}\nreturn sum;", "return n == 0 ? 0 : n + SELF(n - 1);")

idea("sum_range", "int (int lo, int hi)", "sum range, sum between, range sum, sum from to, add range", """
np: the [sum|total] of [the integers|the numbers|all integers|all numbers|all the integers] from $lo to $hi[| inclusive|, both included]
np: the sum of [all integers|all numbers] between $lo and $hi[, inclusive|, both ends included]
v: add up [the integers|the numbers|all integers] from $lo to $hi
q: what do the integers from $lo to $hi add up to?
""", "int sum = 0;\nfor (int i = lo; i <= hi; i++) sum += i;\nreturn sum;", "int sum = 0;\nwhile (lo <= hi) {\nsum += lo;\nlo++;\n}\nreturn sum;", "int sum = 0;\nfor (int i = hi; i >= lo; i--) sum += i;\nreturn sum;", "if (lo > hi) return 0;\nreturn lo + SELF(lo + 1, hi);", "if (lo > hi) return 0;\nreturn (lo + hi) * (hi - lo + 1) / 2;", "int sum = 0;\nint i = lo;\nwhile (i <= hi) {\nsum += i;\ni++;\n}\nreturn sum;")

_TESTS = (("even", "even", "i % 2 == 0"), ("odd", "odd", "i % 2 != 0"))
for _key, _adj, _test in _TESTS:
    idea(f"sum_{_key}_to_n", "int (int n)", f"sum {_key}, sum {_key} numbers, sum {_key} up to, {_key} sum, total {_key}", f"""
np: the [sum|total] of [the|all|all the] {_adj} [numbers|integers] [from 1 to $n|up to $n|up to and including $n|not greater than $n|between 1 and $n]
v: add up [the|all|all the] {_adj} [numbers|integers] [from 1 to $n|up to $n|between 1 and $n]
q: what do the {_adj} numbers from 1 to $n add up to?
""", f"int sum = 0;\nfor (int i = 1; i <= n; i++) {{\nif ({_test}) sum += i;\n}}\nreturn sum;", f"int sum = 0;\nfor (int i = {2 if _key == 'even' else 1}; i <= n; i += 2) sum += i;\nreturn sum;", f"int sum = 0;\nint i = {2 if _key == 'even' else 1};\nwhile (i <= n) {{\nsum += i;\ni += 2;\n}}\nreturn sum;", f"int sum = 0;\nwhile (n > 0) {{\nif ({_test.replace('i', 'n')}) sum += n;\nn--;\n}}\nreturn sum;", "int f = n / 2;\nreturn f * (f + 1);" if _key == "even" else "int f = (n + 1) / 2;\nreturn f * f;")
    idea(f"count_{_key}_range", "int (int lo, int hi)", f"count {_key}, count {_key} range, {_key} between, num {_key}", f"""
np: [the number of|how many] {_adj} [numbers|integers] [from $lo to $hi|between $lo and $hi|in the range $lo..$hi][| inclusive]
v: count the {_adj} [numbers|integers] [from $lo to $hi|between $lo and $hi]
q: how many {_adj} numbers are there from $lo to $hi?
""", f"int cnt = 0;\nfor (int i = lo; i <= hi; i++) {{\nif ({_test}) cnt++;\n}}\nreturn cnt;", f"int cnt = 0;\nwhile (lo <= hi) {{\nif ({_test.replace('i', 'lo')}) cnt++;\nlo++;\n}}\nreturn cnt;", f"int cnt = 0;\nfor (int i = hi; i >= lo; i--) {{\nif ({_test}) cnt++;\n}}\nreturn cnt;", f"if (lo > hi) return 0;\nreturn ({_test.replace('i', 'lo')}) + SELF(lo + 1, hi);")
    idea(f"sum_{_key}_range", "int (int lo, int hi)", f"sum {_key} range, sum {_key} between, {_key} range sum", f"""
np: the [sum|total] of [the|all|all the] {_adj} [numbers|integers] [from $lo to $hi|between $lo and $hi|in the range $lo..$hi][| inclusive]
v: add up [the|all] {_adj} [numbers|integers] [from $lo to $hi|between $lo and $hi]
""", f"int sum = 0;\nfor (int i = lo; i <= hi; i++) {{\nif ({_test}) sum += i;\n}}\nreturn sum;", f"int sum = 0;\nwhile (lo <= hi) {{\nif ({_test.replace('i', 'lo')}) sum += lo;\nlo++;\n}}\nreturn sum;", f"int sum = 0;\nfor (int i = hi; i >= lo; i--) {{\nif ({_test}) sum += i;\n}}\nreturn sum;", f"int i = lo;\nif ({_test.replace('==', '~').replace('!=', '==').replace('~', '!=')}) i++;\nint sum = 0;\nfor (; i <= hi; i += 2) sum += i;\nreturn sum;")

idea("sum_multiples", "int (int n, int d)", "sum multiples, multiples sum, sum of multiples, total multiples, sum divisible", """
np: the [sum|total] of [the|all|all the] [positive |]multiples of $d [below $n|less than $n|smaller than $n|under $n]
np: the sum of all numbers below $n that are divisible by $d
v: add up [the|all] [positive |]multiples of $d [below|less than|smaller than] $n
q: what do the multiples of $d below $n add up to?
""", "int sum = 0;\nfor (int i = 1; i < n; i++) {\nif (i % d == 0) sum += i;\n}\nreturn sum;", "int sum = 0;\nfor (int i = d; i < n; i += d) sum += i;\nreturn sum;", "int sum = 0;\nint i = d;\nwhile (i < n) {\nsum += i;\ni += d;\n}\nreturn sum;", "int sum = 0;\nfor (int i = n - 1; i > 0; i--) {\nif (i % d == 0) sum += i;\n}\nreturn sum;")

idea("sum_multiples_to", "int (int n, int d)", "sum multiples, multiples sum, sum of multiples, total multiples", """
np: the [sum|total] of [the|all|all the] multiples of $d [from 1 to $n|up to $n|up to and including $n|not greater than $n]
v: add up [the|all] multiples of $d [up to $n|from 1 to $n]
np: the sum of all numbers from 1 to $n that are divisible by $d
""", "int sum = 0;\nfor (int i = 1; i <= n; i++) {\nif (i % d == 0) sum += i;\n}\nreturn sum;", "int sum = 0;\nfor (int i = d; i <= n; i += d) sum += i;\nreturn sum;", "int sum = 0;\nint i = d;\nwhile (i <= n) {\nsum += i;\ni += d;\n}\nreturn sum;")

idea("sum35", "int (int n)", "sum 3 or 5, sum multiples 3 5, euler1, multiples of three or five", """
np: the [sum|total] of [all|the] [numbers|natural numbers|positive integers] below $n that are [divisible by|multiples of] 3 or 5
np: the sum of the multiples of 3 or 5 [below|less than|smaller than] $n
v: add up all [numbers|integers] below $n that are [multiples of|divisible by] 3 or 5
""", "int sum = 0;\nfor (int i = 1; i < n; i++) {\nif (i % 3 == 0 || i % 5 == 0) sum += i;\n}\nreturn sum;", "int sum = 0;\nint i = 0;\nwhile (i < n) {\nif (i % 3 == 0 || i % 5 == 0) sum += i;\ni++;\n}\nreturn sum;", "int sum = 0;\nfor (int i = 1; i < n; i++) {\nif (i % 3 == 0) sum += i;\nelse if (i % 5 == 0) sum += i;\n}\nreturn sum;")

idea("count_multiples", "int (int n, int d)", "count multiples, num multiples, multiples count, count divisible", """
np: [the number of|how many] [multiples of $d|numbers divisible by $d] [there are |][from 1 to $n|up to $n|between 1 and $n]
v: count the [multiples of $d|numbers divisible by $d] from 1 to $n
q: how many numbers from 1 to $n are [divisible by|multiples of] $d?
""", "int cnt = 0;\nfor (int i = 1; i <= n; i++) {\nif (i % d == 0) cnt++;\n}\nreturn cnt;", "return n / d;", "int cnt = 0;\nfor (int i = d; i <= n; i += d) cnt++;\nreturn cnt;", "int cnt = 0;\nint i = 1;\nwhile (i <= n) {\nif (i % d == 0) cnt++;\ni++;\n}\nreturn cnt;")

idea("sum_squares_to", "int (int n)", "sum squares, sum of squares, square sum, sum squares to", """
np: the [sum|total] of the squares of [the numbers|the integers|all integers] from 1 to $n
np: the sum of the first $n [squares|square numbers|perfect squares]
np: 1*1 + 2*2 + ... + $n*$n
v: add up the squares [of the numbers |]from 1 to $n
""", "int sum = 0;\nfor (int i = 1; i <= n; i++) sum += i * i;\nreturn sum;", "return n * (n + 1) * (2 * n + 1) / 6;", "if (n == 0) return 0;\nreturn n * n + SELF(n - 1);", "int sum = 0;\nwhile (n > 0) {\nsum += n * n;\nn--;\n}\nreturn sum;", "int sum = 0;\nfor (int i = n; i > 0; i--) sum += i * i;\nreturn sum;")

idea("sum_cubes_to", "int (int n)", "sum cubes, sum of cubes, cube sum", """
np: the [sum|total] of the cubes of [the numbers|the integers|all integers] from 1 to $n
np: the sum of the first $n cubes
v: add up the cubes [of the numbers |]from 1 to $n
""", "int sum = 0;\nfor (int i = 1; i <= n; i++) sum += i * i * i;\nreturn sum;", "int f = n * (n + 1) / 2;\nreturn f * f;", "if (n == 0) return 0;\nreturn n * n * n + SELF(n - 1);", "int sum = 0;\nwhile (n > 0) {\nsum += n * n * n;\nn--;\n}\nreturn sum;")

idea("prod_range", "long (int lo, int hi)", "product range, range product, multiply range, product from to", """
np: the product of [the integers|the numbers|all integers] from $lo to $hi[| inclusive]
v: multiply [the integers|all numbers|the numbers] from $lo to $hi
""", "long prod = 1;\nfor (int i = lo; i <= hi; i++) prod *= i;\nreturn prod;", "long prod = 1;\nwhile (lo <= hi) {\nprod *= lo;\nlo++;\n}\nreturn prod;", "if (lo > hi) return 1;\nreturn lo * SELF(lo + 1, hi);", "long prod = 1;\nfor (int i = hi; i >= lo; i--) prod *= i;\nreturn prod;")

idea("harmonic", "double (int n)", "harmonic, harmonic sum, harmonic number, sum reciprocals", """
np: the $n-th harmonic number
np: the sum 1 + 1/2 + 1/3 + ... + 1/$n
np: the sum of the reciprocals of [the numbers|the integers] from 1 to $n
v: add up 1/i for i from 1 to $n
""", "double sum = 0;\nfor (int i = 1; i <= n; i++) sum += 1.0 / i;\nreturn sum;", "double sum = 0.0;\nfor (int i = n; i >= 1; i--) sum += 1.0 / i;\nreturn sum;", "if (n == 0) return 0;\nreturn 1.0 / n + SELF(n - 1);", "double sum = 0;\nint i = 1;\nwhile (i <= n) {\nsum += 1.0 / i;\ni++;\n}\nreturn sum;")

idea("binomial", "long (int n, int k)", "binomial, choose, n choose k, combinations, ncr", """
np: the binomial coefficient of $n and $k
np: [the number of|how many] ways to choose $k [items|things|elements] [out of|from] $n
np: $n choose $k
""", "long res = 1;\nfor (int i = 1; i <= k; i++) res = res * (n - k + i) / i;\nreturn res;", "if (k == 0 || k == n) return 1;\nreturn SELF(n - 1, k - 1) + SELF(n - 1, k);", "if (k > n) return 0;\nlong res = 1;\nfor (int i = 0; i < k; i++) {\nres = res * (n - i) / (i + 1);\n}\nreturn res;")

idea("log2floor", "int (int n)", "log2, floor log2, int log2, halvings, ilog2", """
np: [the number of times|how many times|how often] $n can be [halved|divided by two] [until|before] it [reaches|becomes] 1
np: the base 2 logarithm of $n, rounded down
np: the floor of log2 of $n
""", "int cnt = 0;\nwhile (n > 1) {\nn /= 2;\ncnt++;\n}\nreturn cnt;", "int cnt = -1;\nwhile (n > 0) {\nn >>= 1;\ncnt++;\n}\nreturn cnt;", "if (n <= 1) return 0;\nreturn 1 + SELF(n / 2);", "int cnt = 0;\nfor (; n > 1; n /= 2) cnt++;\nreturn cnt;")

idea("twos", "int (int n)", "count twos, factor twos, times divisible by two, trailing zeros, ctz", """
np: how [many times|often] $n can be divided by 2 without remainder
np: the number of times 2 divides $n
np: the number of trailing zero bits of $n
""", "int cnt = 0;\nwhile (n % 2 == 0) {\nn /= 2;\ncnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile ((n & 1) == 0) {\nn >>= 1;\ncnt++;\n}\nreturn cnt;", "if (n % 2 != 0) return 0;\nreturn 1 + SELF(n / 2);", "int cnt = 0;\nfor (; n % 2 == 0; n /= 2) cnt++;\nreturn cnt;")

idea("next_pow2", "int (int n)", "next power of two, next pow2, round up pow2, ceil pow2", """
np: the smallest power of [two|2] that is [at least|not less than|greater than or equal to] $n
v: round $n up to a power of two
""", "int p = 1;\nwhile (p < n) p *= 2;\nreturn p;", "int p = 1;\nwhile (p < n) p <<= 1;\nreturn p;", "int p;\nfor (p = 1; p < n; p *= 2) {\n}\nreturn p;", "if (n <= 1) return 1;\nreturn 2 * SELF((n + 1) / 2);")

idea("ceil_div", "int (int x, int d)", "ceil div, div round up, round up division, divide up, pages needed", """
np: $x divided by $d, rounded up
np: the quotient of $x and $d rounded up
np: how many boxes of size $d are needed for $x items
np: [the number of|how many] groups of $d needed to hold $x things
""", "return (x + d - 1) / d;", "if (x % d == 0) return x / d;\nreturn x / d + 1;", "int res = x / d;\nif (x % d != 0) res++;\nreturn res;", "return x / d + (x % d != 0);", "return x % d ? x / d + 1 : x / d;", "int cnt = 0;\nwhile (x > 0) {\nx -= d;\ncnt++;\n}\nreturn cnt;")

idea("round_up_mult", "int (int x, int d)", "round up, round up to multiple, next multiple, align up", """
np: the smallest multiple of $d that is [not less than|at least|greater than or equal to] $x
v: round $x up to [a multiple|the next multiple] of $d
""", "return (x + d - 1) / d * d;", "while (x % d != 0) x++;\nreturn x;", "int r = x % d;\nif (r == 0) return x;\nreturn x + d - r;", "int res = x;\nwhile (res % d != 0) res++;\nreturn res;")

idea("remainder", "int (int x, int d)", "remainder, modulo, mod, rest", """
np: the remainder [of $x divided by $d|when $x is divided by $d|of dividing $x by $d]
np: $x modulo $d
""", "return x % d;", "return x - x / d * d;", "int r = x % d;\nreturn r;", "int f = x / d;\nreturn x - f * d;")

# --- bits --------------------------------------------------------------------------------------

idea("popcount", "int (unsigned n)", "popcount, count bits, bit count, count ones, num bits, set bits, count set bits, hamming weight", """
np: [the number of|how many] [set bits|one bits|bits set|1 bits|ones] in [$n|an unsigned number|the binary form of $n|the binary representation of $n]
v: count the [set bits|one bits|ones|1 bits] [of|in] [$n|a number|the binary form of $n]
q: how many bits [of $n are set|are set in $n]?
q: how many ones does $n have in binary?
""", "int cnt = 0;\nwhile (n > 0) {\ncnt += n & 1;\nn >>= 1;\n}\nreturn cnt;", "int cnt = 0;\nwhile (n) {\nn &= n - 1;\ncnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (; n != 0; n >>= 1) {\nif (n & 1) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (n > 0) {\nif (n % 2 == 1) cnt++;\nn /= 2;\n}\nreturn cnt;", "if (n == 0) return 0;\nreturn (n & 1) + SELF(n >> 1);", "int cnt = 0;\nfor (int i = 0; i < 32; i++) {\nif (n >> i & 1) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < 32; i++) {\nif (n & (1u << i)) cnt++;\n}\nreturn cnt;", py=lambda n: bin(n).count("1"))

idea("bit_parity", "int (unsigned n)", "parity, bit parity, odd bits, parity of bits", """
np: the parity of [$n|the bits of $n]: 1 if the number of set bits is odd, [else 0|0 otherwise]
np: 1 if an odd number of bits of $n are set, 0 otherwise
np: 1 if $n has an odd number of one bits, else 0
""", "int res = 0;\nwhile (n) {\nres ^= n & 1;\nn >>= 1;\n}\nreturn res;", "int cnt = 0;\nwhile (n > 0) {\ncnt += n & 1;\nn >>= 1;\n}\nreturn cnt % 2;", "int res = 0;\nwhile (n) {\nres = !res;\nn &= n - 1;\n}\nreturn res;", "int cnt = 0;\nfor (; n; n >>= 1) {\nif (n & 1) cnt++;\n}\nreturn cnt & 1;")

idea("test_bit", "B (unsigned x, int k)", "test bit, get bit, is set, bit set, is bit set, check bit", """
p: bit $k of $x is [set|1|one]
p: the bit at position $k of $x is [set|1]
p: the $k-th bit of $x is set
q: is bit $k of $x set?
""", "return (x >> k) & 1;", "return (x & (1u << k)) != 0;", "if (x & (1u << k)) return true;\nreturn false;", "return x >> k & 1u ? true : false;")

idea("set_bit", "unsigned (unsigned x, int k)", "set bit, bit on, turn on bit, with bit", """
np: $x with bit $k set[| to 1| to one]
v: set bit $k of $x
v: turn on [bit $k|the $k-th bit] of $x
""", "return x | (1u << k);", "x |= 1u << k;\nreturn x;", "unsigned m = 1u << k;\nreturn x | m;")

idea("clear_bit", "unsigned (unsigned x, int k)", "clear bit, bit off, turn off bit, reset bit", """
np: $x with bit $k [cleared|set to 0|reset|turned off]
v: clear bit $k of $x
v: turn off [bit $k|the $k-th bit] of $x
""", "return x & ~(1u << k);", "x &= ~(1u << k);\nreturn x;", "unsigned m = 1u << k;\nreturn x & ~m;")

idea("toggle_bit", "unsigned (unsigned x, int k)", "toggle bit, flip bit, invert bit", """
np: $x with bit $k [flipped|toggled|inverted]
v: [flip|toggle|invert] bit $k of $x
v: [flip|toggle|invert] the $k-th bit of $x
""", "return x ^ (1u << k);", "x ^= 1u << k;\nreturn x;", "unsigned m = 1u << k;\nreturn x ^ m;")

idea("highest_bit", "int (unsigned n)", "highest bit, top bit, msb, highest set bit, most significant bit", """
np: the [index|position] of the [highest|most significant|top] [set bit|one bit] of $n[, or -1 if $n is 0|; -1 for zero|, -1 if there is none]
v: find the position of the highest set bit of $n, -1 if $n is 0
""", "int res = -1;\nwhile (n > 0) {\nn >>= 1;\nres++;\n}\nreturn res;", "if (n == 0) return -1;\nint res = 0;\nwhile (n > 1) {\nn >>= 1;\nres++;\n}\nreturn res;", "for (int i = 31; i >= 0; i--) {\nif (n >> i & 1) return i;\n}\nreturn -1;", "int res = -1;\nfor (int i = 0; i < 32; i++) {\nif (n & (1u << i)) res = i;\n}\nreturn res;")

idea("lowest_bit", "int (unsigned n)", "lowest bit, low bit, lsb, lowest set bit, first set bit", """
np: the [index|position] of the [lowest|least significant|first] [set bit|one bit] of $n[, or -1 if $n is 0|; -1 for zero|, -1 if there is none]
v: find the position of the lowest set bit of $n, -1 if $n is 0
""", "if (n == 0) return -1;\nint res = 0;\nwhile ((n & 1) == 0) {\nn >>= 1;\nres++;\n}\nreturn res;", "for (int i = 0; i < 32; i++) {\nif (n >> i & 1) return i;\n}\nreturn -1;", "int i = 0;\nif (n == 0) return -1;\nwhile (!(n & (1u << i))) i++;\nreturn i;")

idea("bit_length", "int (unsigned n)", "bit length, num bits, bits needed, bit width, binary length", """
np: [the number of|how many] [bits|binary digits] [needed to write|needed to represent|in the binary form of] $n[|, 0 for zero]
q: how many bits are needed to write $n in binary?
""", "int cnt = 0;\nwhile (n > 0) {\nn >>= 1;\ncnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (n) {\nn /= 2;\ncnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (; n > 0; n >>= 1) cnt++;\nreturn cnt;", "if (n == 0) return 0;\nreturn 1 + SELF(n >> 1);")

idea("hamming_distance", "int (unsigned x, unsigned y)", "hamming, bit difference, hamming distance, differing bits", """
np: [the number of|how many] bits in which $x and $y differ
np: the Hamming distance [of|between] $x and $y
v: count the bits that differ between $x and $y
""", "int cnt = 0;\nunsigned d = x ^ y;\nwhile (d) {\ncnt += d & 1;\nd >>= 1;\n}\nreturn cnt;", "unsigned d = x ^ y;\nint cnt = 0;\nwhile (d) {\nd &= d - 1;\ncnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < 32; i++) {\nif ((x >> i & 1) != (y >> i & 1)) cnt++;\n}\nreturn cnt;")

idea("reverse_bits", "unsigned (unsigned n)", "reverse bits, bit reverse, flip bits order, mirror bits", """
np: $n with its 32 bits in reverse order
v: reverse the [order of the |][32 bits|bits] of $n
""", "unsigned res = 0;\nfor (int i = 0; i < 32; i++) {\nres = res << 1 | (n & 1);\nn >>= 1;\n}\nreturn res;", "unsigned res = 0;\nfor (int i = 0; i < 32; i++) {\nif (n & (1u << i)) res |= 1u << (31 - i);\n}\nreturn res;")

# --- conditionals ------------------------------------------------------------------------------

idea("grade", "char (int x)", "grade, letter grade, get grade, to grade, score to grade", """
np: the letter grade for [the score $x|a score of $x|$x points]: A from 90, B from 80, C from 70, D from 60, else F
s: Map a score to a grade: 'A' for 90 and above, 'B' for 80 and above, 'C' for 70 and above, 'D' for 60 and above, otherwise 'F'.
s: Grade: at least 90 is A, at least 80 is B, at least 70 is C, at least 60 is D, [anything else|below that] F.
""", "if (x >= 90) return 'A';\nif (x >= 80) return 'B';\nif (x >= 70) return 'C';\nif (x >= 60) return 'D';\nreturn 'F';", "if (x >= 90) {\nreturn 'A';\n} else if (x >= 80) {\nreturn 'B';\n} else if (x >= 70) {\nreturn 'C';\n} else if (x >= 60) {\nreturn 'D';\n} else {\nreturn 'F';\n}", "char res = 'F';\nif (x >= 60) res = 'D';\nif (x >= 70) res = 'C';\nif (x >= 80) res = 'B';\nif (x >= 90) res = 'A';\nreturn res;", "if (x < 60) return 'F';\nif (x < 70) return 'D';\nif (x < 80) return 'C';\nif (x < 90) return 'B';\nreturn 'A';", "return x >= 90 ? 'A' : x >= 80 ? 'B' : x >= 70 ? 'C' : x >= 60 ? 'D' : 'F';")

idea("triangle_valid", "B (int x, int y, int z)", "is triangle, valid triangle, can form triangle, triangle", """
p: [$x, $y and $z|three lengths|the lengths $x, $y and $z] can be the sides of a triangle
p: a triangle with sides $x, $y and $z exists
p: each of $x, $y and $z is less than the sum of the other two
q: can $x, $y and $z be the sides of a triangle?
""", "return x + y > z && x + z > y && y + z > x;", "if (x + y <= z) return false;\nif (x + z <= y) return false;\nif (y + z <= x) return false;\nreturn true;", "if (x + y > z && y + z > x && z + x > y) return true;\nreturn false;", "return !(x + y <= z || x + z <= y || y + z <= x);")

idea("triangle_type", "int (int x, int y, int z)", "triangle type, triangle kind, classify triangle, equal sides", """
np: 3 if [all three sides|$x, $y and $z] are equal, 2 if [exactly two are|two of them are equal], else 1
s: Triangle type: return 3 if all sides are equal, 2 if two are equal, 1 if all are different.
s: Return 3 for an equilateral triangle, 2 for an isosceles one and 1 for a scalene one.
""", "if (x == y && y == z) return 3;\nif (x == y || y == z || x == z) return 2;\nreturn 1;", "if (x == y) return y == z ? 3 : 2;\nif (y == z || x == z) return 2;\nreturn 1;")

idea("right_triangle", "B (int x, int y, int z)", "is right triangle, right angled, pythagorean, is pythagorean triple", """
p: [$x, $y and $z|the sides $x, $y and $z|three sides] form a right triangle
p: $x, $y and $z are a Pythagorean triple, in any order
""", "return x * x + y * y == z * z || x * x + z * z == y * y || y * y + z * z == x * x;", "if (x * x + y * y == z * z) return true;\nif (x * x + z * z == y * y) return true;\nreturn y * y + z * z == x * x;")

idea("fee", "int (int x)", "fee, ticket price, price, cost, entry fee, fare", """
s: Ticket price by age $x: [free|0] under 6, 5 under 18, 10 otherwise.
s: Entry costs 0 for children under 6, 5 for people under 18 and 10 for everyone else. Return the price for age $x.
s: Return 0 if $x is below 6, 5 if it is below 18, and 10 otherwise.
""", "if (x < 6) return 0;\nif (x < 18) return 5;\nreturn 10;", "if (x >= 18) return 10;\nif (x >= 6) return 5;\nreturn 0;", "return x < 6 ? 0 : x < 18 ? 5 : 10;", "int res = 10;\nif (x < 6) res = 0;\nelse if (x < 18) res = 5;\nreturn res;", "if (x < 6) {\nreturn 0;\n} else if (x < 18) {\nreturn 5;\n} else {\nreturn 10;\n}")

idea("fizz", "int (int n)", "fizz, fizzbuzz, fizz code, classify", """
np: 15 if $n is divisible by both 3 and 5, 3 if only by 3, 5 if only by 5, else 0
s: Fizzbuzz code of $n: 15 for multiples of 15, 3 for multiples of 3, 5 for multiples of 5, 0 otherwise.
""", "if (n % 15 == 0) return 15;\nif (n % 3 == 0) return 3;\nif (n % 5 == 0) return 5;\nreturn 0;", "int res = 0;\nif (n % 3 == 0 && n % 5 == 0) res = 15;\nelse if (n % 3 == 0) res = 3;\nelse if (n % 5 == 0) res = 5;\nreturn res;", "if (n % 3 == 0) {\nif (n % 5 == 0) return 15;\nreturn 3;\n}\nreturn n % 5 == 0 ? 5 : 0;")

idea("all_equal3", "B (int x, int y, int z)", "all equal, all same, three equal, same", """
p: [all three|the three] [numbers|values|arguments] are [equal|the same]
p: $x, $y and $z are [all equal|all the same|equal]
""", "return x == y && y == z;", "if (x != y) return false;\nreturn y == z;", "if (x == y && x == z) return true;\nreturn false;", "return !(x != y || y != z);")

idea("count_distinct3", "int (int x, int y, int z)", "count distinct, distinct of three, different values", """
np: how many different values there are among $x, $y and $z
np: the number of distinct values among [$x, $y and $z|three numbers]
""", "if (x == y && y == z) return 1;\nif (x == y || y == z || x == z) return 2;\nreturn 3;", "int cnt = 1;\nif (y != x) cnt++;\nif (z != x && z != y) cnt++;\nreturn cnt;")

idea("same_sign", "B (int x, int y)", "same sign, signs equal, have same sign", """
p: $x and $y have the same sign
p: both numbers are negative or neither is
p: $x and $y are both negative or both not negative
""", "return (x < 0) == (y < 0);", "if (x < 0) return y < 0;\nreturn y >= 0;", "if (x >= 0 && y >= 0) return true;\nif (x < 0 && y < 0) return true;\nreturn false;", "return (x ^ y) >= 0;")

idea("xor_bool", "B (int x, int y)", "exactly one, xor, one of two, either but not both", """
p: exactly one of $x and $y is [nonzero|not zero|true]
p: either $x or $y is nonzero, but not both
""", "return (x != 0) != (y != 0);", "return (x && !y) || (!x && y);", "return !x != !y;", "if (x && y) return false;\nreturn x || y;", "if (x) return !y;\nreturn y != 0;")

# --- doubles -----------------------------------------------------------------------------------

idea("c2f", "double (double x)", "to fahrenheit, celsius to fahrenheit, c to f, c2f, fahrenheit", """
v: convert [degrees |a temperature from |]Celsius to [degrees |]Fahrenheit
np: the temperature $x in [degrees |]Fahrenheit, given in [degrees |]Celsius
np: $x degrees Celsius in Fahrenheit
""", "return x * 9 / 5 + 32;", "return x * 9.0 / 5.0 + 32.0;", "return x * 1.8 + 32;", "return 32 + 1.8 * x;", "double res = x * 9 / 5;\nreturn res + 32;")

idea("f2c", "double (double x)", "to celsius, fahrenheit to celsius, f to c, f2c, celsius", """
v: convert [degrees |a temperature from |]Fahrenheit to [degrees |]Celsius
np: the temperature $x in [degrees |]Celsius, given in [degrees |]Fahrenheit
np: $x degrees Fahrenheit in Celsius
""", "return (x - 32) * 5 / 9;", "return (x - 32.0) * 5.0 / 9.0;", "return (x - 32) / 1.8;", "double res = x - 32;\nreturn res * 5 / 9;")

idea("circle_area", "double (double r)", "circle area, area of circle, disk area, area circle", """
np: the area of a circle [of|with] radius $r
np: the area of a disk with radius $r
v: compute the area of a circle from its radius
""", "return 3.14159265358979 * r * r;", "return M_PI * r * r;", "double p = 3.14159265358979;\nreturn p * r * r;", "return acos(-1.0) * r * r;")

idea("circumference", "double (double r)", "circumference, circle perimeter, perimeter of circle", """
np: the circumference of a circle [of|with] radius $r
np: the perimeter of a circle with radius $r
""", "return 2 * 3.14159265358979 * r;", "return 2 * M_PI * r;", "return M_PI * r * 2;", "double d = 2 * r;\nreturn d * 3.14159265358979;")

idea("rect_area", "int (int w, int y)", "rectangle area, area, rect area, area of rectangle", """
np: the area of a rectangle [with sides $w and $y|of width $w and height $y|$w wide and $y high]
v: compute the area of a rectangle
""", "return w * y;", "int res = w * y;\nreturn res;", "return y * w;")

idea("rect_perimeter", "int (int w, int y)", "rectangle perimeter, perimeter, rect perimeter", """
np: the perimeter of a rectangle [with sides $w and $y|of width $w and height $y|$w wide and $y high]
v: compute the perimeter of a rectangle
""", "return 2 * (w + y);", "return 2 * w + 2 * y;", "return w + w + y + y;", "int sum = w + y;\nreturn sum * 2;")

idea("triangle_area", "double (double b, double m)", "triangle area, area of triangle, tri area", """
np: the area of a triangle [with base $b and height $m|of base $b and height $m]
v: compute the area of a triangle from its base and height
""", "return b * m / 2;", "return 0.5 * b * m;", "return b * m * 0.5;", "double res = b * m;\nreturn res / 2.0;")

idea("hypot", "double (double x, double y)", "hypotenuse, hyp, pythagoras, diagonal, vector length", """
np: the [length of the |]hypotenuse of a right triangle with [legs|sides] $x and $y
np: the length of the vector ($x, $y)
np: the diagonal of a rectangle with sides $x and $y
np: the square root of the sum of the squares of $x and $y
""", "return sqrt(x * x + y * y);", "return hypot(x, y);", "double sum = x * x + y * y;\nreturn sqrt(sum);", "return sqrt(pow(x, 2) + pow(y, 2));")

idea("dist2d", "double (double x, double y, double z, double w)", "distance, dist, distance between, euclidean distance, point distance", """
np: the [distance|Euclidean distance] between the points ($x, $y) and ($z, $w)
np: how far the point ($x, $y) is from ($z, $w)
""", "return sqrt((x - z) * (x - z) + (y - w) * (y - w));", "double k = z - x;\ndouble m = w - y;\nreturn sqrt(k * k + m * m);", "return hypot(x - z, y - w);")

idea("discount", "double (double x, double p)", "discount, apply discount, reduced price, price after discount", """
np: the price $x [after a discount of $p percent|reduced by $p percent|with $p percent off]
v: take $p percent off [the price |]$x
""", "return x * (100 - p) / 100;", "return x - x * p / 100;", "return x * (1 - p / 100);", "double d = x * p / 100;\nreturn x - d;")

idea("percent", "double (double x, double p)", "percent of, percentage, percent", """
np: $p percent of $x
v: compute $p percent of $x
""", "return x * p / 100;", "return p / 100 * x;", "return x * p / 100.0;", "double res = x * p;\nreturn res / 100;")

idea("interest", "double (double x, double r, int y)", "compound interest, grow, balance after, savings", """
np: the balance after $y years when $x grows by $r percent [each|every|per] year
v: add $r percent interest to $x each year for $y years and return the balance
""", "for (int i = 0; i < y; i++) x *= 1 + r / 100;\nreturn x;", "double sum = x;\nfor (int i = 0; i < y; i++) {\nsum += sum * r / 100;\n}\nreturn sum;", "return x * pow(1 + r / 100, y);", "while (y > 0) {\nx = x + x * r / 100;\ny--;\n}\nreturn x;")

idea("mean_d", "double (D a, N n)", "mean, average, avg, mean of", """
np: the [mean|average|arithmetic mean] of [the|all the] $n [doubles|numbers|values|real numbers] [in|of] $a
v: average the doubles in $a
np: the mean of an array of doubles
""", "double sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\nreturn sum / n;", "double sum = 0.0;\nfor (int i = n - 1; i >= 0; i--) {\nsum += a[i];\n}\nreturn sum / n;", "double sum = 0;\nint i = 0;\nwhile (i < n) {\nsum += a[i];\ni++;\n}\nreturn sum / n;", "if (n == 0) return 0;\ndouble sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\nreturn sum / n;")

idea("sum_d", "double (D a, N n)", "sum, total, add all, sum doubles", """
np: the [sum|total] of [the|all the] $n [doubles|real numbers] in $a
v: add up [the|all] doubles in [$a|an array]
""", "double sum = 0;\nfor (int i = 0; i < n; i++) sum += a[i];\nreturn sum;", "double sum = 0.0;\nfor (int i = n - 1; i >= 0; i--) sum += a[i];\nreturn sum;", "double sum = 0;\nwhile (n > 0) {\nn--;\nsum += a[n];\n}\nreturn sum;", "if (n == 0) return 0;\nreturn a[n - 1] + SELF(a, n - 1);")

idea("max_d", "double (D a, N n)", "max, largest, maximum, max double", """
np: the [largest|maximum|greatest|biggest] of [the|all the] [doubles|real numbers] in $a
v: find the [largest|maximum] [double|real number] in [$a|an array of doubles]
""", "double max = a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] > max) max = a[i];\n}\nreturn max;", "double max = a[0];\nfor (int i = 1; i < n; i++) {\nif (max < a[i]) max = a[i];\n}\nreturn max;", "double max = a[n - 1];\nwhile (n > 0) {\nn--;\nif (a[n] > max) max = a[n];\n}\nreturn max;")

idea("km", "double (double x)", "to miles, km to miles, kilometers to miles", """
v: convert kilometers to miles, 1 mile being 1.609344 km
np: $x kilometers in miles (1 mile is 1.609344 km)
""", "return x / 1.609344;", "double res = x / 1.609344;\nreturn res;")

idea("seconds", "int (int x, int m, int s)", "to seconds, total seconds, hms to seconds, time in seconds", """
np: the number of seconds in $x hours, $m minutes and $s seconds
v: convert $x hours, $m minutes and $s seconds to seconds
np: the time $x:$m:$s in seconds
""", "return x * 3600 + m * 60 + s;", "return (x * 60 + m) * 60 + s;", "int sum = s;\nsum += m * 60;\nsum += x * 3600;\nreturn sum;", "int res = x * 60 + m;\nreturn res * 60 + s;")

idea("minutes", "int (int x)", "minutes, full minutes, to minutes, whole minutes", """
np: [the number of|how many] [full|whole|complete] minutes [there are |]in $x seconds
q: how many whole minutes are in $x seconds?
""", "return x / 60;", "int cnt = 0;\nwhile (x >= 60) {\nx -= 60;\ncnt++;\n}\nreturn cnt;", "return (x - x % 60) / 60;", "int res = x / 60;\nreturn res;")
