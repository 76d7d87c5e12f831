"""Pairs with comments as people write them: the second function of each calls the first."""

from pairs import told_pair

# --- numbers: digits ---------------------------------------------------------------------------

told_pair("sum_digits_of_all", "digit_sum", "int (A a, N n)", "total digits, digits of all, add all digits, digit total, sum every digit, grand digit sum", """
t: Add up the digits of all $n numbers in $a.
t: [For every number|For each entry] of $a take its digit sum, and return what these come to. {12, 3} gives 6.
t: uses FIRST on each element and totals the results
t: What do you get when you add every digit of every number in $a?
t: Total of the digit sums of $a.\\n@param $a the numbers\\n@param $n how many there are
t: Must return the sum of all digits that occur in the [list|array] $a, e.g. {10, 25, 4} -> 12.
t: Serial numbers are stored in $a. For the check we need one figure: all their digits added together.
t: Go through the array, compute the digit sum of each value and keep a running total. Return the total.
t: The digit sum of a whole array: the digit sums of its $n [elements|members] added.
+ No numbers: 0.
+ The array is not changed.
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += FIRST(a[i]);\nreturn sum;", "int sum = 0;\nwhile (n > 0) {\nn--;\nsum += FIRST(a[n]);\n}\nreturn sum;", "if (n == 0) return 0;\nreturn FIRST(a[0]) + SELF(a + 1, n - 1);")

told_pair("count_with_digit_sum", "digit_sum", "int (A a, N n, int k)", "count digit sum, how many sum to, with digit sum, matching digit sums, count by digit sum", """
t: How many numbers in $a have digits that add up to [exactly |]$k?
t: count the elements whose digit sum is $k
t: Counts the entries of $a with digit sum $k.\\nReturns the count.
t: {12, 30, 7} and 3 -> 2, because 1+2 and 3+0 are 3.
t: Given a target $k, tell how many of the $n values have that digit sum.
t: Tickets with a digit sum of $k win a prize. $a holds the ticket numbers; return how many winners there are.
t: Parameters: $a - array of numbers, $n - its length, $k - wanted digit sum. Returns: number of hits.
t: Check each value with FIRST and count those for which it gives $k.
t: We only want the number of matches here, not the matches: a match is an element whose digits sum to $k.
+ 0 if there is no such number.
+ All other digit sums are ignored.
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i]) == k) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nint i = 0;\nwhile (i < n) {\ncnt += FIRST(a[i]) == k;\ni++;\n}\nreturn cnt;", "int cnt = n;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i]) != k) cnt--;\n}\nreturn cnt;")

told_pair("lucky_ticket", "digit_sum", "B (int n)", "is lucky, lucky ticket, lucky, is lucky number, halves balance, happy ticket", """
t: A six-digit ticket is lucky if its first three digits have the same sum as its last three. Is $n lucky?
t: [check|tell] whether the upper and the lower three digits of $n add up to the same
t: 123006 is a lucky ticket since 1+2+3 = 0+0+6. [Test|Check] $n for this.
t: Lucky ticket test.\\n@param $n a number of up to six digits\\n@return true if both halves have equal digit sums
t: Split $n into $n / 1000 and $n % 1000; true when both parts have the same digit sum.
t: bus tickets have six digits, passengers like those where left half and right half balance (same sum)
t: Returns true for 505190 (5+0+5 = 1+9+0), false for 100002.
t: Do the thousands part and the rest of $n have equal digit sums?
t: Must be true if FIRST gives the same for the first three and the last three digits of the six-digit $n.
+ Leading zeros are simply missing in $n.
+ 0 counts as lucky.
""", "return FIRST(n / 1000) == FIRST(n % 1000);", "int l = FIRST(n / 1000);\nint r = FIRST(n % 1000);\nreturn l == r;", "if (FIRST(n / 1000) != FIRST(n % 1000)) return false;\nreturn true;")

told_pair("root_by_digit_sum", "digit_sum", "int (int n)", "digital root, sum down, reduce to digit, one digit, repeat digit sum, crunch", """
t: Take the digit sum again and again until there is only one digit left.
t: digital root of $n, by repeated calls of FIRST
t: 987 -> 24 -> 6, so the answer for 987 is 6.
t: Replace $n by the sum of its digits while it has [two or more digits|more than one digit]. Return what remains.
t: [Which|What] single digit do you end with if you keep summing the digits of $n?
t: Numerology: a birth number is boiled down by adding its digits until one digit remains.
t: @param $n a non-negative number\\n@return its digital root, 0 to 9
t: Returns $n itself when it is below 10; otherwise adds up the digits and tries again.
+ 0 gives 0.
+ Never more than 9.
""", "while (n > 9) n = FIRST(n);\nreturn n;", "if (n < 10) return n;\nreturn SELF(FIRST(n));", "int res = n;\nwhile (res >= 10) {\nres = FIRST(res);\n}\nreturn res;")

told_pair("sort_by_digit_sum", "digit_sum", "void (M a, N n)", "sort by digit sum, order by digits, digit sum sort, arrange by digit sum, sort on digits", """
t: Sort $a by digit sum, smallest digit sum first.
t: put the numbers in order of their digit sums
t: {19, 21, 5} becomes {21, 5, 19}: the digit sums are 3, 5 and 10.
t: Reorders the array so that the digit sums never go down. Numbers with the same digit sum keep their order.
t: Bubble sort that does not compare the numbers but what FIRST returns for them.
t: @param $a array to sort in place\\n@param $n number of elements\\nThe key is the sum of the digits.
t: Not by size! Order the $n values by the sum of their digits, lowest first.
t: In our game cards are laid out by digit sum, from low to high; $a holds the cards.
+ Works in place.
+ Ties stay in their old order.
""", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j + 1 < n; j++) {\nif (FIRST(a[j]) > FIRST(a[j + 1])) {\nint tmp = a[j];\na[j] = a[j + 1];\na[j + 1] = tmp;\n}\n}\n}", "for (int i = 1; i < n; i++) {\nint e = a[i];\nint j = i;\nwhile (j > 0 && FIRST(a[j - 1]) > FIRST(e)) {\na[j] = a[j - 1];\nj--;\n}\na[j] = e;\n}", "for (int i = n - 1; i > 0; i--) {\nfor (int j = 0; j < i; j++) {\nif (FIRST(a[j]) > FIRST(a[j + 1])) {\nint tmp = a[j];\na[j] = a[j + 1];\na[j + 1] = tmp;\n}\n}\n}")

told_pair("palindrome_by_reverse", "digit_rev", "B (int n)", "is palindrome, palindromic, same backwards, is symmetric number, mirror number, reads the same", """
t: Is $n the same when read backwards?
t: a number is a palindrome if reversing its digits changes nothing
t: True for 1221 and 7, false for 12.
t: Reverse $n and compare it with the original.
t: @param $n number to test\\n@return whether it is a palindrome
t: Checks if the digits of $n form a mirror image (like 454).
t: Must answer yes exactly when FIRST returns $n itself.
t: Car plates like 30103 are special: they look the same from both sides. Find out if $n is one of those.
t: no loop needed here, just turn the number around and look if it is equal
+ One-digit numbers always pass.
+ $n is not negative.
""", "return FIRST(n) == n;", "int rev = FIRST(n);\nif (rev == n) return true;\nreturn false;", "if (FIRST(n) != n) return false;\nreturn true;")

told_pair("reverse_add_steps", "digit_rev", "int (int n)", "steps to palindrome, reverse and add, rev add steps, palindrome steps, flips needed", """
t: Add the reversed number to $n until the result is a palindrome. How many additions does it take?
t: reverse-and-add steps needed to reach a palindrome
t: 56 + 65 = 121, so 56 needs one step; 121 needs none.
t: While $n differs from its reversal, add the reversal to it and count. Return the count.
t: Counts how often you have to do "$n plus $n backwards" before the number reads the same both ways.
t: @param $n start value\\n@return number of reverse-and-add rounds until a palindrome appears
t: A palindrome gives 0. Otherwise: add FIRST of the number to the number and try again, counting the rounds.
t: A little game: write a number, add its mirror image, go on until the sum is symmetric. Returns the number of rounds.
+ Only for numbers where this ends.
+ One-digit numbers give 0.
""", "int cnt = 0;\nwhile (FIRST(n) != n) {\nn += FIRST(n);\ncnt++;\n}\nreturn cnt;", "int rev = FIRST(n);\nif (rev == n) return 0;\nreturn 1 + SELF(n + rev);", "int cnt = 0;\nint rev = FIRST(n);\nwhile (rev != n) {\nn = n + rev;\nrev = FIRST(n);\ncnt++;\n}\nreturn cnt;")

told_pair("join_numbers", "digit_count", "long (int x, int y)", "join numbers, concat ints, glue, append number, write together, concat numbers", """
t: Write $y directly after $x: 12 and 345 make 12345.
t: concatenate the decimal digits of $x and $y into one number
t: Shift $x to the left by as many decimal places as $y has digits, then add $y.
t: @return the number you see when $x and $y are written side by side
t: What number do $x and $y make when they are put next to each other?
t: For article codes: the group number $x comes first, the item number $y follows without a gap. 7 and 20 give 720.
t: Glue two numbers together. Use FIRST to find out how often $x must be multiplied by 10.
t: The result has the digits of $x and then those of $y. [No strings, please.|Do not use strings.]
+ Both numbers are [positive|above zero].
+ Order matters.
""", "long res = x;\nint cnt = FIRST(y);\nfor (int i = 0; i < cnt; i++) res *= 10;\nreturn res + y;", "long base = 1;\nfor (int i = FIRST(y); i > 0; i--) {\nbase *= 10;\n}\nreturn x * base + y;", "int len = FIRST(y);\nlong res = x;\nwhile (len > 0) {\nres = res * 10;\nlen--;\n}\nres += y;\nreturn res;")

told_pair("longest_number", "digit_count", "int (A a, N n)", "longest number, most digits, widest, column width, max width, field width", """
t: How wide must a column be so that every number of $a fits in it?
t: the digit count of the longest number in $a
t: Returns the largest number of digits found in the array. {5, 120, 44} -> 3.
t: For printing a table: find the width, in digits, of the widest of the $n values.
t: Go over all values, count their digits, keep the maximum.
t: @param $a non-negative numbers\\n@param $n how many\\n@return most digits that any of them has, 0 for none
t: Which is the greatest length (in digits) among the entries of $a?
t: Call FIRST for each of them and return the highest result.
t: Note that we return the length and not the number itself: {1000, 2} gives 4.
+ An empty array gives 0.
""", "int max = 0;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i]) > max) max = FIRST(a[i]);\n}\nreturn max;", "int max = 0;\nfor (int i = 0; i < n; i++) {\nint len = FIRST(a[i]);\nif (len > max) max = len;\n}\nreturn max;", "int best = 0;\nwhile (n > 0) {\nn--;\nint len = FIRST(a[n]);\nbest = len > best ? len : best;\n}\nreturn best;")

told_pair("count_same_length", "digit_count", "int (A a, N n, int k)", "count k digit numbers, with k digits, numbers of length, count by length, how many long", """
t: How many of the numbers in $a have [exactly |]$k digits?
t: count the $k-digit numbers of the array
t: {7, 42, 99, 100} with 2 gives 2.
t: Number of entries whose digit count is equal to $k.
t: Valid customer numbers have $k digits. Count the valid ones among the $n in $a.
t: Returns how many values are $k digits long.\\nUses FIRST.
t: For each element ask for its number of digits; whenever that is $k, add one to the result.
t: @param $k wanted length in digits\\n@return how often it is met
+ Longer and shorter numbers are left out.
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i]) == k) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (n-- > 0) {\nif (FIRST(a[n]) == k) cnt++;\n}\nreturn cnt;", "if (n == 0) return 0;\nint res = SELF(a + 1, n - 1, k);\nif (FIRST(a[0]) == k) res++;\nreturn res;")

told_pair("all_same_length", "digit_count", "B (A a, N n)", "same length, equally long, all same width, uniform digits, same digit counts", """
t: Do all numbers in $a have equally many digits?
t: true if every value is as long (in digits) as the first one
t: {12, 99, 50} is fine, {12, 7} is not.
t: Checks that the $n codes in $a are all of the same length.
t: Returns false as soon as one number has more or fewer digits than the first; true otherwise.
t: @return whether the digit counts of all elements are the same
t: House numbers get metal digits; we want to know if each house needs the same number of them.
t: Compare FIRST of each entry with FIRST of entry 0.
+ One number alone is always fine.
+ True for an empty array.
""", "for (int i = 1; i < n; i++) {\nif (FIRST(a[i]) != FIRST(a[0])) return false;\n}\nreturn true;", "if (n == 0) return true;\nint len = FIRST(a[0]);\nint i = 1;\nwhile (i < n && FIRST(a[i]) == len) i++;\nreturn i >= n;", "for (int i = 0; i + 1 < n; i++) {\nif (FIRST(a[i]) != FIRST(a[i + 1])) return false;\n}\nreturn true;")

told_pair("next_palindrome", "num_palindrome", "int (int n)", "next palindrome, palindrome after, next mirror, following palindrome, next symmetric", """
t: The next palindrome after $n.
t: smallest palindromic number that is larger than $n
t: 120 -> 121, 121 -> 131, 9 -> 11
t: The mileage counter shows $n. At which reading will it next be the same forwards and backwards?
t: Count up from $n + 1 until FIRST says yes.
t: @return the first number above $n that reads the same from both ends
t: If $n is a palindrome itself it does not count; we look for one that is strictly greater.
t: Which palindrome comes next? Start behind $n and try every number.
+ $n is not negative.
""", "n++;\nwhile (!FIRST(n)) n++;\nreturn n;", "do {\nn++;\n} while (!FIRST(n));\nreturn n;", "int i = n + 1;\nwhile (true) {\nif (FIRST(i)) return i;\ni++;\n}")

told_pair("count_first_digit", "first_digit", "int (A a, N n, int d)", "count leading digit, starts with digit, begin with, leading counts, first digit count", """
t: How many numbers of $a start with the digit $d?
t: count entries whose leading digit is $d
t: {12, 190, 21} and 1: two of them begin with a 1.
t: To check some bills for fraud we look at first digits. Return how often $d is the first digit in $a.
t: Number of values beginning with $d.\\n@param $d a digit from 1 to 9
t: Tally the elements for which FIRST gives $d.
t: look at the leftmost digit of each of the $n numbers and count how many times it is $d
t: Returns the frequency of $d as a leading digit.
+ Later digits play no role.
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i]) == d) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (n > 0) {\nn--;\nif (FIRST(a[n]) == d) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < n; i++) cnt += FIRST(a[i]) == d ? 1 : 0;\nreturn cnt;")

told_pair("total_digit_occurrences", "count_digit", "int (int n, int d)", "digit in pages, digit in range, write count, digit uses, page digits", """
t: The pages of a book are numbered 1 to $n. How many times is the digit $d printed?
t: how often $d occurs in all numbers from 1 to $n together
t: Writing 1, 2, ..., 12 takes the digit 1 five times, so 12 and 1 give 5.
t: Sum of the occurrences of $d over 1..$n.
t: Count every single $d you would write when listing the numbers up to $n.
t: @param $n last number\\n@param $d digit to look for\\n@return total number of times it shows up
t: For each number from 1 to $n call FIRST and add up what comes back.
t: A number that has $d twice counts twice. Return the total for all numbers up to and including $n.
+ 0 if $n is less than 1.
""", "int cnt = 0;\nfor (int i = 1; i <= n; i++) cnt += FIRST(i, d);\nreturn cnt;", "int sum = 0;\nwhile (n > 0) {\nsum += FIRST(n, d);\nn--;\n}\nreturn sum;", "if (n < 1) return 0;\nreturn FIRST(n, d) + SELF(n - 1, d);")

told_pair("numbers_without_digit", "has_digit", "int (int n, int d)", "numbers without digit, avoid digit, skip digit, digit free, rooms without", """
t: How many numbers from 1 to $n do not contain the digit $d?
t: count numbers up to $n that avoid $d
t: A hotel leaves out room numbers with the digit $d. How many rooms from 1 to $n are there then?
t: 10 and 1 -> 8, as 1 and 10 drop out.
t: Returns the count of numbers in 1..$n in which $d does not appear at all.
t: Take all numbers from 1 to $n, throw out those with a $d in them, count the rest.
t: @return $n minus the numbers for which FIRST is true
t: Some people never use the digit $d. So which share of 1 to $n is left for them (as a count)?
+ $n itself is included.
""", "int cnt = 0;\nfor (int i = 1; i <= n; i++) {\nif (!FIRST(i, d)) cnt++;\n}\nreturn cnt;", "int cnt = n;\nfor (int i = 1; i <= n; i++) {\nif (FIRST(i, d)) cnt--;\n}\nreturn cnt;", "int cnt = 0;\nint i = n;\nwhile (i >= 1) {\nif (!FIRST(i, d)) cnt++;\ni--;\n}\nreturn cnt;")

told_pair("happy_number", "sum_sq_digits", "B (int n)", "is happy, happy number, happy, ends at one, reaches one", """
t: Happy number: replace it by the sum of the squares of its digits until you get 1. If you get 4 instead, it is unhappy.
t: is $n happy?
t: 7 -> 49 -> 97 -> 130 -> 10 -> 1, so 7 is happy.
t: Apply FIRST to $n again and again; true if it ends in 1, false if it runs into the cycle through 4.
t: @param $n a positive number\\n@return true if summing squared digits over and over leads to 1
t: Returns whether $n reaches 1 when each step adds the squares of the digits (otherwise it comes to 4 sooner or later).
t: keep squaring and adding digits; stop at 1 (yes) or at 4 (no)
t: Which numbers are happy? Those that end up at 1. 2 is not happy, 10 is.
+ $n is at least 1.
+ 1 is happy.
""", "while (n != 1 && n != 4) n = FIRST(n);\nreturn n == 1;", "if (n == 1) return true;\nif (n == 4) return false;\nreturn SELF(FIRST(n));", "while (n != 1) {\nif (n == 4) return false;\nn = FIRST(n);\n}\nreturn true;")

told_pair("multiplicative_persistence", "digit_prod", "int (int n)", "persistence, product steps, digit product steps, times until single, multiply down", """
t: How many times must the digits of $n be multiplied together until one digit is left?
t: multiplicative persistence of $n
t: 39 -> 27 -> 14 -> 4 are three steps, so 39 gives 3.
t: Replace $n by the product of its digits, count the steps, stop at a single digit.
t: 0 for one-digit numbers; for all others one more than for the product of the digits.
t: @return the number of times FIRST has to be applied before $n is below 10
t: Each round we multiply all digits. Return after how many rounds only one digit remains.
t: number of "multiply the digits" steps that $n survives
+ $n is not negative.
""", "int cnt = 0;\nwhile (n >= 10) {\nn = FIRST(n);\ncnt++;\n}\nreturn cnt;", "if (n < 10) return 0;\nreturn 1 + SELF(FIRST(n));", "int cnt = 0;\nfor (; n > 9; n = FIRST(n)) cnt++;\nreturn cnt;")

told_pair("highest_digit_of_all", "digit_max", "int (A a, N n)", "highest digit, largest digit anywhere, top digit, max digit of all, biggest digit in list", """
t: The largest digit that occurs anywhere in the numbers of $a.
t: highest digit over all entries
t: {13, 702, 5} -> 7
t: Which digit is the biggest one used in the whole list?
t: Take the largest digit of each number, then the largest of these.
t: To know if the numbers could be octal we need the highest digit that is used in any of them.
t: @return a digit 0..9: the maximum of FIRST over the $n elements
t: Looks through all digits of all $n values. Result is one digit, not a number of the array.
+ 0 if there are no numbers.
""", "int max = 0;\nfor (int i = 0; i < n; i++) {\nint dig = FIRST(a[i]);\nif (dig > max) max = dig;\n}\nreturn max;", "int best = 0;\nwhile (n > 0) {\nn--;\nif (FIRST(a[n]) > best) best = FIRST(a[n]);\n}\nreturn best;", "if (n == 0) return 0;\nint max = FIRST(a[0]);\nfor (int i = 1; i < n; i++) {\nif (FIRST(a[i]) > max) max = FIRST(a[i]);\n}\nreturn max;")

told_pair("last_digits_out", "last_digit", "void (A a, M out, N n)", "last digits, units digits, collect endings, ones column, take last digits", """
t: Write the last digit of every number in $a to $out.
t: $out gets the units digits
t: {15, 203, 8} -> {5, 3, 8}
t: For radix sort: fill $out with the ones digit of each of the $n elements, in the same order.
t: $a stays as it is; entry i of $out becomes the final digit of entry i of $a.
t: @param $a numbers\\n@param $out receives one digit for each\\n@param $n length of both
t: Take each number, call FIRST, store the result at the same place in $out.
t: What do the numbers end in? Answers go into $out.
+ Both arrays have $n elements.
""", "for (int i = 0; i < n; i++) out[i] = FIRST(a[i]);", "int i = 0;\nwhile (i < n) {\nout[i] = FIRST(a[i]);\ni++;\n}", "for (int i = n - 1; i >= 0; i--) {\nint dig = FIRST(a[i]);\nout[i] = dig;\n}")

# --- numbers: primes and divisors --------------------------------------------------------------

told_pair("twin_primes_to", "prime", "int (int n)", "twin primes, count twins, prime pairs, twin count, twins up to", """
t: Twin primes are two primes that differ by 2, like 11 and 13. How many such pairs are there with both numbers at most $n?
t: count twin prime pairs up to $n
t: 13 -> 3, namely (3, 5), (5, 7) and (11, 13).
t: Number of p with p and p + 2 both prime and p + 2 not above $n.
t: @param $n upper limit, inclusive\\n@return how many twin prime pairs lie in 1..$n
t: Walk from 2 to $n - 2 and test each number and its neighbour two further on with FIRST.
t: For small limits (below 5) the answer is 0. Otherwise count pairs p, p + 2 of primes up to $n.
t: primes like to come in twos: 5 and 7, 17 and 19. Count those twos within the first $n numbers.
+ 5 belongs to two pairs.
""", "int cnt = 0;\nfor (int i = 2; i + 2 <= n; i++) {\nif (FIRST(i) && FIRST(i + 2)) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 3; i <= n - 2; i += 2) {\nif (FIRST(i) && FIRST(i + 2)) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nint i = n;\nwhile (i >= 5) {\nif (FIRST(i) && FIRST(i - 2)) cnt++;\ni--;\n}\nreturn cnt;")

told_pair("goldbach_part", "prime", "int (int n)", "goldbach, smaller prime, split even, prime split, first part", """
t: Write the even number $n as a sum of two primes and return the smaller prime; choose it as small as possible.
t: the smallest prime p for which $n - p is prime too, or -1
t: 28 = 5 + 23, so 28 gives 5.
t: Goldbach: every even number above 2 seems to be a sum of two primes. Find the least prime that works for $n.
t: Try p = 2, 3, 4, ... up to half of $n; the first one where FIRST holds for p and $n - p is the answer.
t: @return the smallest prime part, -1 if $n is not a sum of two primes
t: -1 if there is no way. Otherwise the smaller of two primes that add up to $n, the first such pair counting.
t: Which prime do we need to take away from $n so that a prime remains? [Smallest one wanted.|We want the smallest.]
+ 11 gives -1.
""", "for (int i = 2; i <= n / 2; i++) {\nif (FIRST(i) && FIRST(n - i)) return i;\n}\nreturn -1;", "int i = 2;\nwhile (i <= n / 2) {\nif (FIRST(i) && FIRST(n - i)) return i;\ni++;\n}\nreturn -1;", "int res = -1;\nfor (int i = n / 2; i >= 2; i--) {\nif (FIRST(i) && FIRST(n - i)) res = i;\n}\nreturn res;")

told_pair("nth_prime_by_test", "prime", "int (int n)", "nth prime, prime number n, get prime, prime at, find nth", """
t: The $n-th prime, counting 2 as the first.
t: 1 -> 2, 2 -> 3, 3 -> 5, 4 -> 7 and so on
t: Test 2, 3, 4, ... one after the other and stop when $n primes have been seen.
t: @param $n position, from 1\\n@return the prime at that position
t: Which number is prime number $n?
t: The list of primes begins 2, 3, 5, 7, 11. Return the entry at position $n of it (positions start at 1).
t: Uses FIRST to go through the numbers until the $n-th prime is found.
t: With $n = 5 you get 11. There is no table, the primes are searched.
+ $n is 1 or more.
""", "int cnt = 0;\nint i = 1;\nwhile (cnt < n) {\ni++;\nif (FIRST(i)) cnt++;\n}\nreturn i;", "int x = 2;\nwhile (true) {\nif (FIRST(x)) {\nn--;\nif (n == 0) return x;\n}\nx++;\n}", "int res = 1;\nfor (int i = 0; i < n; i++) {\nres++;\nwhile (!FIRST(res)) res++;\n}\nreturn res;")

told_pair("primes_between", "prime", "int (int lo, int hi)", "primes between, sum primes in range, prime total, add primes, range of primes", """
t: Add up the primes from $lo to $hi.
t: sum of all primes p with $lo <= p <= $hi
t: 10 to 20: 11 + 13 + 17 + 19 = 60.
t: What do the primes between $lo and $hi (both included) come to?
t: @param $lo first number\\n@param $hi last number\\n@return the total of the primes in between, 0 if none
t: Runs over $lo..$hi, asks FIRST about every number, sums up those that are prime.
t: If there is no prime in the interval the sum is 0.
t: Only primes count. The others from $lo to $hi are skipped. Return the total.
+ Both ends belong to the range.
""", "int sum = 0;\nfor (int i = lo; i <= hi; i++) {\nif (FIRST(i)) sum += i;\n}\nreturn sum;", "int sum = 0;\nwhile (lo <= hi) {\nif (FIRST(lo)) sum += lo;\nlo++;\n}\nreturn sum;", "int sum = 0;\nfor (int i = hi; i >= lo; i--) sum += FIRST(i) ? i : 0;\nreturn sum;")

told_pair("list_primes", "prime", "int (int n, M out)", "list primes, collect primes, fill primes, primes to array, write primes", """
t: Fill $out with the primes up to $n and return how many there are.
t: Store all primes from 2 to $n in $out, smallest first.\\nReturns the number of primes stored.
t: 10 gives 2, 3, 5, 7 in $out and the result 4.
t: @param $n limit, inclusive\\n@param $out large enough to hold the primes\\n@return count
t: Make a table of primes not above $n. The caller has to know its length, so return it.
t: For every i from 2 to $n: if FIRST accepts i, append it to $out.
t: Nothing is written for $n < 2, the result is 0 then. Otherwise $out holds the primes up to $n in rising order.
t: Which numbers up to $n are prime? Put them one after another into $out, the return value is their count.
+ $out must have enough room.
""", "int cnt = 0;\nfor (int i = 2; i <= n; i++) {\nif (FIRST(i)) out[cnt++] = i;\n}\nreturn cnt;", "int w = 0;\nint i = 2;\nwhile (i <= n) {\nif (FIRST(i)) {\nout[w] = i;\nw++;\n}\ni++;\n}\nreturn w;", "int *p = out;\nfor (int i = 2; i <= n; i++) {\nif (FIRST(i)) {\n*p = i;\np++;\n}\n}\nreturn p - out;")

told_pair("prime_below", "prime", "int (int n)", "prime below, previous prime, prev prime, largest prime under, last prime before", """
t: The largest prime that is smaller than $n, or -1 if there is none.
t: previous prime, -1 when $n is 2 or less
t: 20 -> 19, 19 -> 17, 2 -> -1
t: Count down from $n - 1 until a prime turns up.
t: For the hash table: find the biggest prime strictly below $n. If no such prime exists we want -1.
t: @return the last prime before $n or -1
t: Which prime comes just before $n? $n itself does not count, even if it is prime.
t: Goes backwards and asks FIRST. No prime is below 2, so small $n give -1.
+ Never returns $n.
""", "for (int i = n - 1; i >= 2; i--) {\nif (FIRST(i)) return i;\n}\nreturn -1;", "n--;\nwhile (n > 1) {\nif (FIRST(n)) return n;\nn--;\n}\nreturn -1;", "int res = -1;\nfor (int i = 2; i < n; i++) {\nif (FIRST(i)) res = i;\n}\nreturn res;")

told_pair("truncatable_prime", "prime", "B (int n)", "is truncatable, truncatable prime, right truncatable, stays prime, prime all the way", """
t: A prime that stays prime when you strike off its last digit again and again. Is $n of that kind?
t: right-truncatable prime test
t: 7393 is one, as 7393, 739, 73 and 7 are all prime.
t: True if $n and every number you get by removing digits from the right is prime.
t: Divide by 10 until 0 is reached; each value on the way has to pass FIRST.
t: @param $n a positive number\\n@return false as soon as a cut-down number is not prime
t: Is $n prime, and $n without its last digit, and so on, down to a single digit?
t: Must be true for 23 and 313, but false for 19, because 1 is not prime.
+ $n is greater than zero.
""", "while (n > 0) {\nif (!FIRST(n)) return false;\nn /= 10;\n}\nreturn true;", "if (n == 0) return true;\nreturn FIRST(n) && SELF(n / 10);", "for (; n > 0; n /= 10) {\nif (!FIRST(n)) return false;\n}\nreturn true;")

told_pair("factors_out", "smallest_divisor", "int (int n, M out)", "factorize, prime factors, factor, split into primes, decompose", """
t: Split $n into prime factors. They go to $out, smallest first; return how many there are.
t: 60 -> 2, 2, 3, 5 (result 4)
t: While $n is above 1, take its smallest divisor greater than 1, store it and divide by it.
t: @param $n number to factor\\n@param $out receives the prime factors in rising order\\n@return their number
t: Factorisation by FIRST: the smallest divisor is always a prime, so take it out until 1 is left.
t: Which primes multiply to $n? Repeated ones are stored repeatedly. Returns the length of the list.
t: 1 has no prime factors, so 0 is returned. For other numbers $out gets all factors, with repeats.
t: We need the prime decomposition of $n in an array, and its length as the result.
+ The product of what is stored is $n again.
""", "int cnt = 0;\nwhile (n > 1) {\nint f = FIRST(n);\nout[cnt] = f;\ncnt++;\nn /= f;\n}\nreturn cnt;", "int w = 0;\nfor (; n > 1; n /= out[w - 1]) out[w++] = FIRST(n);\nreturn w;", "if (n <= 1) return 0;\nint f = FIRST(n);\nout[0] = f;\nreturn 1 + SELF(n / f, out + 1);")

told_pair("most_divisors", "count_divisors", "int (int n)", "most divisors, richest number, best divided, champion, highly divisible", """
t: Which number from 1 to $n has the most divisors? If several do, the smallest of them.
t: the number up to $n with the highest divisor count, first one wins
t: 10 -> 6 (6, 8 and 10 all have four divisors, 6 comes first)
t: Search 1..$n for the number that can be divided in the most ways and return it.
t: @param $n upper bound, at least 1\\n@return smallest number with the maximal number of divisors
t: A baker wants a tray size of at most $n that splits evenly in as many ways as possible. Return that size.
t: Compare FIRST of each candidate with the best so far; only a strictly better one replaces it.
t: Not the number of divisors but the number that has them is returned.
+ 1 gives 1.
""", "int best = 1;\nfor (int i = 2; i <= n; i++) {\nif (FIRST(i) > FIRST(best)) best = i;\n}\nreturn best;", "int best = 1;\nint max = 1;\nfor (int i = 1; i <= n; i++) {\nint cnt = FIRST(i);\nif (cnt > max) {\nmax = cnt;\nbest = i;\n}\n}\nreturn best;", "int best = n;\nfor (int i = n - 1; i >= 1; i--) {\nif (FIRST(i) >= FIRST(best)) best = i;\n}\nreturn best;")

told_pair("prime_by_divisors", "count_divisors", "B (int n)", "is prime, prime check, two divisors, only two factors, prime by counting", """
t: A prime has exactly two divisors. Is $n prime?
t: prime test with the help of FIRST
t: True if $n has two divisors, 1 and itself, and no others.
t: $n is prime when the number of its divisors is 2; 1 has only one and is not.
t: @param $n positive number\\n@return whether it is a prime
t: count divisors, compare with two, that is all
t: yes for 2, 3, 5, 7, 11; no for 1, 4, 9
t: How to tell a prime: no more and no fewer than two numbers divide it. [Check this for $n.|Do this check.]
+ 2 is the smallest prime.
""", "return FIRST(n) == 2;", "int cnt = FIRST(n);\nif (cnt == 2) return true;\nreturn false;", "if (FIRST(n) != 2) return false;\nreturn true;")

told_pair("amicable", "sum_proper_divisors", "B (int x, int y)", "are amicable, amicable, friendly pair, friends, amicable pair", """
t: Two different numbers are amicable if each is the sum of the proper divisors of the other. Are $x and $y?
t: 220 and 284 are amicable: check this for $x and $y
t: True when the proper divisors of $x sum to $y and those of $y to $x, and $x is not $y.
t: @return true for an amicable pair, false otherwise (also when both are equal)
t: Friendly numbers test. Proper divisors of 220 add up to 284, those of 284 add up to 220, so they are friends.
t: Are $x and $y a pair in which each is FIRST of the other? A number is no friend of itself.
t: Must be false if $x equals $y, even for perfect numbers. Else compare both divisor sums crosswise.
t: check amicable numbers
+ The order of the two does not matter.
""", "return x != y && FIRST(x) == y && FIRST(y) == x;", "if (x == y) return false;\nif (FIRST(x) != y) return false;\nreturn FIRST(y) == x;", "if (x != y && FIRST(x) == y && FIRST(y) == x) return true;\nreturn false;")

told_pair("abundance_class", "sum_proper_divisors", "int (int n)", "classify, abundance, divisor class, perfect or not, kind of number", """
t: 0 if $n is perfect, 1 if it is abundant, -1 if it is deficient.
t: Compare $n with the sum of its proper divisors: return 1 if the sum is larger, -1 if it is smaller, 0 if they are equal.
t: perfect, abundant or deficient? (0, 1, -1)
t: 6 -> 0, 12 -> 1, 8 -> -1
t: Classifies $n by its divisors.\\n@return -1, 0 or 1 for a divisor sum below, equal to or above $n
t: An abundant number is less than the sum of its proper divisors. Return 1 for those, 0 for perfect numbers and -1 for the rest.
t: Ancient Greeks sorted numbers into three classes by their divisor sum; give the class of $n as 1 (too much), 0 (just right) or -1 (too little).
t: The sign of FIRST of $n minus $n.
+ $n is positive.
""", "int sum = FIRST(n);\nif (sum > n) return 1;\nif (sum < n) return -1;\nreturn 0;", "int sum = FIRST(n);\nreturn (sum > n) - (sum < n);", "if (FIRST(n) == n) return 0;\nreturn FIRST(n) > n ? 1 : -1;")

told_pair("longest_collatz", "collatz", "int (int n)", "longest collatz, longest chain, slowest start, most steps, best start", """
t: Which start value from 1 to $n takes the most Collatz steps? On a tie the smaller one.
t: the number up to $n with the longest Collatz chain, first if equal
t: 10 -> 9, since 9 needs 19 steps and no other start up to 10 needs more.
t: For every start from 1 to $n get the number of steps and remember the start with the highest.
t: @param $n largest start, at least 1\\n@return the start that needs the most steps
t: Who lasts longest? Start the 3n+1 game at 1, 2, ..., $n; return the start that needs the largest number of moves.
t: Returns the argument for which FIRST is largest, not the step count.
t: Must give the smallest start in 1..$n that reaches the maximum number of steps.
+ 1 gives 1.
""", "int best = 1;\nfor (int i = 2; i <= n; i++) {\nif (FIRST(i) > FIRST(best)) best = i;\n}\nreturn best;", "int best = 1;\nint max = 0;\nfor (int i = 1; i <= n; i++) {\nint cnt = FIRST(i);\nif (cnt > max) {\nmax = cnt;\nbest = i;\n}\n}\nreturn best;", "int best = n;\nint i = n - 1;\nwhile (i > 0) {\nif (FIRST(i) >= FIRST(best)) best = i;\ni--;\n}\nreturn best;")

told_pair("lcm_by_gcd", "gcd", "int (int x, int y)", "lcm, least common multiple, common multiple, lowest multiple, meet again", """
t: Least common multiple of $x and $y, from their greatest common divisor.
t: lcm = x * y / gcd
t: 4 and 6 -> 12
t: Two buses leave every $x and every $y minutes. After how many minutes do they leave together again?
t: @param $x positive\\n@param $y positive\\n@return smallest positive number that both divide
t: The smallest number that is a multiple of both. Divide $x by FIRST of the two before multiplying by $y.
t: What is the first number that appears in both times tables, that of $x and that of $y?
t: we already have the gcd, so the lcm is easy: one of them divided by it, times the other
+ Both are above zero.
""", "return x / FIRST(x, y) * y;", "return x * y / FIRST(x, y);", "int d = FIRST(x, y);\nreturn x / d * y;", "int res = y / FIRST(x, y);\nreturn res * x;")

told_pair("reduce_fraction", "gcd", "void (P x, P y)", "reduce, simplify, reduce fraction, lowest terms, shorten, cancel", """
t: Reduce the fraction *$x / *$y to lowest terms.
t: cancel the common factor of numerator and denominator
t: 6/8 becomes 3/4.
t: Divides both numbers by their greatest common divisor; they are changed in place.
t: @param $x the numerator\\n@param $y the denominator\\nBoth point to positive numbers.
t: Simplify a fraction: $x points to the top, $y to the bottom. After the call they have no common divisor except 1.
t: Find out with FIRST what both have in common and take it out of each.
t: A recipe says 10/15 of a cup; we want 2/3. Do this for any fraction held in *$x and *$y.
+ The value of the fraction stays the same.
+ Nothing is returned.
""", "int d = FIRST(*x, *y);\n*x /= d;\n*y /= d;", "int d = FIRST(*x, *y);\n*x = *x / d;\n*y = *y / d;", "int d;\nwhile ((d = FIRST(*x, *y)) > 1) {\n*x /= d;\n*y /= d;\n}")

told_pair("totient", "gcd", "int (int n)", "phi, totient, count coprime, euler phi, coprime count, relatively prime count", """
t: How many of the numbers 1 to $n have no common divisor with $n except 1?
t: Euler's totient of $n
t: 10 -> 4, because 1, 3, 7 and 9 share no factor with 10.
t: Count the i in 1..$n with gcd(i, $n) = 1.
t: phi($n): the count of numbers up to $n that are coprime to it. Use FIRST for each.
t: @param $n at least 1\\n@return how many numbers from 1 to $n are relatively prime to it
t: For all i up to $n compute the greatest common divisor with $n. Whenever this is one, count.
t: Number of fractions i/$n (i from 1 to $n) that cannot be simplified.
+ 1 gives 1.
""", "int cnt = 0;\nfor (int i = 1; i <= n; i++) {\nif (FIRST(i, n) == 1) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nint i = n;\nwhile (i > 0) {\nif (FIRST(n, i) == 1) cnt++;\ni--;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 1; i <= n; i++) cnt += FIRST(i, n) == 1;\nreturn cnt;")

told_pair("gcd_of_all", "gcd", "int (A a, N n)", "gcd of all, common divisor, array gcd, largest common factor, common measure", """
t: The largest number that divides every element of $a.
t: gcd of the whole array
t: {12, 18, 30} -> 6
t: Planks of different lengths are cut into equal pieces with no rest. How long can a piece be at most?
t: Start with the first number and take the gcd with each following one.
t: @param $a at least one positive number\\n@param $n how many\\n@return their greatest common divisor
t: Folds FIRST over the array from left to right.
t: What is the biggest common factor of all $n numbers? There is at least one number.
+ All numbers are positive.
""", "int res = a[0];\nfor (int i = 1; i < n; i++) res = FIRST(res, a[i]);\nreturn res;", "if (n == 1) return a[0];\nreturn FIRST(a[n - 1], SELF(a, n - 1));", "int res = a[n - 1];\nfor (int i = n - 2; i >= 0; i--) {\nres = FIRST(a[i], res);\n}\nreturn res;")

told_pair("coprime_pairs", "coprime", "int (A a, N n)", "coprime pairs, count coprime, pairs without factor, prime to each other", """
t: Count the pairs of elements that are coprime.
t: how many pairs i < j have no common factor above 1?
t: {2, 3, 4} -> 2, namely (2, 3) and (3, 4).
t: Gears run best if their tooth numbers share no divisor. Count the pairs of gears in $a for which this holds.
t: Each element is compared with all that follow it; FIRST decides whether the pair counts.
t: @return number of index pairs with relatively prime values
t: For $n numbers there are $n * ($n - 1) / 2 pairs. Return how many of those are relatively prime.
t: pairs are counted once, an element is never paired with itself
+ Fewer than two numbers: 0.
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (FIRST(a[i], a[j])) cnt++;\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int j = 1; j < n; j++) {\nfor (int i = 0; i < j; i++) {\nif (FIRST(a[i], a[j])) cnt++;\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < n - 1; i++) {\nint j = i + 1;\nwhile (j < n) {\ncnt += FIRST(a[i], a[j]) ? 1 : 0;\nj++;\n}\n}\nreturn cnt;")

# --- numbers: arithmetic, powers, comparing ----------------------------------------------------

told_pair("choose_by_factorial", "factorial", "long (int n, int k)", "choose, combinations, n over k, binomial, ways to choose, pick count", """
t: In how many ways can $k out of $n things be chosen, when order does not matter?
t: n! / (k! * (n - k)!)
t: Binomial coefficient, computed with factorials. 5 and 2 give 10.
t: A team of $k is picked from $n players. Return the number of possible teams.
t: @param $n size of the set\\n@param $k size of the subset, 0 to $n\\n@return how many such subsets there are
t: combinations of $n things taken $k at a time; use FIRST three times
t: The number of $k-element subsets of a set with $n elements, for 0 <= $k <= $n.
t: $n over $k: divide the factorial of $n by the factorials of $k and of the rest.
+ $k is not greater than $n.
+ Choosing none can be done in one way.
""", "return FIRST(n) / (FIRST(k) * FIRST(n - k));", "long res = FIRST(n);\nres /= FIRST(k);\nres /= FIRST(n - k);\nreturn res;", "int m = n - k;\nreturn FIRST(n) / FIRST(m) / FIRST(k);")

told_pair("arrange_by_factorial", "factorial", "long (int n, int k)", "arrangements, permutations, ordered choices, podium ways, npk, variations", """
t: How many ordered choices of $k out of $n things are there?
t: n! / (n - k)!
t: 5 runners, 3 medals: 5 * 4 * 3 = 60. So 5 and 3 give 60.
t: Number of ways to fill the first $k places in a race with $n runners.
t: @return permutations of $n things taken $k at a time
t: The order counts and nothing is chosen twice. Return how many lists of length $k can be made from $n things.
t: Divide FIRST of $n by FIRST of what is left over, $n - $k.
t: Permutations without repetition, $k from $n.
+ $k lies between 0 and $n.
""", "return FIRST(n) / FIRST(n - k);", "long res = FIRST(n);\nlong d = FIRST(n - k);\nreturn res / d;", "k = n - k;\nreturn FIRST(n) / FIRST(k);")

told_pair("strong_number", "factorial_int", "B (int n)", "is strong, strong number, digit factorials, is factorion, factorial digits", """
t: $n is strong if the factorials of its digits add up to $n. Test this.
t: 145 = 1! + 4! + 5!, so 145 passes
t: Does the sum of the factorials of the digits of $n equal $n?
t: Takes $n apart, adds the factorial of each digit, and compares the sum with $n.
t: @param $n positive number\\n@return true for 1, 2, 145, ... and false for others like 10
t: check whether $n is a factorion
t: Sum up FIRST of all digits. True if that gives back the number.
t: A curious kind of number: replace each digit by its factorial, add, and you have the number again.
+ $n itself must not be lost on the way.
""", "int sum = 0;\nint orig = n;\nwhile (n > 0) {\nsum += FIRST(n % 10);\nn /= 10;\n}\nreturn sum == orig;", "int sum = 0;\nfor (int tmp = n; tmp > 0; tmp /= 10) sum += FIRST(tmp % 10);\nreturn sum == n;", "int res = n;\nfor (int m = n; m > 0; m /= 10) {\nres -= FIRST(m % 10);\n}\nreturn res == 0;")

told_pair("sum_of_factorials", "factorial", "long (int n)", "sum factorials, factorial sum, left factorial, add factorials, factorials up to", """
t: 1! + 2! + ... + $n!
t: Sum of the factorials of 1 to $n.
t: 3 -> 1 + 2 + 6 = 9
t: What do the first $n factorials, beginning with 1!, add up to?
t: @param $n how many terms\\n@return the total of FIRST(i) for i from 1 to $n
t: Add FIRST(1), FIRST(2) and so on up to FIRST($n).
t: In every round i a player wins i! points. Return the points after $n rounds.
t: Returns 0 if $n is 0, otherwise the sum of all factorials from 1! to that of $n.
+ 0! is not part of the sum.
""", "long sum = 0;\nfor (int i = 1; i <= n; i++) sum += FIRST(i);\nreturn sum;", "long sum = 0;\nwhile (n > 0) {\nsum += FIRST(n);\nn--;\n}\nreturn sum;", "if (n <= 0) return 0;\nreturn FIRST(n) + SELF(n - 1);")

told_pair("in_fibonacci", "fib", "B (int x)", "is fibonacci, fib member, in fib sequence, is fib, fib number", """
t: Is $x a Fibonacci number?
t: Compute the Fibonacci numbers one by one until they reach $x or pass it; true if $x is hit.
t: true for 0, 1, 2, 3, 5, 8, 13; false for 4, 6, 7
t: @param $x a number that is not negative\\n@return whether it occurs in the Fibonacci sequence
t: Membership in the sequence 0, 1, 1, 2, 3, 5, ...
t: Sunflowers often have a Fibonacci number of petals. Check if $x is one.
t: uses FIRST(0), FIRST(1), ... until the value is not below $x any more
t: There must be some i for which FIRST(i) is $x; find out if there is.
+ 4 is not in the sequence.
""", "int i = 0;\nwhile (FIRST(i) < x) i++;\nreturn FIRST(i) == x;", "for (int i = 0; FIRST(i) <= x; i++) {\nif (FIRST(i) == x) return true;\n}\nreturn false;", "int i = 0;\nint f = FIRST(0);\nwhile (f < x) {\ni++;\nf = FIRST(i);\n}\nreturn f == x;")

told_pair("even_fib_sum", "fib", "int (int n)", "even fib sum, sum even fibs, add even fibonacci, fib evens, even terms", """
t: Sum of the even ones among the Fibonacci numbers with index 0 to $n.
t: Add the Fibonacci numbers up to index $n, but only the even ones.
t: 6 -> 0 + 2 + 8 = 10
t: What is the total of all even FIRST(i) with i from 0 to $n?
t: @param $n last index\\n@return total of the even terms
t: Generate the terms with FIRST; skip the odd ones, add the rest. Index $n is included.
t: odd Fibonacci numbers are left out of the sum, even ones are in, last index is $n
t: Returns the sum of those terms number 0 to $n that can be divided by two.
+ The limit is an index, not a value.
""", "int sum = 0;\nfor (int i = 0; i <= n; i++) {\nif (FIRST(i) % 2 == 0) sum += FIRST(i);\n}\nreturn sum;", "int sum = 0;\nfor (int i = 0; i <= n; i++) {\nint f = FIRST(i);\nif (f % 2 == 0) sum += f;\n}\nreturn sum;", "int sum = 0;\nwhile (n >= 0) {\nint e = FIRST(n);\nn--;\nsum += e % 2 == 0 ? e : 0;\n}\nreturn sum;")

told_pair("power_series", "power", "long (int x, int n)", "power sum, geometric sum, series, sum of powers, geometric series", """
t: 1 + $x + $x^2 + ... + $x^$n
t: Sum of the powers of $x with exponents 0 to $n.
t: 2 and 3 -> 1 + 2 + 4 + 8 = 15
t: A chain letter: everyone writes to $x others. How many people know after $n rounds, counting the first one?
t: Geometric sum.\\n@param $x base\\n@param $n highest exponent, included
t: Let i run from 0 to $n and total FIRST($x, i).
t: What do you get if all powers of $x up to the $n-th are added, beginning with the zeroth?
t: Returns the sum of the first $n + 1 terms of the geometric series with ratio $x and first term 1.
+ 0 as $n gives 1.
""", "long sum = 0;\nfor (int i = 0; i <= n; i++) sum += FIRST(x, i);\nreturn sum;", "long sum = 1;\nwhile (n > 0) {\nsum += FIRST(x, n);\nn--;\n}\nreturn sum;", "if (n == 0) return 1;\nreturn FIRST(x, n) + SELF(x, n - 1);")

told_pair("sum_kth_powers", "power_int", "int (int n, int k)", "sum of powers, power sum, sum kth powers, powers to n, add powers", """
t: 1^$k + 2^$k + ... + $n^$k
t: Add the $k-th powers of the numbers from 1 to $n.
t: 3 and 2 give 1 + 4 + 9 = 14
t: Raise each number 1..$n to the power $k and return the sum.
t: @param $n last base\\n@param $k exponent\\n@return sum of all those powers
t: Sum of squares for $k = 2, of cubes for $k = 3, and so on, up to the base $n.
t: What is the sum of FIRST(i, $k) over all i from 1 to $n?
t: The exponent stays the same, the base grows from 1 to $n. Total wanted.
+ 0 when $n is 0.
""", "int sum = 0;\nfor (int i = 1; i <= n; i++) sum += FIRST(i, k);\nreturn sum;", "int sum = 0;\nint i = n;\nwhile (i > 0) {\nsum += FIRST(i, k);\ni--;\n}\nreturn sum;", "if (n < 1) return 0;\nreturn SELF(n - 1, k) + FIRST(n, k);")

told_pair("armstrong_any_length", "power_int", "B (int n)", "is armstrong, narcissistic, digit powers, is narcissistic, digit power sum", """
t: A number with k digits is called narcissistic if the k-th powers of its digits add up to it. Is $n?
t: Armstrong number of any length
t: 9474 = 9^4 + 4^4 + 7^4 + 4^4 -> true; 10 -> false
t: Raise each digit of $n to the number of digits, sum up, compare with $n.
t: @param $n positive\\n@return whether $n equals the sum of its digits, each to the power of the digit count
t: First count the digits. Then add FIRST(digit, count) for every digit and see if $n comes out.
t: 153 has three digits and 1 + 125 + 27 = 153, so it passes. Do this test for any length.
t: Must be true for all one-digit numbers from 1 to 9 as well as 370, 371 and 1634.
+ The power depends on how many digits there are.
""", "int len = 0;\nfor (int m = n; m > 0; m /= 10) len++;\nint sum = 0;\nfor (int m = n; m > 0; m /= 10) sum += FIRST(m % 10, len);\nreturn sum == n;", "int cnt = 0;\nint tmp = n;\nwhile (tmp > 0) {\ncnt++;\ntmp /= 10;\n}\nint sum = 0;\ntmp = n;\nwhile (tmp > 0) {\nsum += FIRST(tmp % 10, cnt);\ntmp /= 10;\n}\nreturn sum == n;", "int len = 0;\nint orig = n;\nwhile (n > 0) {\nn /= 10;\nlen++;\n}\nint res = orig;\nfor (n = orig; n > 0; n /= 10) res -= FIRST(n % 10, len);\nreturn res == 0;")

told_pair("pythagorean", "square", "B (int x, int y, int z)", "is pythagorean, pythagoras, right angle, makes right angle, squares match", """
t: Is $x squared plus $y squared equal to $z squared?
t: Pythagorean triple test, $z being the longest side
t: 3, 4, 5 -> true; 2, 3, 4 -> false
t: A carpenter measures two edges $x and $y and the diagonal $z. The corner is square if x*x + y*y = z*z. Is it?
t: True when the squares of $x and $y sum to that of $z.
t: @return whether the sides $x, $y and hypotenuse $z satisfy Pythagoras
t: check with FIRST that both short sides fit the long side $z
t: $z must be the hypotenuse; no attempt is made to find out which of the three is the longest.
+ Only whole numbers are used.
""", "return FIRST(x) + FIRST(y) == FIRST(z);", "int sum = FIRST(x) + FIRST(y);\nif (sum == FIRST(z)) return true;\nreturn false;", "return FIRST(z) - FIRST(y) - FIRST(x) == 0;")

told_pair("sum_squared_errors", "square", "int (A a, A b, N n)", "squared error, sum squared errors, sse, error sum, squared distance, misfit", """
t: Sum of the squared differences of $a and $b.
t: Forecasts are in $a, measured temperatures in $b. Add up the squares of the errors.
t: {1, 5} and {3, 4} -> 4 + 1 = 5
t: How bad is the fit? Square each difference, add all squares, return that.
t: @param $a first series\\n@param $b second series\\n@param $n length of both\\n@return squared distance between them
t: The squared Euclidean distance of two points with $n coordinates each.
t: For every position take FIRST of the difference; the total is the result.
t: Big differences weigh more than small ones here, because each difference is multiplied by itself before adding.
+ 0 if both arrays are equal.
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += FIRST(a[i] - b[i]);\nreturn sum;", "int sum = 0;\nint i = 0;\nwhile (i < n) {\nint d = a[i] - b[i];\nsum += FIRST(d);\ni++;\n}\nreturn sum;", "if (n == 0) return 0;\nreturn FIRST(b[0] - a[0]) + SELF(a + 1, b + 1, n - 1);")

told_pair("steps_on_grid", "abs", "int (int x, int y, int z, int w)", "taxi distance, city blocks, grid steps, manhattan, walk length, moves between", """
t: How many steps is it from ($x, $y) to ($z, $w) if you can only go up, down, left and right?
t: city block distance of two points
t: (1, 2) to (4, 0) -> 3 + 2 = 5
t: Distance across plus distance up, both without sign. The points are ($x, $y) and ($z, $w).
t: A taxi drives along streets that form a grid. Return the blocks it passes from corner $x, $y to corner $z, $w.
t: |$x - $z| + |$y - $w|
t: @return the Manhattan distance of the points ($x, $y) and ($z, $w)
t: Take FIRST of the difference in each coordinate and add the two.
+ Never negative.
""", "return FIRST(x - z) + FIRST(y - w);", "int res = FIRST(x - z);\nres += FIRST(y - w);\nreturn res;", "int d = FIRST(z - x);\nint e = FIRST(w - y);\nreturn d + e;")

told_pair("nearest_to_zero", "abs", "int (A a, N n)", "closest to zero, nearest zero, smallest magnitude, least absolute, mildest", """
t: Which element of $a is closest to zero? The first one if several are.
t: the value with the smallest magnitude
t: {-7, 3, -2, 8} -> -2
t: Finds the temperature nearest to 0 among $n readings (the earlier one on a tie).
t: Return the entry of $a whose absolute value is least, with its sign.
t: @param $a at least one number\\n@param $n how many\\n@return the one nearest to zero; first in case of a tie
t: Signs do not count when comparing, but the number that is returned keeps its sign.
t: Compare by FIRST and keep the best element so far. Only a really smaller one replaces it.
+ $n is at least 1.
""", "int best = a[0];\nfor (int i = 1; i < n; i++) {\nif (FIRST(a[i]) < FIRST(best)) best = a[i];\n}\nreturn best;", "int j = 0;\nint i = 1;\nwhile (i < n) {\nif (FIRST(a[i]) < FIRST(a[j])) j = i;\ni++;\n}\nreturn a[j];", "int res = a[n - 1];\nfor (int i = n - 2; i >= 0; i--) {\nif (FIRST(a[i]) <= FIRST(res)) res = a[i];\n}\nreturn res;")

told_pair("index_nearest", "absdiff", "int (A a, N n, int x)", "nearest index, closest index, index of closest, find nearest, best match, snap to", """
t: Index of the element that is closest to $x.
t: Where in $a is the value nearest to $x? First position if several are equally near.
t: {10, 20, 30} and 22 -> 1
t: A shop has sizes $a. Return the index of the size that fits $x best; if two fit equally, the one further left.
t: @return position (from 0) of the entry with the least distance to $x
t: Measure each entry's distance to $x with FIRST, and remember where it was smallest.
t: We want the place, not the value, of the entry that differs least from $x.
t: nearest neighbour of $x in the list, given as an index; ties go to the lower index
+ The array has at least one element.
+ It need not be sorted.
""", "int best = 0;\nfor (int i = 1; i < n; i++) {\nif (FIRST(a[i], x) < FIRST(a[best], x)) best = i;\n}\nreturn best;", "int best = 0;\nint min = FIRST(a[0], x);\nfor (int i = 1; i < n; i++) {\nint d = FIRST(a[i], x);\nif (d < min) {\nmin = d;\nbest = i;\n}\n}\nreturn best;", "int res = n - 1;\nfor (int i = n - 2; i >= 0; i--) {\nif (FIRST(x, a[i]) <= FIRST(x, a[res])) res = i;\n}\nreturn res;")

told_pair("count_within", "absdiff", "int (A a, A b, N n, int k)", "within tolerance, close enough, count close, nearly equal, good matches", """
t: At how many positions do $a and $b differ by at most $k?
t: count good matches: the two values are no more than $k apart
t: {5, 9} and {6, 20} with 2 -> 1
t: Guesses in $a, true answers in $b. A guess is good if it is off by $k or less. How many good guesses are there?
t: Two sensors measured the same thing $n times. Return how often their readings agree within the tolerance $k.
t: @param $k allowed difference, itself included\\n@return number of pairs that are close enough
t: For each position compute FIRST of both entries; if it is not above $k, add one.
t: Not exact equality: a gap of up to $k between $a and $b at the same place is accepted. Count such places.
+ With 0 for $k they must be equal.
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i], b[i]) <= k) cnt++;\n}\nreturn cnt;", "int cnt = n;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i], b[i]) > k) cnt--;\n}\nreturn cnt;", "int cnt = 0;\nwhile (n > 0) {\nn--;\nif (FIRST(a[n], b[n]) <= k) cnt++;\n}\nreturn cnt;")

told_pair("biggest_jump", "absdiff", "int (A a, N n)", "biggest jump, largest step, max change, wildest move, biggest gap between neighbours", """
t: The largest change from one element to the next, up or down.
t: biggest jump between neighbours in $a
t: {3, 8, 1} -> 7, from 8 down to 1
t: Share prices of $n days: by how much did the price move at most from one day to the next?
t: @return the greatest absolute difference of two adjacent elements, 0 if there are fewer than two
t: Look at each pair of neighbours, get their distance by FIRST, and return the largest.
t: 0 for a single number. For more numbers: the widest gap between one and the following.
t: How far apart are the two neighbours of $a that differ the most?
+ The direction of the jump does not matter.
""", "int max = 0;\nfor (int i = 1; i < n; i++) {\nif (FIRST(a[i], a[i - 1]) > max) max = FIRST(a[i], a[i - 1]);\n}\nreturn max;", "int best = 0;\nfor (int i = 0; i + 1 < n; i++) {\nint d = FIRST(a[i], a[i + 1]);\nif (d > best) best = d;\n}\nreturn best;", "int max = 0;\nint i = n - 1;\nwhile (i > 0) {\nint e = FIRST(a[i - 1], a[i]);\nmax = e > max ? e : max;\ni--;\n}\nreturn max;")

told_pair("walk_positions", "absdiff", "int (A a, N n)", "total walk, path length, distance travelled, lift travel, total way", """
t: A lift stops at the floors in $a, one after the other. How many floors does it travel altogether?
t: total distance when visiting the points of $a in order
t: {0, 5, 2} -> 5 + 3 = 8
t: Length of the way along a line that visits all $n positions in the given order.
t: Add up how far each element is from the one before it.
t: @param $a positions in visiting order\\n@return sum of the steps; nothing to walk gives 0
t: sum of FIRST over all neighbours
t: The printer head moves to each column of $a in turn, starting at the first. Return the total movement.
+ One stop only: 0.
""", "int sum = 0;\nfor (int i = 1; i < n; i++) sum += FIRST(a[i - 1], a[i]);\nreturn sum;", "int sum = 0;\nint i = 0;\nwhile (i < n - 1) {\nsum += FIRST(a[i], a[i + 1]);\ni++;\n}\nreturn sum;", "if (n < 2) return 0;\nreturn FIRST(a[0], a[1]) + SELF(a + 1, n - 1);")

told_pair("four_largest", "max2", "int (int x, int y, int z, int w)", "max of four, largest of four, max4, top of four, best of four", """
t: The largest of the four numbers $x, $y, $z and $w, with FIRST for two numbers at a time.
t: max of four
t: 3, 9, 2, 7 -> 9
t: Two semi-finals and a final: the winner of $x and $y meets the winner of $z and $w. Return the overall winner (highest score).
t: Which of four values is the greatest?
t: @return the maximum of all four arguments
t: compare pairwise until one number is left, the biggest
t: Of $x, $y, $z and $w none may be greater than the result, and the result is one of them.
+ Negative numbers are fine.
""", "return FIRST(FIRST(x, y), FIRST(z, w));", "int res = FIRST(x, y);\nres = FIRST(res, z);\nreturn FIRST(res, w);", "int l = FIRST(x, y);\nint r = FIRST(z, w);\nreturn FIRST(l, r);")

told_pair("max_by_two", "max2", "int (A a, N n)", "array max, highest, largest element, best score, peak, top value", """
t: Find the highest of the $n scores in $a.
t: maximum of the array, by FIRST
t: {4, -1, 9, 3} -> 9
t: Begin with the first element and let each other one compete with the winner so far.
t: What is the largest number in $a? There is at least one.
t: @param $a values\\n@param $n how many, at least 1\\n@return greatest value
t: Hottest day: $a has the temperature of each day, return the top one.
t: Fold the list with FIRST, so that the biggest element is left over.
+ Works for negative numbers too.
""", "int res = a[0];\nfor (int i = 1; i < n; i++) res = FIRST(res, a[i]);\nreturn res;", "if (n == 1) return a[0];\nreturn FIRST(a[n - 1], SELF(a, n - 1));", "int best = a[n - 1];\nwhile (n > 1) {\nn--;\nbest = FIRST(best, a[n - 1]);\n}\nreturn best;")

told_pair("best_of_both", "max2", "void (A a, A b, M out, N n)", "best of both, pairwise max, better of two, merge best, element max", """
t: Every student took the test twice, marks in $a and $b. Write the better mark of each to $out.
t: position by position the larger of $a and $b
t: {1, 8} and {5, 2} -> {5, 8}
t: $out becomes the element-wise maximum of the two arrays.
t: @param $a first values\\n@param $b second values\\n@param $out larger of the two at each place\\n@param $n length of all three
t: Compare the arrays place by place with FIRST and store the winner.
t: Neither $a nor $b is changed, the greater values are collected in $out.
t: Which is bigger, the entry in $a or the one in $b? Answer for all $n places, into $out.
+ Returns nothing.
""", "for (int i = 0; i < n; i++) out[i] = FIRST(a[i], b[i]);", "int i = 0;\nwhile (i < n) {\nout[i] = FIRST(a[i], b[i]);\ni++;\n}", "while (n > 0) {\nn--;\nout[n] = FIRST(a[n], b[n]);\n}")

told_pair("largest_streak_sum", "max2", "int (A a, N n)", "best stretch, max run sum, best streak, largest block, kadane", """
t: The best sum that a stretch of neighbouring elements can have.
t: maximum subarray sum, at least one element must be taken
t: {-2, 3, 4, -5} -> 7
t: Profit and loss of $n days: choose a period without gaps (one day at least) with the highest total. Return that total.
t: Carry on the current stretch or begin a new one, whichever is larger; remember the best.
t: @return the greatest sum of a non-empty run of consecutive elements
t: Kadane's method, with FIRST for both decisions.
t: Pick a first and a last index so that the sum from one to the other is as large as possible. What is it?
+ $n is at least 1.
+ All negative: the largest element.
""", "int best = a[0];\nint sum = a[0];\nfor (int i = 1; i < n; i++) {\nsum = FIRST(a[i], sum + a[i]);\nbest = FIRST(best, sum);\n}\nreturn best;", "int best = a[0];\nint e = 0;\nfor (int i = 0; i < n; i++) {\ne = a[i] + FIRST(e, 0);\nbest = FIRST(e, best);\n}\nreturn best;", "int best = a[0];\nfor (int i = 0; i < n; i++) {\nint sum = 0;\nfor (int j = i; j < n; j++) {\nsum += a[j];\nbest = FIRST(best, sum);\n}\n}\nreturn best;")

told_pair("three_smallest", "min2", "int (int x, int y, int z)", "min of three, cheapest of three, lowest of three, min3, least of three", """
t: Three shops ask $x, $y and $z. What is the lowest price?
t: smallest of three numbers, from FIRST
t: 8, 3, 5 -> 3
t: Minimum of $x, $y and $z.\\n@return whichever is least
t: Take the smaller of the first two, then the smaller of that and $z.
t: returns the least of its three arguments
t: Call FIRST twice to get the smallest of three values.
t: Which of the three is not above any of the others?
+ Equal numbers are no problem.
""", "return FIRST(FIRST(x, y), z);", "return FIRST(x, FIRST(y, z));", "int res = FIRST(x, y);\nif (z < res) res = z;\nreturn res;", "int min = FIRST(y, z);\nmin = FIRST(min, x);\nreturn min;")

told_pair("weakest_total", "min2", "int (A a, A b, N n)", "common amount, overlap, shared count, complete pairs, pairs possible", """
t: $a tells how many left shoes there are of each size, $b how many right ones. How many complete pairs can be sold?
t: sum of the pairwise minimum of $a and $b
t: {3, 1} and {2, 5} -> 2 + 1 = 3
t: For each kind we can use only as many as the smaller stock has. Add these up.
t: Overlap of two histograms: at each of the $n places the lower bar counts.
t: @param $a first counts\\n@param $b second counts\\n@return the sum of the smaller one at every position
t: At every index take FIRST of the two values and total it.
t: What do the two lists have in common, if the entries are counts?
+ Nothing in the lists gives 0.
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += FIRST(a[i], b[i]);\nreturn sum;", "int sum = 0;\nwhile (n > 0) {\nn--;\nsum += FIRST(a[n], b[n]);\n}\nreturn sum;", "if (n == 0) return 0;\nreturn FIRST(a[0], b[0]) + SELF(a + 1, b + 1, n - 1);")

told_pair("window_minima", "min2", "void (A a, M out, N n)", "running min, lowest so far, record lows, prefix min, cheapest so far", """
t: Entry i of $out is the smallest of the first i + 1 elements of $a.
t: running minimum
t: {5, 7, 2, 4} -> {5, 5, 2, 2}
t: Prices of $n days in $a. For each day write to $out the lowest price seen up to then.
t: @param $a input\\n@param $out lowest value so far, for every position\\n@param $n length of both arrays
t: Keep a smallest value, update it with FIRST for each element, and store it.
t: What was the record low at each point in time? Write it to $out, leave $a alone.
t: Prefix minima of $a go to $out.
+ $out never rises.
""", "for (int i = 0; i < n; i++) {\nif (i == 0) out[i] = a[i];\nelse out[i] = FIRST(out[i - 1], a[i]);\n}", "if (n == 0) return;\nint min = a[0];\nfor (int i = 0; i < n; i++) {\nmin = FIRST(min, a[i]);\nout[i] = min;\n}", "if (n > 0) out[0] = a[0];\nint i = 1;\nwhile (i < n) {\nout[i] = FIRST(a[i], out[i - 1]);\ni++;\n}")

told_pair("median_filter", "median3", "void (A a, M out, N n)", "median filter, smooth, despike, filter noise, remove spikes", """
t: Remove spikes: each inner element of $out is the median of the element of $a at that place and its two neighbours. The two ends are copied.
t: median filter with three points, ends unchanged
t: {1, 9, 2, 3} -> {1, 2, 3, 3}
t: Smooths a noisy signal: a reading is replaced by the middle one of itself, the one before and the one after; first and last stay.
t: @param $a raw values\\n@param $out smoothed values\\n@param $n length of both
t: For all places except the first and last call FIRST with three neighbouring values; these two are taken over as they are.
t: $a is only read. $out gets the same values without single outliers (three-value median).
t: How to clean the sensor data: take the middle one of every three in a row. End points are kept.
+ Two or fewer values are just copied.
""", "for (int i = 0; i < n; i++) {\nif (i == 0 || i == n - 1) out[i] = a[i];\nelse out[i] = FIRST(a[i - 1], a[i], a[i + 1]);\n}", "if (n == 0) return;\nout[0] = a[0];\nout[n - 1] = a[n - 1];\nfor (int i = 1; i < n - 1; i++) out[i] = FIRST(a[i - 1], a[i], a[i + 1]);", "for (int i = 0; i < n; i++) out[i] = a[i];\nfor (int i = 1; i + 1 < n; i++) {\nout[i] = FIRST(a[i - 1], a[i], a[i + 1]);\n}")

told_pair("clamp_all", "clamp", "void (M a, N n, int lo, int hi)", "clamp all, limit all, clip array, keep within, force into range, trim values", """
t: Force every element of $a into the range from $lo to $hi.
t: clip the whole array
t: {-5, 50, 300} with 0 and 255 becomes {0, 50, 255}.
t: Pixel values must lie between $lo and $hi. Correct those in $a that do not.
t: Values below $lo are raised to $lo, values above $hi lowered to $hi, the rest is left as it is.
t: @param $a changed in place\\n@param $n its length\\n@param $lo lowest allowed value\\n@param $hi highest allowed value
t: Apply FIRST to each of the $n values.
t: After the call no element is less than $lo or greater than $hi. Those that fit are not touched.
+ $lo is not above $hi.
""", "for (int i = 0; i < n; i++) a[i] = FIRST(a[i], lo, hi);", "int i = 0;\nwhile (i < n) {\na[i] = FIRST(a[i], lo, hi);\ni++;\n}", "for (int *p = a; p < a + n; p++) *p = FIRST(*p, lo, hi);")

told_pair("count_clamped", "clamp", "int (A a, N n, int lo, int hi)", "out of range, count outliers, count clipped, bad values, outside limits", """
t: How many elements of $a would be changed by clamping them to $lo..$hi?
t: count the values outside the range $lo to $hi
t: {1, 12, 7} with 5 and 10 -> 2, for 1 and 12
t: The sensor may report $lo to $hi. Count the readings that are out of these limits.
t: An element counts if FIRST returns something else than the element itself.
t: @return number of entries below $lo or above $hi; the limits themselves are fine
t: Just count, do not correct: how often does a value lie outside $lo..$hi?
t: Parameters: $a values, $n how many, $lo and $hi the limits. Result: number of outliers.
+ $lo is not greater than $hi.
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i], lo, hi) != a[i]) cnt++;\n}\nreturn cnt;", "int cnt = n;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i], lo, hi) == a[i]) cnt--;\n}\nreturn cnt;", "int cnt = 0;\nint i = n - 1;\nwhile (i >= 0) {\ncnt += FIRST(a[i], lo, hi) != a[i];\ni--;\n}\nreturn cnt;")

told_pair("net_signs", "sign", "int (A a, N n)", "net signs, up minus down, wins minus losses, balance of signs, mood", """
t: Number of positive elements minus number of negative elements.
t: sum of the signs
t: {4, -2, 9, 0} -> 1
t: Results of $n games as point differences: return wins minus losses (a draw is 0 and counts for nothing).
t: Are there more positive or more negative numbers in $a, and by how many? Negative result: more negative ones.
t: @return positives minus negatives
t: Add FIRST of every element.
t: zeros are ignored, every number above zero gives +1 and every one below gives -1
+ The size of the numbers does not matter.
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += FIRST(a[i]);\nreturn sum;", "int sum = 0;\nwhile (n-- > 0) sum += FIRST(a[n]);\nreturn sum;", "if (n == 0) return 0;\nreturn FIRST(a[0]) + SELF(a + 1, n - 1);")

told_pair("evens_to_front", "even", "void (M a, N n)", "evens first, even to front, partition even, group evens, front evens", """
t: Move the even numbers to the front of $a; evens and odds each keep their order.
t: even ones first, odd ones after them, otherwise same order
t: {3, 4, 7, 2} becomes {4, 2, 3, 7}
t: Houses with even numbers are visited first. Reorder the list, without mixing up the order within the two groups.
t: @param $a rearranged in place\\n@param $n length
t: Bring all numbers for which FIRST holds to the left part. Stable.
t: Nothing is removed or added, only moved: evens left, odds right, each group in its old order.
t: Swap an odd number with an even right neighbour until there is no such pair left.
+ Works in place.
""", "for (int i = 0; i < n; i++) {\nfor (int j = 0; j + 1 < n; j++) {\nif (!FIRST(a[j]) && FIRST(a[j + 1])) {\nint tmp = a[j];\na[j] = a[j + 1];\na[j + 1] = tmp;\n}\n}\n}", "int w = 0;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i])) {\nint tmp = a[i];\nfor (int j = i; j > w; j--) a[j] = a[j - 1];\na[w] = tmp;\nw++;\n}\n}", "bool ok = false;\nwhile (!ok) {\nok = true;\nfor (int i = 1; i < n; i++) {\nif (FIRST(a[i]) && !FIRST(a[i - 1])) {\nint tmp = a[i];\na[i] = a[i - 1];\na[i - 1] = tmp;\nok = false;\n}\n}\n}")

told_pair("leap_by_divisible", "divisible", "B (int y)", "is leap, leap year, is leap year, has feb 29, long year", """
t: Does the year $y have 366 days? Every fourth year has, but not the hundreds unless divisible by 400.
t: leap year test with FIRST
t: 2024 and 2000 yes, 1900 and 2023 no
t: A year is a leap year if 4 divides it and 100 does not, or if 400 does.
t: @param $y year\\n@return true if February has 29 days in it
t: Is there a 29th of February in the year $y?
t: Gregorian rule: divisible by 400 is leap; otherwise divisible by 100 is not; otherwise divisible by 4 is.
t: our calendar needs to know the long years; use the divisibility function
+ Gregorian calendar.
""", "return (FIRST(y, 4) && !FIRST(y, 100)) || FIRST(y, 400);", "if (FIRST(y, 400)) return true;\nif (FIRST(y, 100)) return false;\nreturn FIRST(y, 4);", "if (!FIRST(y, 4)) return false;\nreturn !FIRST(y, 100) || FIRST(y, 400);")

told_pair("divides_everything", "divisible", "B (A a, N n, int d)", "divides all, all multiples, common factor, fits all, all divisible", """
t: Is every number in $a a multiple of $d?
t: true if $d divides all of them
t: {6, 9, 30} and 3 -> yes, {6, 10} and 3 -> no
t: Sweets are packed in boxes of $d. Can all orders in $a be filled with full boxes?
t: @return false as soon as an element leaves a remainder when divided by $d
t: Checks each of the $n elements with FIRST and wants all of them to pass.
t: Is $d a common divisor of the array?
t: There must be no element that $d does not divide.
+ True for an empty array.
+ $d is not zero.
""", "for (int i = 0; i < n; i++) {\nif (!FIRST(a[i], d)) return false;\n}\nreturn true;", "bool ok = true;\nfor (int i = 0; i < n; i++) {\nif (!FIRST(a[i], d)) ok = false;\n}\nreturn ok;", "int i = 0;\nwhile (i < n && FIRST(a[i], d)) i++;\nreturn i == n;")

told_pair("either_divisor", "divisible", "int (int n, int x, int y)", "multiples of either, divisible by one, sum multiples, three or five, either multiple", """
t: Add all numbers below $n that are divisible by $x or by $y.
t: sum of the multiples of $x or $y less than $n
t: 10 with 3 and 5: 3 + 5 + 6 + 9 = 23
t: Numbers divisible by both are added only once. $n itself is not included.
t: @param $n upper limit, exclusive\\n@param $x first divisor\\n@param $y second divisor\\n@return the sum
t: For i from 1 to $n - 1: if FIRST says that $x or $y divides i, add i.
t: What do the multiples of $x and the multiples of $y under $n add up to (no number twice)?
t: A bell rings at minutes divisible by $x, a horn at those divisible by $y. Sum the minutes 1 to $n - 1 at which there is any noise.
+ $x and $y are above zero.
""", "int sum = 0;\nfor (int i = 1; i < n; i++) {\nif (FIRST(i, x) || FIRST(i, y)) sum += i;\n}\nreturn sum;", "int sum = 0;\nint i = 1;\nwhile (i < n) {\nif (FIRST(i, x)) sum += i;\nelse if (FIRST(i, y)) sum += i;\ni++;\n}\nreturn sum;", "int sum = 0;\nfor (int i = n - 1; i > 0; i--) {\nif (!FIRST(i, x) && !FIRST(i, y)) continue;\nsum += i;\n}\nreturn sum;")

told_pair("point_in_box", "inrange", "B (int x, int y, int z, int w)", "on board, inside grid, valid cell, in bounds, on map, is on screen", """
t: Is the cell in column $x and row $y on a board with $z columns and $w rows? Counting starts at 0.
t: bounds check for a grid
t: true when 0 <= $x < $z and 0 <= $y < $w
t: A mouse click at ($x, $y): did it hit the window, which is $z wide and $w high?
t: @return whether ($x, $y) lies inside a grid of width $z and height $w
t: Both coordinates must be legal: $x from 0 to $z - 1, $y from 0 to $w - 1.
t: (7, 7) is on an 8 by 8 board, (8, 0) is not.
t: uses FIRST once for each coordinate, and both have to be fine
+ Negative coordinates are outside.
""", "return FIRST(x, 0, z - 1) && FIRST(y, 0, w - 1);", "if (!FIRST(x, 0, z - 1)) return false;\nreturn FIRST(y, 0, w - 1);", "bool ok = FIRST(x, 0, z - 1);\nif (!FIRST(y, 0, w - 1)) ok = false;\nreturn ok;")

told_pair("filter_range", "inrange", "int (A a, N n, int lo, int hi, M out)", "filter range, select between, pick in range, within budget, copy in range", """
t: Copy the elements of $a that lie from $lo to $hi into $out, in the same order. Return how many.
t: select the values within the limits
t: {4, 15, 8, 30} with 5 and 20 -> 15 and 8, result 2
t: A customer can pay $lo to $hi. Put all prices of $a that suit him into $out and return their number.
t: @param $a prices or other values\\n@param $out gets the suitable ones\\n@return count of values written
t: Only numbers accepted by FIRST are written to $out, one after the other.
t: Which of the $n numbers are neither below $lo nor above $hi? Collect them in $out; give back the count.
t: $a is not modified. Numbers outside $lo..$hi are skipped.
+ Both limits are included.
+ 0 if nothing fits.
""", "int w = 0;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i], lo, hi)) out[w++] = a[i];\n}\nreturn w;", "int cnt = 0;\nint i = 0;\nwhile (i < n) {\nif (FIRST(a[i], lo, hi)) {\nout[cnt] = a[i];\ncnt++;\n}\ni++;\n}\nreturn cnt;", "int *p = out;\nfor (int i = 0; i < n; i++) {\nif (!FIRST(a[i], lo, hi)) continue;\n*p = a[i];\np++;\n}\nreturn p - out;")

told_pair("count_sign_flips", "same_sign", "int (A a, N n)", "count flips, sign flips, direction changes, sign switches, crossings", """
t: How often do two neighbours in $a not have the same sign?
t: count sign flips from one element to the next
t: {3, 5, -2, -4, 6} -> 2
t: The motor current is sampled $n times. Return how many times it flips between plus and minus.
t: Go through the pairs of neighbours and count those that FIRST rejects.
t: @param $a values, none of them zero\\n@return number of places where the sign changes
t: 0 if all have the same sign. Else the number of switches along the array.
t: At how many points does the sequence go from positive to negative or back?
+ There are no zeros in $a.
""", "int cnt = 0;\nfor (int i = 1; i < n; i++) {\nif (!FIRST(a[i - 1], a[i])) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nint i = 0;\nwhile (i + 1 < n) {\nif (!FIRST(a[i], a[i + 1])) cnt++;\ni++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = n - 1; i > 0; i--) cnt += FIRST(a[i], a[i - 1]) ? 0 : 1;\nreturn cnt;")

# --- calendar, money, marks --------------------------------------------------------------------

told_pair("days_in_year", "leap", "int (int y)", "days in year, year length, length of year, how many days, year days", """
t: How many days does the year $y have?
t: 366 for leap years, 365 for all others
t: 2024 -> 366, 2023 -> 365
t: @param $y the year\\n@return its length in days
t: Returns one day more if FIRST says that $y is a leap year.
t: An ordinary year has 365 days; a leap year has one more.
t: A hotel wants to know for how many nights it can sell a room in the year $y.
t: length of the year $y in days
+ Either 365 or 366.
""", "return FIRST(y) ? 366 : 365;", "if (FIRST(y)) return 366;\nreturn 365;", "int res = 365;\nif (FIRST(y)) res++;\nreturn res;")

told_pair("days_between_years", "leap", "int (int lo, int hi)", "days from to, total days, span in days, days of years, year span", """
t: The number of days from 1 January of the year $lo to 1 January of the year $hi.
t: total days of the years $lo up to, but not including, $hi
t: 2023 to 2025: 365 + 366 = 731
t: How many days pass between New Year $lo and New Year $hi?
t: Each year in between has 365 days, leap years have 366. Year $hi does not count any more.
t: @param $lo first year\\n@param $hi year after the last one\\n@return days of all these years together
t: Sum 365 for every year from $lo to $hi - 1, plus one for those where FIRST is true.
t: A loan runs from the start of $lo to the start of $hi; return its length in days.
+ Same year twice: 0.
""", "int sum = 0;\nfor (int y = lo; y < hi; y++) {\nsum += 365;\nif (FIRST(y)) sum++;\n}\nreturn sum;", "int sum = 0;\nwhile (lo < hi) {\nsum += FIRST(lo) ? 366 : 365;\nlo++;\n}\nreturn sum;", "if (lo >= hi) return 0;\nint d = 365;\nif (FIRST(lo)) d = 366;\nreturn d + SELF(lo + 1, hi);")

told_pair("leaps_lived", "leap", "int (int lo, int hi)", "leap years between, count leaps, leap days, how many leap years, birthdays", """
t: Count the leap years from $lo to $hi.
t: how many 29ths of February are there in the years $lo to $hi, both included?
t: 2000 to 2010 -> 3 (2000, 2004, 2008)
t: A girl born on 29 February wants to know how many real birthdays fall into the years $lo..$hi.
t: @param $lo first year\\n@param $hi last year, included\\n@return number of leap years
t: Check each year with FIRST, count the hits.
t: If $hi is before $lo the result is 0, otherwise the number of years with 366 days.
t: number of leap years in the closed interval
+ Both years count.
""", "int cnt = 0;\nfor (int y = lo; y <= hi; y++) {\nif (FIRST(y)) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (lo <= hi) {\nif (FIRST(lo)) cnt++;\nlo++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int y = hi; y >= lo; y--) cnt += FIRST(y) ? 1 : 0;\nreturn cnt;")

told_pair("day_of_year", "days_in_month", "int (int d, int m, int y)", "day of year, day number, yearday, ordinal day, days since new year", """
t: Which day of the year is day $d of month $m in the year $y?
t: day number within the year, 1 January being 1
t: 1 March 2023 -> 31 + 28 + 1 = 60
t: Add up the lengths of all months before $m, then add $d.
t: @param $d day\\n@param $m month, 1 to 12\\n@param $y year\\n@return position of the day in its year, from 1
t: The file names of our log have the day number from 1 to 366. Compute it from the date $d/$m/$y.
t: For January it is $d. For later months the days of the earlier months are added (use FIRST).
t: Returns 365 or 366 for 31 December.
+ The date is a valid one.
""", "int sum = d;\nfor (int i = 1; i < m; i++) sum += FIRST(i, y);\nreturn sum;", "while (m > 1) {\nm--;\nd += FIRST(m, y);\n}\nreturn d;", "if (m == 1) return d;\nreturn FIRST(m - 1, y) + SELF(d, m - 1, y);")

told_pair("valid_date", "days_in_month", "B (int d, int m, int y)", "is date, valid date, date exists, check date, real date, date ok", """
t: Is there a day $d in month $m of the year $y?
t: date check: month 1 to 12, day from 1 to the length of the month
t: 29/2/2024 is fine, 29/2/2023 and 31/4/2020 are not
t: The form lets people type any numbers. Tell if day $d, month $m, year $y is a real date.
t: @return false if the month is not 1..12 or the day does not exist in it
t: Look at the month first; then FIRST tells how many days it has.
t: Must reject day 0, month 0, month 13 and days after the end of the month.
t: Does the calendar have this date?
+ The year can be any positive number.
""", "if (m < 1 || m > 12) return false;\nreturn d >= 1 && d <= FIRST(m, y);", "return m >= 1 && m <= 12 && d >= 1 && d <= FIRST(m, y);", "if (m < 1) return false;\nif (m > 12) return false;\nif (d < 1) return false;\nif (d > FIRST(m, y)) return false;\nreturn true;")

told_pair("next_day", "days_in_month", "void (P x, P y, P z)", "next day, tomorrow, advance date, step day, one day later", """
t: Move the date (day *$x, month *$y, year *$z) on by one day.
t: tomorrow's date, in place
t: 28/2/2023 becomes 1/3/2023, 31/12/1999 becomes 1/1/2000.
t: Add one to the day; after the last day of a month comes the first of the next, after December comes January of the next year.
t: @param $x day\\n@param $y month\\n@param $z year\\nAll three may be changed.
t: Turns the calendar leaf: $x, $y and $z point to day, month and year of a valid date.
t: If the day is greater than FIRST after the step, start a new month.
t: What date will it be tomorrow? Overwrite the three values with the answer.
+ The date is valid before the call.
""", "*x += 1;\nif (*x > FIRST(*y, *z)) {\n*x = 1;\n*y += 1;\nif (*y > 12) {\n*y = 1;\n*z += 1;\n}\n}", "if (*x < FIRST(*y, *z)) {\n*x = *x + 1;\nreturn;\n}\n*x = 1;\nif (*y == 12) {\n*y = 1;\n*z = *z + 1;\n} else {\n*y = *y + 1;\n}")

told_pair("count_grade", "grade", "int (A a, N n, char c)", "count grade, students with, how many got, grade count, tally grade", """
t: How many of the $n students got the grade $c? Their points are in $a.
t: count points that are worth grade $c
t: Turns each number of points into a grade with FIRST and counts how often the grade $c comes out.
t: @param $a points\\n@param $n number of students\\n@param $c a grade letter\\n@return how many got it
t: For the school report: number of results in $a with the letter $c.
t: Returns the count of elements whose grade is $c, 0 if nobody got it.
t: Parents ask how many children got a $c. Answer them.
t: The grade of each result is FIRST of it; tally the ones equal to $c.
+ Other grades are ignored.
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i]) == c) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (n > 0) {\nn--;\ncnt += FIRST(a[n]) == c;\n}\nreturn cnt;", "if (n == 0) return 0;\nint res = SELF(a + 1, n - 1, c);\nreturn FIRST(a[0]) == c ? res + 1 : res;")

told_pair("fees_of_group", "fee", "int (A a, N n)", "group fee, total fee, family price, sum of fees, entrance for all", """
t: The ages of a group are in $a. What does the whole group have to pay?
t: sum of the fees of all $n people
t: Add up FIRST for each age in $a.
t: @param $a ages\\n@param $n number of persons\\n@return total price for them
t: A family comes to the till; return the sum of what each member pays.
t: Everybody pays according to age; the result is the amount for all together.
t: Total income from $n visitors whose ages are given.
t: Go from person to person, look up the price and keep a total.
+ Nobody there: 0.
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += FIRST(a[i]);\nreturn sum;", "int sum = 0;\nint i = n;\nwhile (i > 0) {\ni--;\nsum += FIRST(a[i]);\n}\nreturn sum;", "if (n == 0) return 0;\nreturn SELF(a, n - 1) + FIRST(a[n - 1]);")

told_pair("pages_for_all", "ceil_div", "int (A a, N n, int d)", "boxes needed, total boxes, pages needed, trips for all, packs to buy", """
t: Each customer's goods are packed separately, $d pieces to a box. How many boxes are needed for the $n orders in $a?
t: sum over all elements of the element divided by $d, rounded up
t: {5, 10, 11} with 5 -> 1 + 2 + 3 = 6
t: Chapters have $a pages of text each, $d sheets go into a folder, and each chapter begins a new folder. Count the folders.
t: Divide every entry by $d, round up, add.
t: @param $a amounts, not negative\\n@param $d capacity, above zero\\n@return number of full or partly filled units for all of them
t: Partly filled boxes count as whole ones, and no box is shared between two orders. Return the number of boxes.
t: Total of FIRST over the array, with $d as divisor.
+ An order of nothing needs no box.
""", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += FIRST(a[i], d);\nreturn sum;", "int cnt = 0;\nwhile (n > 0) {\nn--;\ncnt += FIRST(a[n], d);\n}\nreturn cnt;", "if (n == 0) return 0;\nreturn FIRST(a[0], d) + SELF(a + 1, n - 1, d);")

told_pair("triangles_in", "triangle_valid", "int (A a, N n)", "count triangles, triangle count, possible triangles, sticks to triangles, triples", """
t: Count the ways to pick three of the $n sticks in $a that can form a triangle.
t: number of triples i < j < k whose lengths make a triangle
t: {3, 4, 5, 20} -> 1
t: Three sticks of different positions are tested with FIRST; return how many tests succeed.
t: @param $a lengths, all positive\\n@return number of index triples that are sides of a triangle
t: Try each set of three elements once and count the good ones.
t: How many triangles can be laid with three of these sticks? (Sticks of equal length are still different sticks.)
t: three nested loops over the array, the innermost checks the three sides
+ Fewer than three sticks: 0.
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nfor (int k = j + 1; k < n; k++) {\nif (FIRST(a[i], a[j], a[k])) cnt++;\n}\n}\n}\nreturn cnt;", "int cnt = 0;\nfor (int k = 2; k < n; k++) {\nfor (int j = 1; j < k; j++) {\nfor (int i = 0; i < j; i++) {\ncnt += FIRST(a[i], a[j], a[k]) ? 1 : 0;\n}\n}\n}\nreturn cnt;")

told_pair("tetrahedral", "sum_to_n", "int (int n)", "tetrahedral, cannon balls, pyramid balls, sum of triangles, stack of balls", """
t: 1 + (1 + 2) + (1 + 2 + 3) + ... up to the $n-th bracket
t: Oranges are stacked as a pyramid with three sides, $n layers high. The layer number i has 1 + 2 + ... + i oranges. How many are there?
t: tetrahedral number of $n
t: 3 -> 1 + 3 + 6 = 10
t: Sum of the first $n triangular numbers.
t: @param $n number of layers\\n@return number of balls in the stack
t: Adds FIRST(1) to FIRST($n).
t: The triangular numbers are 1, 3, 6, 10, ... Return the sum of the first $n of them.
+ 0 layers need 0 balls.
""", "int sum = 0;\nfor (int i = 1; i <= n; i++) sum += FIRST(i);\nreturn sum;", "int sum = 0;\nwhile (n > 0) {\nsum += FIRST(n);\nn--;\n}\nreturn sum;", "if (n <= 0) return 0;\nreturn FIRST(n) + SELF(n - 1);")

told_pair("gauss_range", "sum_to_n", "int (int lo, int hi)", "sum between, sum from to, range sum, add from to, sum of range", """
t: $lo + ($lo + 1) + ... + $hi, from two sums that start at 1
t: Sum of the whole numbers from $lo to $hi.
t: 3 to 5 -> 12
t: Take the sum of 1..$hi and subtract that of 1..$lo - 1.
t: @param $lo first number, at least 1\\n@param $hi last number, not below $lo\\n@return sum of all in between, both included
t: How much is it if you add all numbers beginning with $lo and ending with $hi?
t: no loop, only FIRST twice
t: The houses $lo to $hi of a street are numbered without gaps. Return the sum of their numbers.
+ Both ends are included.
""", "return FIRST(hi) - FIRST(lo - 1);", "int sum = FIRST(hi);\nsum -= FIRST(lo - 1);\nreturn sum;", "return FIRST(hi) - FIRST(lo) + lo;")

told_pair("square_by_root", "isqrt", "B (int n)", "is square, perfect square, square number, is square number, whole root", """
t: Is $n the square of a whole number?
t: perfect square test by the integer root
t: 0, 1, 4, 9, 16 yes; 2, 3, 15 no
t: Take the integer square root, square it, and look if $n comes out again.
t: @param $n not negative\\n@return true if its root is a whole number
t: Can $n tiles be laid out as a square without any left over?
t: A number is a square if FIRST of it times itself gives it back.
t: true exactly for those $n that equal r * r, r being what FIRST returns
+ 0 counts as a square.
""", "int r = FIRST(n);\nreturn r * r == n;", "return FIRST(n) * FIRST(n) == n;", "int res = FIRST(n);\nif (res * res != n) return false;\nreturn true;")

told_pair("squares_between", "isqrt", "int (int lo, int hi)", "squares between, count squares, square numbers in, perfect squares from to, how many squares", """
t: How many perfect squares are there from $lo to $hi?
t: count square numbers in the range, ends included
t: 5 to 30 -> 3 (9, 16 and 25)
t: Up to x there are isqrt(x) squares (without 0). Subtract the number below $lo from the number up to $hi.
t: @param $lo at least 1\\n@param $hi not less than $lo\\n@return number of squares in between
t: the difference of FIRST at $hi and FIRST at $lo - 1
t: Count the k with $lo <= k * k <= $hi, where k is positive.
t: Square gardens have 1, 4, 9, ... plots. How many of these sizes lie between $lo and $hi?
+ $lo and $hi themselves count.
""", "return FIRST(hi) - FIRST(lo - 1);", "int cnt = FIRST(hi);\ncnt -= FIRST(lo - 1);\nreturn cnt;", "int cnt = 0;\nfor (int i = lo; i <= hi; i++) {\nint r = FIRST(i);\nif (r * r == i) cnt++;\n}\nreturn cnt;")

# --- bits --------------------------------------------------------------------------------------

told_pair("bits_of_all", "popcount", "int (A a, N n)", "bits of all, total ones, count all bits, set bits in array, lights on", """
t: How many bits are set in all $n words of $a together?
t: total number of one bits in the array
t: {3, 8, 7} -> 2 + 1 + 3 = 6
t: Each word stands for a row of lamps, a 1 bit being a lamp that is on. Count the lamps that are on.
t: Sum up FIRST over the array.
t: @param $a words, not negative\\n@param $n how many\\n@return the number of ones in their binary forms
t: Free-block bitmap: $a holds the map, return the number of marked blocks.
t: Count the ones in the binary notation of each element and add all the counts.
+ An array of zeros gives 0.
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) cnt += FIRST(a[i]);\nreturn cnt;", "int sum = 0;\nwhile (n-- > 0) {\nsum += FIRST(a[n]);\n}\nreturn sum;", "if (n == 0) return 0;\nreturn FIRST(a[0]) + SELF(a + 1, n - 1);")

told_pair("hamming_by_popcount", "popcount", "int (unsigned x, unsigned y)", "hamming, bit difference, differing bits, bits to flip, bit distance", """
t: In how many bit positions do $x and $y differ?
t: Hamming distance: the ones in $x xor $y
t: 1 (001) and 4 (100) -> 2
t: How many bits have to be flipped to turn $x into $y?
t: @return number of places where one of them has a 1 and the other a 0
t: A message was sent as $x and arrived as $y. Return the number of wrong bits.
t: XOR marks the different bits; FIRST counts them.
t: Equal numbers have distance 0, every differing bit adds one.
+ Symmetric in $x and $y.
""", "return FIRST(x ^ y);", "unsigned d = x ^ y;\nreturn FIRST(d);", "return FIRST(x & ~y) + FIRST(y & ~x);", "return FIRST(x | y) - FIRST(x & y);")

told_pair("pow2_by_popcount", "popcount", "B (unsigned n)", "is power of two, pow2, single bit, one bit set, is pow2", """
t: Is exactly one bit of $n set?
t: power of two test: one 1 in binary
t: 1, 2, 64 -> true; 0, 3, 12 -> false
t: A power of two has a single one in its binary form. Use FIRST to test $n.
t: @return true if $n is 1, 2, 4, 8, ...
t: Buffer sizes must be powers of two. Check $n.
t: No for 0, because it has no set bit at all; yes if the number of set bits is 1; no otherwise.
t: Returns whether $n can be written as 2 to the something.
+ 0 is no power of two.
""", "return FIRST(n) == 1;", "int cnt = FIRST(n);\nif (cnt == 1) return true;\nreturn false;", "if (FIRST(n) != 1) return false;\nreturn true;")

told_pair("heaviest_word", "popcount", "int (A a, N n)", "most bits, heaviest word, fullest, max bits index, busiest word", """
t: Index of the element with the most one bits; the first if several have the most.
t: which word of $a has the most bits set?
t: {8, 7, 6} -> 1, as 7 has three
t: Each element is a set of days on which a worker is free, one bit a day. Return the index of the worker with the most free days.
t: @param $a at least one number, none negative\\n@return position of the one with the highest bit count
t: Find the place where FIRST is largest. On a tie the smaller index wins.
t: Not the largest number but the one with the most ones in binary; its index is returned.
t: Compare the bit counts one after another, remember the best index.
+ $n is at least 1.
""", "int best = 0;\nfor (int i = 1; i < n; i++) {\nif (FIRST(a[i]) > FIRST(a[best])) best = i;\n}\nreturn best;", "int max = FIRST(a[0]);\nint res = 0;\nfor (int i = 1; i < n; i++) {\nint cnt = FIRST(a[i]);\nif (cnt > max) {\nmax = cnt;\nres = i;\n}\n}\nreturn res;", "int best = n - 1;\nfor (int i = n - 2; i >= 0; i--) {\nif (FIRST(a[i]) >= FIRST(a[best])) best = i;\n}\nreturn best;")

told_pair("popcount_by_test", "test_bit", "int (unsigned x)", "count bits, popcount, ones, set bits, how many set, count ones", """
t: Count the one bits of $x by asking FIRST about each of the 32 positions.
t: number of set bits
t: How many of bits 0 to 31 of $x are 1?
t: 0 -> 0, 5 -> 2, 255 -> 8
t: @param $x 32 switches, one in each bit\\n@return how many are on
t: Test bit 0, bit 1, ... bit 31 and count those that are set.
t: Permissions are stored as bits in $x; tell how many are granted.
t: loop over all bit numbers and count every hit
+ An unsigned has 32 bits here.
""", "int cnt = 0;\nfor (int i = 0; i < 32; i++) {\nif (FIRST(x, i)) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nint i = 31;\nwhile (i >= 0) {\nif (FIRST(x, i)) cnt++;\ni--;\n}\nreturn cnt;", "int cnt = 32;\nfor (int i = 0; i < 32; i++) {\nif (!FIRST(x, i)) cnt--;\n}\nreturn cnt;")

told_pair("first_free_bit", "test_bit", "int (unsigned x)", "first free, lowest zero, free slot, first clear bit, find free", """
t: The lowest bit position that is 0 in $x, or -1 if all 32 are set.
t: first free slot in the bitmap, -1 when full
t: 0 -> 0, 1 -> 1, 7 -> 3, 5 -> 1
t: Seats 0 to 31 are marked as taken by 1 bits in $x. Which is the first seat that is still free?
t: Ask FIRST for bit 0, 1, 2, ... and return the first that is not set.
t: @return index of the rightmost zero bit, -1 if there is none
t: All 32 bits in use: -1. Otherwise the smallest number of a bit that is clear.
t: Where is the first 0, counting bits from the right and beginning with zero?
+ Bit 0 is the lowest.
""", "for (int i = 0; i < 32; i++) {\nif (!FIRST(x, i)) return i;\n}\nreturn -1;", "int i = 0;\nwhile (i < 32 && FIRST(x, i)) i++;\nreturn i < 32 ? i : -1;", "int res = -1;\nfor (int i = 31; i >= 0; i--) {\nif (!FIRST(x, i)) res = i;\n}\nreturn res;")

told_pair("mask_from_positions", "set_bit", "unsigned (A a, N n)", "make mask, build mask, mask from list, set bits, to bitset, pack flags", """
t: Build a mask in which exactly the bits listed in $a are set.
t: $a holds bit numbers, return the word with those bits on
t: {0, 3} -> 9, {1, 1, 2} -> 6
t: Start with 0 and switch on one bit for each of the $n entries.
t: @param $a bit positions, 0 to 31\\n@param $n how many\\n@return the combined mask
t: Pack a set of small numbers into one word: number i is bit i.
t: Chosen toppings are given as numbers; store the choice as a bit mask and return it.
t: Applies FIRST for every position, beginning with an empty word.
+ A position may occur twice; that changes nothing.
+ No positions: 0.
""", "unsigned res = 0;\nfor (int i = 0; i < n; i++) res = FIRST(res, a[i]);\nreturn res;", "unsigned x = 0;\nwhile (n > 0) {\nn--;\nx = FIRST(x, a[n]);\n}\nreturn x;", "if (n == 0) return 0;\nreturn FIRST(SELF(a + 1, n - 1), a[0]);")

told_pair("set_bit_range", "set_bit", "unsigned (unsigned x, int lo, int hi)", "set range, set bits from to, fill bits, turn on range, mark range", """
t: Set the bits $lo to $hi of $x, both included, and return the result.
t: switch on a whole range of bits
t: 0 with 1 and 3 -> 14 (1110 in binary)
t: Hours are bits. Mark every hour from $lo to $hi as busy in $x.
t: @param $x the old word\\n@param $lo first bit\\n@param $hi last bit, not above 31\\n@return the word with all these bits on
t: For each number from $lo to $hi call FIRST. The other bits keep their values.
t: Returns $x with ones at all places between $lo and $hi.
t: bits outside of the range are not touched, bits inside become 1
+ If $hi is below $lo nothing changes.
""", "for (int i = lo; i <= hi; i++) x = FIRST(x, i);\nreturn x;", "while (lo <= hi) {\nx = FIRST(x, lo);\nlo++;\n}\nreturn x;", "unsigned res = x;\nfor (int i = hi; i >= lo; i--) {\nres = FIRST(res, i);\n}\nreturn res;")

told_pair("clear_listed_bits", "clear_bit", "unsigned (unsigned x, A a, N n)", "clear bits, remove flags, drop bits, turn off, revoke, clear listed", """
t: Turn off all bits of $x whose numbers are in $a.
t: clear several bits
t: 15 and {0, 2} -> 10
t: A user loses the rights listed in $a; $x holds the rights as bits. Return what is left.
t: @param $x word\\n@param $a bit numbers, 0 to 31\\n@param $n how many\\n@return $x with these bits zero
t: Call FIRST once for each of the $n positions, each time on the last result.
t: Bits that are 0 already stay 0; bits not named in the list are kept.
t: What remains of $x when the $n listed bits are wiped out?
+ An empty list returns $x unchanged.
""", "for (int i = 0; i < n; i++) x = FIRST(x, a[i]);\nreturn x;", "unsigned res = x;\nint i = 0;\nwhile (i < n) {\nres = FIRST(res, a[i]);\ni++;\n}\nreturn res;", "if (n == 0) return x;\nreturn SELF(FIRST(x, a[0]), a + 1, n - 1);")

told_pair("press_switches", "toggle_bit", "unsigned (unsigned x, A a, N n)", "press switches, toggle all, flip listed bits, apply presses, toggle bits", """
t: Lamps are bits of $x. The switches in $a are pressed one after the other, each press flips its lamp. Return the final state.
t: toggle every bit listed in $a
t: 0 and {1, 3, 1} -> 8, because bit 1 was flipped twice
t: Flip bit number a, for all a in the list. A bit that is listed twice ends as it began.
t: @param $x start value\\n@param $a positions, 0 to 31\\n@param $n number of presses\\n@return value after all flips
t: Repeats FIRST for all $n positions.
t: What does $x look like after all these bits have been inverted?
t: each entry of $a changes a 0 into a 1 or a 1 into a 0 at that position
+ No presses: $x comes back.
""", "for (int i = 0; i < n; i++) x = FIRST(x, a[i]);\nreturn x;", "while (n > 0) {\nn--;\nx = FIRST(x, a[n]);\n}\nreturn x;", "unsigned res = x;\nfor (const int *p = a; p < a + n; p++) {\nres = FIRST(res, *p);\n}\nreturn res;")

told_pair("nearest_code", "hamming_distance", "int (A a, N n, unsigned x)", "nearest code, decode, closest word, best code, correct word", """
t: Index of the code word in $a that differs from $x in the fewest bits; the first of them on a tie.
t: nearest code word
t: A noisy channel delivered $x. Which of the $n known words was most likely sent? Return its index.
t: {0, 7} and 6 -> 1, for 7 is only one bit away
t: @param $a code words, not negative\\n@param $n at least 1\\n@param $x received word\\n@return position of the best match
t: Compute FIRST for each word and $x; the smallest wins.
t: Must return the lower index if two words are equally far away.
t: error correction: compare bits, not values, and give the place of the closest entry
+ There is at least one word.
""", "int best = 0;\nfor (int i = 1; i < n; i++) {\nif (FIRST(a[i], x) < FIRST(a[best], x)) best = i;\n}\nreturn best;", "int best = 0;\nint min = FIRST(a[0], x);\nint i = 1;\nwhile (i < n) {\nint d = FIRST(a[i], x);\nif (d < min) {\nmin = d;\nbest = i;\n}\ni++;\n}\nreturn best;", "int res = n - 1;\nfor (int i = n - 1; i >= 0; i--) {\nif (FIRST(x, a[i]) <= FIRST(x, a[res])) res = i;\n}\nreturn res;")

# --- real numbers ------------------------------------------------------------------------------

told_pair("triangle_round", "hypot", "double (double x, double y)", "perimeter, right triangle perimeter, fence length, way around, total edge", """
t: Perimeter of a right triangle whose short sides are $x and $y.
t: both legs plus the hypotenuse
t: 3 and 4 -> 12
t: A field has a right angle between two edges of $x and $y metres. How long is the fence around the three-cornered field?
t: @return $x + $y + the length of the side opposite the right angle
t: FIRST gives the third side; add all three.
t: How far is it once around a right-angled triangle with legs $x and $y?
t: Walk $x east, $y north and straight back to the start. Return the length of the walk.
+ Both sides are positive.
""", "return x + y + FIRST(x, y);", "double c = FIRST(x, y);\nreturn x + y + c;", "double sum = x + y;\nsum += FIRST(x, y);\nreturn sum;")

told_pair("inside_circle", "hypot", "B (double x, double y, double r)", "in circle, inside circle, hits target, in range, within radius", """
t: Is the point ($x, $y) inside the circle with radius $r around the origin, or on it?
t: distance from (0, 0) not greater than $r
t: (3, 4) with 5 -> true, with 4.9 -> false
t: A dart lands at ($x, $y), the board has radius $r and its centre at 0, 0. Did it hit the board?
t: @return true if the point is at most $r away from the origin
t: compare FIRST of both coordinates with the radius
t: Can a radio at the origin that reaches $r kilometres be heard at the place ($x, $y)?
t: Points on the edge count as inside. Everything further out does not.
+ $r is positive.
""", "return FIRST(x, y) <= r;", "double d = FIRST(x, y);\nif (d > r) return false;\nreturn true;", "if (FIRST(x, y) <= r) return true;\nreturn false;")

told_pair("route_length", "dist2d", "double (D a, D b, N n)", "route length, path length, track length, tour, way through points", """
t: Length of the route through $n points; $a has their x coordinates, $b their y coordinates.
t: sum of the distances from each point to the next
t: Points (0, 0), (3, 4), (3, 5): the path is 5 + 1 = 6 long.
t: A hiker's GPS stored $n positions. How far did the hiker walk in straight lines from one to the other?
t: @param $a x values\\n@param $b y values\\n@param $n number of points\\n@return total length of the line that joins them in order
t: Call FIRST for every two points that follow each other, add the results.
t: The last point is not joined to the first: the path is open. Return its length.
t: How long is the polyline with these corners?
+ Fewer than two points: 0.
""", "double sum = 0;\nfor (int i = 1; i < n; i++) sum += FIRST(a[i - 1], b[i - 1], a[i], b[i]);\nreturn sum;", "double len = 0;\nint i = 0;\nwhile (i + 1 < n) {\nlen += FIRST(a[i], b[i], a[i + 1], b[i + 1]);\ni++;\n}\nreturn len;", "if (n < 2) return 0;\nreturn FIRST(a[0], b[0], a[1], b[1]) + SELF(a + 1, b + 1, n - 1);")

told_pair("nearest_place", "dist2d", "int (D a, D b, N n, double x, double y)", "nearest place, closest point, nearest shop, find nearest, closest station", """
t: Index of the point nearest to ($x, $y). Point i is at the i-th entries of $a and $b.
t: which of the $n stations is closest to me? I am at $x, $y
t: Shops are at the positions given by $a (x) and $b (y). Return the number of the shop with the shortest way from ($x, $y).
t: Compute the distance to each point with FIRST and keep the index of the smallest.
t: @return index of the closest point; if two are equally close, the first
t: nearest neighbour search in the plane, by trying all points
t: Which point has the least distance? Answer with its index from 0.
t: There is at least one point. The one with the smallest distance to $x, $y wins, earlier ones first.
+ $n is at least 1.
""", "int best = 0;\nfor (int i = 1; i < n; i++) {\nif (FIRST(a[i], b[i], x, y) < FIRST(a[best], b[best], x, y)) best = i;\n}\nreturn best;", "int best = 0;\ndouble min = FIRST(a[0], b[0], x, y);\nfor (int i = 1; i < n; i++) {\ndouble d = FIRST(a[i], b[i], x, y);\nif (d < min) {\nmin = d;\nbest = i;\n}\n}\nreturn best;")

told_pair("ring_area", "circle_area", "double (double x, double y)", "ring area, washer, area between circles, donut area, annulus", """
t: Area of a ring with outer radius $x and inner radius $y.
t: big circle minus small circle
t: A round pond of radius $y lies in a round lawn of radius $x. How much grass is there?
t: @param $x outer radius\\n@param $y radius of the hole\\n@return area between both circles
t: Subtract the area of the hole from that of the full disc. Use FIRST for both.
t: What is the surface of a flat washer, $x being its radius and $y that of its hole?
t: The part of the disc with radius $x that is not covered by a smaller disc with radius $y.
t: annulus area from two radii, the larger one first
+ $x is not less than $y.
+ No hole is the same as radius 0.
""", "return FIRST(x) - FIRST(y);", "double res = FIRST(x);\nres -= FIRST(y);\nreturn res;", "double d = FIRST(y);\nreturn FIRST(x) - d;")

told_pair("cylinder_volume", "circle_area", "double (double r, double x)", "cylinder, cylinder volume, tank volume, can volume, tin size", """
t: Volume of a cylinder with radius $r and height $x.
t: base area times height
t: How much fits into a tin that is $x high and has a round bottom of radius $r?
t: The bottom is a circle; multiply its area by $x.
t: @param $r radius of the base\\n@param $x height\\n@return volume
t: A water tank is round, with radius $r, and the water stands $x deep. Return how much water is in it.
t: Uses FIRST for the base.
t: volume = area of the circle * height
+ Height 0 means volume 0.
""", "return FIRST(r) * x;", "double b = FIRST(r);\nreturn b * x;", "double res = x;\nres *= FIRST(r);\nreturn res;")

told_pair("better_pizza", "circle_area", "B (double x, double p, double y, double t)", "better deal, cheaper pizza, better value, first is cheaper, more for money", """
t: A pizza with radius $x costs $p, another with radius $y costs $t. Does the first give more area for the money?
t: compare price per area of two round things: true if the first is strictly cheaper
t: $p divided by the area of a circle of radius $x, against $t divided by that of radius $y: is the first less?
t: @return true when the disc of radius $x at price $p is the better deal than radius $y at price $t
t: Which round table cloth is cheaper per square metre? True for the first ($x, $p), false for the second ($y, $t) or when equal.
t: Work out the area of both with FIRST and compare what one unit of area costs.
t: false if both cost the same per area
t: 10 for radius 10 against 10 for radius 9: true, more pizza at the same price.
+ All four numbers are positive.
""", "return p / FIRST(x) < t / FIRST(y);", "double a = p / FIRST(x);\ndouble b = t / FIRST(y);\nif (a < b) return true;\nreturn false;")

told_pair("convert_series", "c2f", "void (D a, N n, double * out)", "convert all, to fahrenheit, convert series, all to f, convert readings", """
t: Convert the $n Celsius readings of $a to Fahrenheit, into $out.
t: $out gets all temperatures of $a in Fahrenheit
t: {0, 100} -> {32, 212}
t: American readers want Fahrenheit. Fill $out with the converted values of our weather data $a.
t: @param $a degrees Celsius\\n@param $n number of values\\n@param $out degrees Fahrenheit
t: For each temperature call FIRST and store the answer at the same index of $out.
t: $a stays in Celsius and is not changed, $out has the same temperatures in the other unit.
t: How warm is that in Fahrenheit? Do it for a whole array.
+ $out has room for $n values.
""", "for (int i = 0; i < n; i++) out[i] = FIRST(a[i]);", "int i = 0;\nwhile (i < n) {\nout[i] = FIRST(a[i]);\ni++;\n}", "while (n > 0) {\nn--;\nout[n] = FIRST(a[n]);\n}")

told_pair("fever_days", "f2c", "int (D a, N n, double x)", "count warm, hot days, days above, too warm, fever count", """
t: $a holds temperatures in Fahrenheit. How many of them are above $x degrees Celsius?
t: count Fahrenheit readings that exceed a Celsius limit
t: {50, 86, 104} and 25 -> 2 (10, 30 and 40 degrees Celsius)
t: Convert each reading to Celsius with FIRST and count those greater than $x.
t: The thermometer is American, the rule is European: count the days that were warmer than $x Celsius.
t: @param $a degrees Fahrenheit\\n@param $n number of days\\n@param $x limit in Celsius, itself not counted\\n@return number of readings above it
t: Mind the units: values in F, limit in C. Return how many values are over the limit.
t: On how many of $n days was it hotter than $x (in Celsius)?
+ Exactly $x does not count.
""", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i]) > x) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (n > 0) {\nn--;\nif (FIRST(a[n]) > x) cnt++;\n}\nreturn cnt;", "int cnt = n;\nfor (int i = 0; i < n; i++) {\nif (FIRST(a[i]) <= x) cnt--;\n}\nreturn cnt;")

told_pair("total_discounted", "discount", "double (D a, N n, double p)", "sale total, discounted total, cart total, basket price, bill after discount", """
t: Everything is $p percent off. What do the $n articles in $a cost together?
t: sum of all prices after the discount
t: {10, 30} with 50 -> 5 + 15 = 20
t: Basket total in a sale: reduce every price of $a by $p percent, add them up.
t: @param $a prices\\n@param $n number of articles\\n@param $p discount in percent\\n@return amount to pay
t: Take FIRST of each price and total these.
t: The customer has $n things in the cart and a voucher for $p percent. Return the bill.
t: How much has to be paid in all?
+ Nothing bought: 0.
""", "double sum = 0;\nfor (int i = 0; i < n; i++) sum += FIRST(a[i], p);\nreturn sum;", "double sum = 0.0;\nint i = 0;\nwhile (i < n) {\nsum += FIRST(a[i], p);\ni++;\n}\nreturn sum;", "if (n == 0) return 0;\nreturn FIRST(a[0], p) + SELF(a + 1, n - 1, p);")

told_pair("count_above_mean", "mean_d", "int (double * a, N n)", "above mean, above average, better than average, count over mean, tall ones", """
t: How many values are greater than the mean of all $n?
t: count elements above the average
t: {1, 2, 9} has mean 4, only 9 is above: 1
t: How many pupils are taller than the average pupil? $a has their heights.
t: First the mean (use FIRST), then count what lies over it.
t: @param $a values\\n@param $n at least 1\\n@return number of values strictly above their mean
t: Values equal to the average do not count. The higher ones do; return their number.
t: On how many days did we sell more than on an average day?
+ If all are equal the result is 0.
""", "double e = FIRST(a, n);\nint cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] > e) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; i < n; i++) {\nif (a[i] > FIRST(a, n)) cnt++;\n}\nreturn cnt;", "double m = FIRST(a, n);\nint cnt = n;\nfor (int i = 0; i < n; i++) {\nif (a[i] <= m) cnt--;\n}\nreturn cnt;")

told_pair("variance_by_mean", "mean_d", "double (double * a, N n)", "variance, spread, mean square deviation, scatter, how spread", """
t: Variance of $a: the mean of the squared distances from the mean.
t: how much do the values scatter around their average? (mean squared deviation)
t: {1, 3} has mean 2, both are 1 away, so the variance is 1.
t: Take the average with FIRST, square each difference from it, add, divide by $n.
t: @param $a values\\n@param $n how many, at least 1\\n@return population variance
t: Is the bus punctual? Return the variance of its $n delays (dividing by $n).
t: The sum of (x - mean)^2 over all x, divided by the number of values.
t: Returns 0 if all values are equal, and more the further they are spread.
+ Divides by $n, not by $n - 1.
""", "double m = FIRST(a, n);\ndouble sum = 0;\nfor (int i = 0; i < n; i++) sum += (a[i] - m) * (a[i] - m);\nreturn sum / n;", "double e = FIRST(a, n);\ndouble res = 0;\nint i = 0;\nwhile (i < n) {\ndouble d = a[i] - e;\nres += d * d;\ni++;\n}\nreturn res / n;", "double m = FIRST(a, n);\ndouble sum = 0;\nfor (int i = n - 1; i >= 0; i--) {\nsum += (m - a[i]) * (m - a[i]);\n}\nreturn sum / n;")

told_pair("compare_classes", "mean_d", "int (double * a, int m, double * b, N n)", "better class, compare means, which is better, compare groups, winner", """
t: Two classes wrote a test: $m results in $a, $n in $b. Return 1 if the first class has the better average, 2 if the second has, 0 if they are equal.
t: which array has the higher mean? (1, 2, or 0 for none)
t: Compare the averages of two arrays.\\n@return 1 if that of $a is greater, 2 if that of $b is, otherwise 0
t: {5, 5} against {1, 8, 3} -> 1, since 5 is more than 4
t: Calls FIRST for both groups and tells which mean is larger.
t: Team A has $m players, team B $n. Who scores more per player? 1 for A, 2 for B, 0 for a draw.
t: 0 means equal averages. 1 means that $a wins, 2 that $b wins.
t: The groups may differ in size, so compare the mean values and not the sums.
+ Neither group is empty.
""", "double x = FIRST(a, m);\ndouble y = FIRST(b, n);\nif (x > y) return 1;\nif (y > x) return 2;\nreturn 0;", "if (FIRST(a, m) > FIRST(b, n)) return 1;\nreturn FIRST(a, m) < FIRST(b, n) ? 2 : 0;", "double d = FIRST(a, m) - FIRST(b, n);\nif (d > 0) return 1;\nif (d < 0) return 2;\nreturn 0;")

told_pair("share_of_first", "sum_d", "double (double * a, N n, int k)", "share, fraction of total, portion, top share, part of sum", """
t: What share of the total do the first $k of $n values have?
t: sum of the first $k divided by the sum of all
t: {3, 1, 4} and 1 -> 3 / 8 = 0.375
t: Sales are sorted by shop. Return which fraction of all sales the first $k shops make, as a number from 0 to 1.
t: @param $a positive values\\n@param $n how many\\n@param $k how many of them count, at most $n\\n@return their part of the whole
t: Uses FIRST twice, once for a piece at the beginning and once for everything.
t: 0.5 means that the first $k values make up half of the total.
t: the part of the whole that falls to elements 0 to $k - 1
+ The total is not 0.
""", "return FIRST(a, k) / FIRST(a, n);", "double x = FIRST(a, k);\ndouble y = FIRST(a, n);\nreturn x / y;", "double res = FIRST(a, k);\nres /= FIRST(a, n);\nreturn res;")

told_pair("scale_to_top", "max_d", "void (double * a, N n, double * out)", "normalize, scale to one, relative values, scale by max, to ratio", """
t: Divide every value by the largest one and store the results in $out, so that the top value becomes 1.
t: scale to a maximum of one
t: {2, 8, 4} -> {0.25, 1, 0.5}
t: For a bar chart: the longest bar gets length 1, the others in proportion. Values in $a, lengths to $out.
t: @param $a positive values\\n@param $n how many, at least 1\\n@param $out each value as a fraction of the maximum
t: Get the maximum from FIRST; then $out holds each element of $a divided by it.
t: $a is kept. $out gets relative values, the best being 1.
t: How big is each value compared to the biggest?
+ All values are positive.
""", "double max = FIRST(a, n);\nfor (int i = 0; i < n; i++) out[i] = a[i] / max;", "for (int i = 0; i < n; i++) {\nout[i] = a[i] / FIRST(a, n);\n}", "double m = FIRST(a, n);\nint i = 0;\nwhile (i < n) {\nout[i] = a[i] / m;\ni++;\n}")

told_pair("percent_of_all", "percent", "double (D a, N n, double p)", "total percent, vat total, sum of taxes, tax on all, fees total", """
t: Sum of $p percent of each of the $n amounts in $a.
t: tax on a list of amounts, $p being the rate in percent
t: Each sale brings the agent $p percent. $a has the sales; return what the agent earns.
t: @param $a amounts\\n@param $n their number\\n@param $p rate in percent\\n@return total of the percentages
t: For every amount work out FIRST and add it to the result.
t: What do we owe the tax office if every bill in $a is taxed with $p percent? (Only the tax, not the bills.)
t: {100, 50} and 10 -> 10 + 5 = 15
t: Add up the given percentage of all the entries.
+ No amounts: 0.
""", "double sum = 0;\nfor (int i = 0; i < n; i++) sum += FIRST(a[i], p);\nreturn sum;", "double sum = 0;\nwhile (n > 0) {\nn--;\nsum += FIRST(a[n], p);\n}\nreturn sum;")

# --- swapping and whole arrays (M where the first function may take its array without const) ----

told_pair("reverse_by_swap", "swap", "void (M a, N n)", "reverse, reverse array, flip order, turn around, back to front", """
t: Turn the array around by swapping its ends, then the next two, and so on to the middle.
t: reverse $a in place with FIRST
t: {1, 2, 3} becomes {3, 2, 1}
t: The last shall be first: put the $n elements in the opposite order.
t: @param $a array to reverse\\n@param $n number of elements\\nNo second array is used.
t: Two markers start at both ends and move towards each other, exchanging what they point at.
t: A train with $n wagons has to leave in the other direction. Reverse the order of the wagons in $a.
t: Exchange element i with element $n - 1 - i for all i in the first half.
+ Works in place.
+ One element alone stays where it is.
""", "for (int i = 0; i < n / 2; i++) FIRST(&a[i], &a[n - 1 - i]);", "int l = 0;\nint r = n - 1;\nwhile (l < r) {\nFIRST(&a[l], &a[r]);\nl++;\nr--;\n}", "int *p = a;\nint *end = a + n - 1;\nwhile (p < end) {\nFIRST(p, end);\np++;\nend--;\n}", "if (n < 2) return;\nFIRST(&a[0], &a[n - 1]);\nSELF(a + 1, n - 2);")

told_pair("order_two", "swap", "void (P x, P y)", "order two, sort two, put in order, sort pair, smaller first", """
t: Make sure that *$x is not greater than *$y; exchange the two if it is.
t: sort two numbers
t: 7 and 3 become 3 and 7; 2 and 5 stay.
t: After the call $x points to the smaller value and $y to the larger one.
t: @param $x gets the lower value\\n@param $y gets the higher value
t: The user may type the bounds in the wrong order. Put them right.
t: Call FIRST only if the two are in the wrong order.
t: nothing happens if they are in order or equal, otherwise they trade places
+ Returns nothing.
""", "if (*x > *y) FIRST(x, y);", "if (*y < *x) {\nFIRST(y, x);\n}", "if (*x <= *y) return;\nFIRST(x, y);")

told_pair("order_three", "swap", "void (P x, P y, P z)", "sort three, order three, arrange three, sort3, put three in order", """
t: Sort three numbers so that *$x <= *$y <= *$z.
t: put three values in ascending order through their pointers
t: 9, 1, 5 -> 1, 5, 9
t: Compare two at a time and call FIRST whenever they are in the wrong order.
t: @param $x ends up with the smallest\\n@param $y with the middle one\\n@param $z with the largest
t: Three children line up by height. $x, $y, $z point to the heights; rearrange them from small to tall.
t: At the end the smallest value is in *$x and the largest in *$z.
t: No array and no loop, a few comparisons are enough to order the three.
+ Equal values are fine.
""", "if (*x > *y) FIRST(x, y);\nif (*y > *z) FIRST(y, z);\nif (*x > *y) FIRST(x, y);", "if (*y > *z) FIRST(y, z);\nif (*x > *y) FIRST(x, y);\nif (*y > *z) FIRST(y, z);", "if (*x > *z) FIRST(x, z);\nif (*x > *y) FIRST(x, y);\nif (*y > *z) FIRST(y, z);")

told_pair("bubble_by_swap", "swap", "void (M a, N n)", "bubble sort, sort, sort numbers, arrange, order ascending, sort up", """
t: Sort $a from small to large by swapping neighbours that are in the wrong order.
t: bubble sort with FIRST
t: {4, 1, 3} becomes {1, 3, 4}
t: @param $a sorted in place, ascending\\n@param $n number of elements
t: Go through the array again and again; where an element is greater than the next one, swap both. Stop when it is sorted.
t: The high score list must be in rising order before it is shown. Do this in place.
t: Put all $n numbers in ascending order.
t: Must leave the same values in $a, arranged so that none is smaller than the one before it.
+ Repeated values are allowed.
""", "for (int i = 0; i < n - 1; i++) {\nfor (int j = 0; j < n - 1 - i; j++) {\nif (a[j] > a[j + 1]) FIRST(&a[j], &a[j + 1]);\n}\n}", "bool ok = false;\nwhile (!ok) {\nok = true;\nfor (int i = 1; i < n; i++) {\nif (a[i - 1] > a[i]) {\nFIRST(&a[i - 1], &a[i]);\nok = false;\n}\n}\n}", "for (int i = 1; i < n; i++) {\nint j = i;\nwhile (j > 0 && a[j - 1] > a[j]) {\nFIRST(&a[j - 1], &a[j]);\nj--;\n}\n}", "for (int i = 0; i < n; i++) {\nint min = i;\nfor (int j = i + 1; j < n; j++) {\nif (a[j] < a[min]) min = j;\n}\nif (min != i) FIRST(a + i, a + min);\n}")

told_pair("rotate_by_swap", "swap", "void (M a, N n)", "rotate left, first to end, shift round, move first to back, carousel", """
t: Move the first element to the end by swapping it along, one place at a time; all others go one to the left.
t: rotate left by one, only with swaps
t: {1, 2, 3, 4} becomes {2, 3, 4, 1}
t: Who is first in the queue must go to the back. $a is the queue with $n people.
t: Swap places 0 and 1, then 1 and 2, and so on until the old first element is last.
t: @param $a rotated in place\\n@param $n its length
t: Calls FIRST for every two neighbours from left to right, which carries the first value to the far end.
t: The first becomes the last, the second becomes the first, and so forth.
+ Nothing happens to an array with fewer than two elements.
""", "for (int i = 0; i + 1 < n; i++) FIRST(&a[i], &a[i + 1]);", "int i = 1;\nwhile (i < n) {\nFIRST(&a[i - 1], &a[i]);\ni++;\n}", "for (int *p = a; p + 1 < a + n; p++) FIRST(p, p + 1);", "if (n < 2) return;\nFIRST(&a[0], &a[1]);\nSELF(a + 1, n - 1);")

told_pair("swap_arrays", "swap", "void (M a, M b, N n)", "swap arrays, exchange contents, swap all, trade, swap lists", """
t: Exchange the contents of two arrays of the same length.
t: swap $a and $b element by element
t: {1, 2} and {8, 9} become {8, 9} and {1, 2}
t: Two players trade all their $n cards. Swap the hands $a and $b.
t: @param $a first array\\n@param $b second array\\n@param $n length of both\\nAfterwards each holds what the other had.
t: Afterwards $a has the old values of $b and the other way round.
t: Runs over the positions and calls FIRST for the two entries.
t: No helper array. Each entry trades places with the one opposite.
+ Both are changed.
""", "for (int i = 0; i < n; i++) FIRST(&a[i], &b[i]);", "while (n > 0) {\nn--;\nFIRST(a + n, b + n);\n}", "int *p = a;\nwhile (p < a + n) {\nFIRST(p, b);\np++;\nb++;\n}")

told_pair("selection_by_index", "swap_elems", "void (M a, N n)", "selection sort, sort, sort in place, select and swap, order", """
t: Selection sort: for each place find the smallest of the remaining elements and swap it there.
t: sort $a ascending with FIRST
t: {5, 2, 4} becomes {2, 4, 5}
t: Arrange the $n values in rising order, using only swaps of two positions.
t: @param $a sorted in place\\n@param $n number of elements
t: Books are sorted on a shelf by swapping two at a time, lowest number first.
t: Find the minimum, put it first; find the minimum of the rest, put it second; and so on.
t: After it none of the numbers in $a is less than its left neighbour. Exchange elements by index.
+ The values themselves do not change, only their places.
""", "for (int i = 0; i < n; i++) {\nint min = i;\nfor (int j = i + 1; j < n; j++) {\nif (a[j] < a[min]) min = j;\n}\nif (min != i) FIRST(a, i, min);\n}", "for (int i = 0; i < n; i++) {\nfor (int j = i + 1; j < n; j++) {\nif (a[j] < a[i]) FIRST(a, i, j);\n}\n}", "while (n > 1) {\nint max = 0;\nfor (int i = 1; i < n; i++) {\nif (a[i] > a[max]) max = i;\n}\nn--;\nif (max != n) FIRST(a, max, n);\n}")

told_pair("front_min", "swap_elems", "void (M a, N n)", "min to front, smallest first, bring min forward, lead with smallest, front min", """
t: Swap the smallest element with the first one.
t: bring the minimum to the front, by one exchange
t: {7, 3, 5} becomes {3, 7, 5}
t: The cheapest offer has to be shown first; it trades places with the one that is there now.
t: @param $a changed in place\\n@param $n at least 1
t: Find the place of the smallest value and exchange it with place 0 (first place if there are several).
t: Only two elements move: the minimum and the old first element. Use FIRST.
t: If the smallest is in front already nothing changes, otherwise it and the first element are exchanged.
+ All other elements keep their places.
""", "int min = 0;\nfor (int i = 1; i < n; i++) {\nif (a[i] < a[min]) min = i;\n}\nif (min > 0) FIRST(a, 0, min);", "int best = 0;\nint i = 1;\nwhile (i < n) {\nif (a[i] < a[best]) best = i;\ni++;\n}\nif (best != 0) FIRST(a, best, 0);", "int j = n - 1;\nfor (int i = n - 2; i >= 0; i--) {\nif (a[i] <= a[j]) j = i;\n}\nif (j != 0) FIRST(a, 0, j);")

told_pair("rotate_by_reverse", "reverse", "void (M a, N n, int k)", "rotate left, rotate by, shift left by, rotate places, turn wheel", """
t: Rotate $a to the left by $k places with three reversals.
t: the first $k elements move to the end, in the same order
t: {1, 2, 3, 4, 5} and 2 -> {3, 4, 5, 1, 2}
t: Reverse the first $k, reverse the others, then reverse the whole array: it is rotated by $k.
t: @param $a changed in place\\n@param $n its length\\n@param $k places to the left, 0 to $n
t: A rota of $n names moves on by $k: those $k in front go to the back.
t: Left rotation by $k that needs no extra array, only FIRST.
t: What stood at index $k stands at index 0 afterwards.
+ $k is between 0 and $n.
""", "FIRST(a, k);\nFIRST(a + k, n - k);\nFIRST(a, n);", "FIRST(a, n);\nFIRST(a, n - k);\nFIRST(a + n - k, k);")

told_pair("reverse_middle", "reverse", "void (M a, int i, int j)", "reverse part, reverse between, flip section, reverse from to, reverse slice", """
t: Reverse the part of $a from index $i to index $j, both included.
t: turn around a section of the array
t: {1, 2, 3, 4, 5} with 1 and 3 -> {1, 4, 3, 2, 5}
t: The elements outside of $i..$j stay, those inside come in the opposite order.
t: @param $a array\\n@param $i first index\\n@param $j last index, not below $i
t: Pancakes $i to $j are flipped together. Do this to the pile $a.
t: FIRST reverses from the start of an array; give it the right start and length.
t: Flip a slice of the list in place.
+ $i and $j are valid indices.
""", "FIRST(a + i, j - i + 1);", "int len = j - i + 1;\nFIRST(&a[i], len);", "int *p = a + i;\nFIRST(p, j + 1 - i);")

told_pair("reverse_halves", "reverse", "void (M a, N n)", "swap halves, exchange halves, second half first, halves, cut deck", """
t: Exchange the two halves of $a; $n is even.
t: second half first, then the first half
t: {1, 2, 3, 4} becomes {3, 4, 1, 2}
t: Cut a deck of cards in the middle and put the lower half on top.
t: Reverse each half and then everything.
t: @param $a changed in place\\n@param $n an even number
t: The last $n / 2 elements come to the front, the order inside both halves stays.
t: Use FIRST three times to make the halves trade places.
+ An even number of elements is expected.
""", "FIRST(a, n / 2);\nFIRST(a + n / 2, n / 2);\nFIRST(a, n);", "int m = n / 2;\nFIRST(a, n);\nFIRST(a, m);\nFIRST(a + m, m);")

told_pair("median_by_sort", "sort", "int (M a, N n)", "median, middle value, central value, typical value, mid value", """
t: The median: sort $a and take the middle element. For an even number take the upper one of the two in the middle.
t: element in the middle after sorting
t: {9, 1, 5} -> 5, {4, 1, 3, 2} -> 3
t: Which salary is the typical one? Line up all $n salaries and take the one in the middle. (Sorts $a, returns element $n / 2.)
t: @param $a gets sorted\\n@param $n at least 1\\n@return the value at index $n / 2 then
t: Orders the numbers with FIRST, then returns the one at position $n / 2, counted from zero.
t: Note: the array is in ascending order afterwards. Returned is its central value.
t: What is the middle one if the $n values are put in order?
+ $a is changed: it ends up sorted.
""", "FIRST(a, n);\nreturn a[n / 2];", "FIRST(a, n);\nint m = n / 2;\nreturn a[m];", "int m = n / 2;\nFIRST(a, n);\nint *p = a + m;\nreturn *p;")

told_pair("kth_smallest", "sort", "int (M a, N n, int k)", "kth smallest, place k, rank k, k smallest, order statistic", """
t: The $k-th smallest element, 1 meaning the smallest.
t: sort, then take number $k
t: {40, 10, 30} and 2 -> 30
t: Race times of $n runners in $a: what was the time of the runner in place $k?
t: @param $a sorted by this call\\n@param $n how many\\n@param $k rank, 1 to $n\\n@return the value with this rank
t: Puts $a in ascending order by FIRST and returns the element at index $k - 1.
t: With $k = 1 you get the minimum, with $k = $n the maximum.
t: Which value has exactly $k - 1 values before it in sorted order?
+ Equal values each have a place of their own.
+ $a is sorted afterwards.
""", "FIRST(a, n);\nreturn a[k - 1];", "FIRST(a, n);\nk--;\nreturn a[k];", "FIRST(a, n);\nint *p = a + k;\nreturn *(p - 1);")

told_pair("smallest_difference", "sort", "int (M a, N n)", "closest pair, smallest difference, min gap, tightest pair, least distance", """
t: The smallest difference between any two elements.
t: Sort the array, then look at neighbours only: what is the smallest gap?
t: {8, 1, 5} -> 3
t: Two planes must not start too close to each other. $a has the start times; return the shortest time between two of them.
t: @param $a at least two numbers, sorted by the call\\n@param $n how many\\n@return least distance of two different entries
t: How near are the two elements that are nearest to each other?
t: Uses FIRST, because in sorted order the closest two stand side by side.
t: 0 if a value occurs twice, otherwise the minimal gap between two of the values.
+ $n is at least 2.
+ $a ends up sorted.
""", "FIRST(a, n);\nint min = a[1] - a[0];\nfor (int i = 2; i < n; i++) {\nif (a[i] - a[i - 1] < min) min = a[i] - a[i - 1];\n}\nreturn min;", "FIRST(a, n);\nint best = INT_MAX;\nfor (int i = 0; i + 1 < n; i++) {\nint d = a[i + 1] - a[i];\nif (d < best) best = d;\n}\nreturn best;", "FIRST(a, n);\nint min = a[n - 1] - a[n - 2];\nint i = n - 2;\nwhile (i > 0) {\nint e = a[i] - a[i - 1];\nmin = e < min ? e : min;\ni--;\n}\nreturn min;")

told_pair("same_numbers", "sort", "B (M a, M b, N n)", "same numbers, same contents, is rearrangement, equal as sets, shuffled", """
t: Do $a and $b hold the same numbers, in whatever order?
t: true if one array is a rearrangement of the other
t: {1, 2, 2} and {2, 1, 2} -> true; {1, 1, 2} and {2, 1, 2} -> false
t: Sort both, then compare them place by place.
t: @param $a sorted by the call\\n@param $b sorted too\\n@param $n length of both\\n@return whether they have the same elements equally often
t: Two pupils wrote down the numbers they drew. Did both draw the same ones?
t: Repeated values must occur equally often in both. The order does not matter. FIRST helps.
t: anagram test for lists of ints
+ Both arrays are sorted afterwards.
""", "FIRST(a, n);\nFIRST(b, n);\nfor (int i = 0; i < n; i++) {\nif (a[i] != b[i]) return false;\n}\nreturn true;", "FIRST(a, n);\nFIRST(b, n);\nint i = 0;\nwhile (i < n && a[i] == b[i]) i++;\nreturn i == n;", "FIRST(a, n);\nFIRST(b, n);\nbool ok = true;\nfor (int i = 0; i < n; i++) {\nif (a[i] != b[i]) ok = false;\n}\nreturn ok;")

told_pair("cheapest_k", "sort", "int (M a, N n, int k)", "cheapest k, sum smallest, lowest k total, k cheapest, best price for k", """
t: What do the $k cheapest of the $n articles in $a cost together?
t: sum of the $k smallest elements
t: {9, 2, 5} and 2 -> 7
t: Sort the prices and add the first $k.
t: @param $a prices, sorted by the call\\n@param $n how many\\n@param $k number to buy, not more than $n\\n@return total of the lowest $k
t: A child may choose $k toys and picks the least expensive ones. Return the bill.
t: After FIRST the small numbers are in front; sum up $k of them.
t: the lowest possible total of $k elements
+ 0 if $k is 0.
""", "FIRST(a, n);\nint sum = 0;\nfor (int i = 0; i < k; i++) sum += a[i];\nreturn sum;", "int sum = 0;\nFIRST(a, n);\nwhile (k > 0) {\nk--;\nsum += a[k];\n}\nreturn sum;", "FIRST(a, n);\nint res = 0;\nfor (int *p = a; p < a + k; p++) res += *p;\nreturn res;")

told_pair("sort_by_argmin", "argmin", "void (M a, N n)", "selection sort, sort by min, sort, pick smallest, order up", """
t: Sort $a ascending: find where the smallest of the rest is, swap it to the front of the rest, go on.
t: selection sort that gets the position of the minimum from FIRST
t: {3, 1, 2} becomes {1, 2, 3}
t: Put the $n numbers in order from low to high.
t: @param $a array that is sorted in place\\n@param $n its length
t: For each start position call FIRST for the tail of the array and exchange that element with the one at the start.
t: Cards are sorted like this: take the lowest card that is left, lay it next. Do so with $a.
t: At the end $a is in rising order, with the same values as before.
+ Nothing is returned.
""", "for (int i = 0; i < n - 1; i++) {\nint j = i + FIRST(a + i, n - i);\nint tmp = a[i];\na[i] = a[j];\na[j] = tmp;\n}", "if (n < 2) return;\nint j = FIRST(a, n);\nint tmp = a[0];\na[0] = a[j];\na[j] = tmp;\nSELF(a + 1, n - 1);", "int *p = a;\nwhile (n > 1) {\nint j = FIRST(p, n);\nint tmp = *p;\n*p = p[j];\np[j] = tmp;\np++;\nn--;\n}")

told_pair("best_after_peak", "argmax", "int (M a, N n)", "second best index, runner up place, max of rest, max after max, best behind peak", """
t: The greatest element that stands behind the (first) maximum of $a, or -1 if the maximum is the last element.
t: largest value to the right of the peak, -1 if nothing is there
t: {3, 9, 4, 6} -> 6; {1, 2} -> -1
t: Find the peak with FIRST, then find the peak of what follows it.
t: @param $a values, none negative\\n@param $n at least 1\\n@return best value after the best one, -1 if it comes last
t: After the record year, how good was the best year? If the record was in the last year return -1.
t: -1 if no element follows the largest. Else the largest of those that follow.
t: How high does the curve get again once it has passed its (first) highest point?
+ $n is at least 1.
""", "int i = FIRST(a, n) + 1;\nif (i == n) return -1;\nreturn a[i + FIRST(a + i, n - i)];", "int j = FIRST(a, n);\nint best = -1;\nfor (int i = j + 1; i < n; i++) {\nif (a[i] > best) best = a[i];\n}\nreturn best;", "int k = FIRST(a, n);\nif (k == n - 1) return -1;\nint res = a[k + 1];\nfor (int i = k + 2; i < n; i++) res = a[i] > res ? a[i] : res;\nreturn res;")

told_pair("days_since_peak", "argmax", "int (M a, N n)", "days since peak, since record, distance to max, after peak, age of record", """
t: How many elements come after the (first) largest one?
t: number of days since the record
t: {2, 8, 8, 1} -> 2
t: $a has one temperature a day, the last is today. How many days ago was the maximum? (If it was reached more than once, the first time counts.)
t: $n - 1 minus the index of the maximum
t: @return distance from the first highest element to the end; 0 if it is the last
t: Get the place of the peak from FIRST and tell how far it is from the end.
t: 0 means that the largest number comes last.
+ $n is at least 1.
""", "return n - 1 - FIRST(a, n);", "int i = FIRST(a, n);\nreturn n - i - 1;", "int best = FIRST(a, n);\nint cnt = 0;\nfor (int i = best + 1; i < n; i++) cnt++;\nreturn cnt;")

told_pair("both_sorted", "sorted_asc", "B (M a, int m, M b, N n)", "both sorted, can merge, ready to merge, are sorted, both in order", """
t: Are both arrays sorted in ascending order?
t: true only if $a ($m elements) and $b ($n elements) are both in order
t: {1, 4}, {2, 2, 3} -> true; {1, 4}, {3, 2} -> false
t: Before merging we must know that $a and $b are sorted. Check it.
t: @return false if one of the two arrays is not in rising order
t: Ask FIRST about each array; both answers must be yes.
t: Can the two lists be merged directly? That needs both to be in non-falling order.
t: Must be false as soon as any of them has an element smaller than the one before.
+ Empty arrays count as sorted.
""", "return FIRST(a, m) && FIRST(b, n);", "if (!FIRST(a, m)) return false;\nreturn FIRST(b, n);", "bool ok = FIRST(a, m);\nif (!FIRST(b, n)) ok = false;\nreturn ok;")

told_pair("best_window", "sum_first_k", "int (M a, N n, int k)", "best window, max block sum, best week, window max, highest k sum", """
t: The largest sum of $k neighbouring elements.
t: best window of length $k
t: {1, 9, 2, 3} and 2 -> 11
t: Sales per day are in $a. Which $k days in a row brought the most? Return that amount.
t: @param $a values\\n@param $n how many\\n@param $k window length, 1 to $n\\n@return highest total of a window
t: For each start call FIRST on the rest of the array with $k; keep the maximum.
t: Slide a window of $k elements over the array and return the biggest sum you see.
t: How much can you get from $k elements that stand side by side?
+ $k is at least 1 and not above $n.
""", "int best = FIRST(a, n, k);\nfor (int i = 1; i + k <= n; i++) {\nint e = FIRST(a + i, n - i, k);\nif (e > best) best = e;\n}\nreturn best;", "int max = INT_MIN;\nfor (int i = 0; i <= n - k; i++) {\nint sum = FIRST(a + i, n - i, k);\nif (sum > max) max = sum;\n}\nreturn max;", "int best = FIRST(a, k, k);\nwhile (n > k) {\na++;\nn--;\nif (FIRST(a, k, k) > best) best = FIRST(a, k, k);\n}\nreturn best;")

told_pair("is_orthogonal", "dot", "B (M a, M b, N n)", "orthogonal, perpendicular, right angle, is orthogonal, at right angles", """
t: Are the vectors $a and $b at right angles to each other?
t: dot product equal to zero
t: (1, 2) and (-2, 1) -> true
t: Two directions with $n coordinates are perpendicular if their scalar product is 0. Test it.
t: @return whether the vectors are orthogonal
t: Call FIRST and see if it gives 0.
t: In our drawing program we have to know if two lines meet at a right angle. $a and $b are their directions.
t: true when the products of matching coordinates cancel out
+ Both have $n coordinates.
""", "return FIRST(a, b, n) == 0;", "int sum = FIRST(a, b, n);\nif (sum != 0) return false;\nreturn true;", "return !FIRST(a, b, n);")

told_pair("length_squared", "dot", "int (M a, N n)", "sum of squares, length squared, squared norm, energy, self product", """
t: Sum of the squares of the elements: the dot product of $a with itself.
t: squared length of a vector
t: {3, 4} -> 25
t: @param $a coordinates\\n@param $n how many\\n@return the square of the vector's length
t: Multiply each element by itself and add, which is just FIRST of $a and $a.
t: The energy of a signal is the sum of its squared samples. Compute it for $a.
t: How long is the vector, squared? (No root is taken.)
t: square all $n entries, total them
+ Never negative.
""", "return FIRST(a, a, n);", "int sum = FIRST(a, a, n);\nreturn sum;", "int sum = 0;\nfor (int i = 0; i < n; i++) sum += FIRST(a + i, a + i, 1);\nreturn sum;")

told_pair("halves_equal", "arrays_equal", "B (M a, N n)", "halves equal, is repeated, same halves, double pattern, is doubled", """
t: Is the second half of $a the same as the first half? $n is even.
t: true if the array is some pattern written twice
t: {1, 2, 1, 2} -> true, {1, 2, 2, 1} -> false
t: Compare the first $n / 2 elements with the last $n / 2.
t: @param $a array\\n@param $n even length\\n@return whether both halves are equal
t: The data was sent twice for safety. Check that both copies agree.
t: Split in the middle and give both parts to FIRST.
t: Does the array repeat itself after one half?
+ True for an empty array.
""", "return FIRST(a, a + n / 2, n / 2);", "int m = n / 2;\nreturn FIRST(a + m, a, m);", "int len = n / 2;\nif (FIRST(a, &a[len], len)) return true;\nreturn false;")

told_pair("find_subarray", "arrays_equal", "int (M a, N n, M b, int m)", "find sequence, search block, index of pattern, find sub array, where is block", """
t: At which index does the block $b ($m elements) first occur in $a ($n elements)? -1 if it does not.
t: find a sequence inside a longer one
t: {5, 1, 2, 7} and {1, 2} -> 1
t: Search the log $a for the pattern of codes $b; return where it starts, or -1.
t: @param $a where to look\\n@param $b what to look for\\n@return first start index or -1
t: Try each start from left to right and let FIRST compare $m elements.
t: -1 if $b is nowhere in $a as a whole, with its elements side by side. Otherwise the first position.
t: Like searching a word in a text, but with numbers.
+ $m is at least 1.
""", "for (int i = 0; i + m <= n; i++) {\nif (FIRST(a + i, b, m)) return i;\n}\nreturn -1;", "int i = 0;\nwhile (i <= n - m) {\nif (FIRST(&a[i], b, m)) return i;\ni++;\n}\nreturn -1;", "int res = -1;\nfor (int i = n - m; i >= 0; i--) {\nif (FIRST(a + i, b, m)) res = i;\n}\nreturn res;")

told_pair("all_found", "binary_search", "B (M a, N n, M b, int m)", "contains all, all found, is subset, has everything, covers", """
t: Are all $m elements of $b in the sorted array $a?
t: subset test with binary search
t: {1, 3, 5, 7} has 3 and 7 -> true, but not 4
t: $a is the sorted price list. Can every article number in $b be found there?
t: @param $a sorted ascending\\n@param $b values to look up\\n@return false if one of them is missing
t: Look up each entry of $b with FIRST; -1 means that it is not there.
t: True if $a contains everything that $b does, false if anything is missing.
t: one missing element is enough to say no
+ True if $b is empty.
""", "for (int i = 0; i < m; i++) {\nif (FIRST(a, n, b[i]) < 0) return false;\n}\nreturn true;", "int cnt = 0;\nfor (int i = 0; i < m; i++) {\nif (FIRST(a, n, b[i]) != -1) cnt++;\n}\nreturn cnt == m;", "int i = 0;\nwhile (i < m && FIRST(a, n, b[i]) >= 0) i++;\nreturn i == m;")

told_pair("remove_two_values", "remove_val", "int (M a, N n, int x, int y)", "remove both, drop two values, remove either, filter two, delete both", """
t: Remove every $x and every $y from $a; return the new length.
t: delete two values from the array
t: {1, 2, 3, 1} without 1 and 3 -> {2}, result 1
t: Error codes $x and $y are of no interest. Take them out of the log $a and return how many entries are left.
t: @param $a changed in place\\n@param $n old length\\n@return length after both values are gone
t: Call FIRST once for each of the values, the second time with the shortened length.
t: The order of the others does not change. Returns how many elements remain.
t: What is left of $a if neither $x nor $y may stay? Closes the gaps.
+ Returns $n if neither of them occurs.
""", "n = FIRST(a, n, x);\nreturn FIRST(a, n, y);", "return FIRST(a, FIRST(a, n, x), y);", "int len = FIRST(a, n, y);\nlen = FIRST(a, len, x);\nreturn len;")

told_pair("repeats_by_distinct", "count_distinct_arr", "int (M a, N n)", "count extras, swaps to give, duplicates, surplus, doubles in album", """
t: How many elements of $a are superfluous because the same value came before?
t: length minus number of different values
t: {4, 4, 4, 1} -> 2
t: I have $n stickers, numbers in $a. How many can I give away and still have one of each kind?
t: @return number of elements that would have to go to make all values different
t: Count the different values with FIRST and subtract from $n.
t: 0 if no value is repeated. Each further copy of a value adds one.
t: By how much would the array shrink if duplicates were dropped?
+ The array is not changed.
""", "return n - FIRST(a, n);", "int cnt = FIRST(a, n);\nreturn n - cnt;", "int res = n;\nres -= FIRST(a, n);\nreturn res;")

told_pair("first_repeat_end", "has_dup", "int (M a, N n)", "unique prefix, distinct start, until repeat, longest distinct start, draws before repeat", """
t: How many elements from the start are all different? Stop before the first that has been there already.
t: length of the longest beginning of $a without a repeated value
t: {5, 8, 5, 1} -> 2, {1, 2, 3} -> 3
t: Cards are drawn one after another and put back. After how many draws without repetition does a card come up again? ($n if never.)
t: Lengthen the beginning as long as FIRST finds no duplicate in it.
t: @return largest k such that the first k elements are pairwise different
t: With no duplicates at all the result is $n, otherwise the index of the first repeated element.
t: Go from the left; where does a value show up for the second time? Return that index, or $n.
+ 0 for an empty array.
""", "int k = 0;\nwhile (k < n && !FIRST(a, k + 1)) k++;\nreturn k;", "for (int i = 1; i <= n; i++) {\nif (FIRST(a, i)) return i - 1;\n}\nreturn n;", "int len = n;\nwhile (FIRST(a, len)) len--;\nreturn len;")

told_pair("steady_days", "range", "B (M a, N n, int k)", "is steady, stable, within band, calm, close together, is flat", """
t: Do all values of $a lie within $k of each other?
t: true if the largest minus the smallest is at most $k
t: {20, 22, 21} with 2 -> true, with 1 -> false
t: The fridge is fine if its temperature varies by no more than $k. $a has $n readings. Is it fine?
t: @return whether the spread of the values does not exceed $k
t: Compare FIRST of the array with $k.
t: No two elements may differ by more than $k. Check this.
t: Is the signal steady, that is, its total variation from bottom to top not above $k?
+ $n is at least 1.
""", "return FIRST(a, n) <= k;", "int d = FIRST(a, n);\nif (d > k) return false;\nreturn true;", "return !(FIRST(a, n) > k);")

told_pair("winning_margin", "second_max", "int (M a, N n)", "beat by, lead, winning margin, margin, gap to second", """
t: By how much does the largest value of $a lead over the second largest?
t: maximum minus the next smaller value
t: {3, 9, 5, 9} -> 4
t: How many points is the best team ahead of the next lower score? $a has at least two different scores.
t: @param $a at least two different values\\n@return margin between the highest and the second highest value
t: Find the maximum, ask FIRST for the second largest value, subtract.
t: The winner's lead. Equal best scores count as one value.
t: How big is the gap between number one and number two, if ties for number one are seen as one?
+ The result is above zero.
""", "int max = a[0];\nfor (int i = 1; i < n; i++) {\nif (a[i] > max) max = a[i];\n}\nreturn max - FIRST(a, n);", "int best = INT_MIN;\nint i = 0;\nwhile (i < n) {\nif (a[i] > best) best = a[i];\ni++;\n}\nint res = FIRST(a, n);\nreturn best - res;", "int e = FIRST(a, n);\nint max = e;\nfor (int i = 0; i < n; i++) {\nif (a[i] > max) max = a[i];\n}\nreturn max - e;")

# --- characters and strings --------------------------------------------------------------------

told_pair("vowels_by_test", "is_vowel", "int (S s)", "vowels, count vowels, vowel count, how many vowels, num vowels", """
t: How many vowels are in $s?
t: count the characters of $s that are vowels, using FIRST
t: "Apple pie" -> 4
t: Walk through the string and ask FIRST about each character; return how many are vowels.
t: @param $s text\\n@return number of a, e, i, o, u, big or small
t: A singing teacher wants to know how many vowels a line of text has.
t: Upper and lower case both count. Returns the number of vowels.
t: tally of the letters aeiou and AEIOU
+ An empty string has none.
""", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i])) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (*s) {\nif (FIRST(*s)) cnt++;\ns++;\n}\nreturn cnt;", "if (*s == '\\0') return 0;\nreturn (FIRST(*s) ? 1 : 0) + SELF(s + 1);")

told_pair("drop_vowels", "is_vowel", "void (T s)", "drop vowels, remove vowels, disemvowel, shorten word, no vowels", """
t: Remove all vowels from $s, in place.
t: "Banana" becomes "Bnn"
t: Shorten a name by leaving its vowels out.
t: Everything for which FIRST is true is taken out of the string, the rest moves up.
t: @param $s text that is changed: its vowels go, the other characters keep their order
t: For abbreviations: only consonants, digits, spaces and so on are kept.
t: Delete every a, e, i, o, u, in both cases, and close the gaps.
t: Do not build a second string, work in $s itself. No vowel may be left in it.
+ The string is never longer afterwards.
""", "int w = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (!FIRST(s[i])) s[w++] = s[i];\n}\ns[w] = '\\0';", "char *p = s;\nwhile (*s) {\nif (!FIRST(*s)) {\n*p = *s;\np++;\n}\ns++;\n}\n*p = '\\0';", "int j = 0;\nint i = 0;\nwhile (s[i]) {\nif (!FIRST(s[i])) {\ns[j] = s[i];\nj++;\n}\ni++;\n}\ns[j] = '\\0';")

told_pair("first_vowel_at", "is_vowel", "int (S s)", "first vowel, vowel index, first vowel position, where vowel, vowel at", """
t: Index of the first vowel in $s, or -1 if there is none.
t: where does the first vowel stand?
t: "street" -> 3, "rhythm" -> -1
t: For pig latin we must know how many consonants come before the first vowel; -1 says that there is no vowel.
t: @return position (from 0) of the first a, e, i, o or u, -1 without any
t: Look at one character after the other until FIRST says yes.
t: -1 for a word without vowels. Otherwise the place of the one that comes first.
t: Find the leftmost vowel.
+ Capital vowels are found too.
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i])) return i;\n}\nreturn -1;", "int i = 0;\nwhile (s[i] && !FIRST(s[i])) i++;\nreturn s[i] ? i : -1;", "int res = -1;\nfor (int i = strlen(s) - 1; i >= 0; i--) {\nif (FIRST(s[i])) res = i;\n}\nreturn res;")

told_pair("digits_only", "is_digit", "B (S s)", "digits only, is numeric, all digits, is number, valid pin", """
t: Does $s consist of digits only, at least one?
t: true for "2024", false for "20a4", "-5" and ""
t: Check a PIN: only the digits 0 to 9 are allowed, and it must not be empty.
t: @param $s text\\n@return whether it is a plain number without sign
t: Every character must pass FIRST. The empty string is not accepted.
t: The user typed $s into the amount field. Can it be read as a whole number that is not negative?
t: An empty string is no number. Otherwise look for anything that is not a digit.
t: false as soon as one character is no digit, false for an empty text, else true
+ Spaces are not allowed.
""", "if (*s == '\\0') return false;\nwhile (*s) {\nif (!FIRST(*s)) return false;\ns++;\n}\nreturn true;", "int i = 0;\nfor (; s[i] != '\\0'; i++) {\nif (!FIRST(s[i])) return false;\n}\nreturn i > 0;", "int len = strlen(s);\nint cnt = 0;\nfor (int i = 0; i < len; i++) {\nif (FIRST(s[i])) cnt++;\n}\nreturn len > 0 && cnt == len;")

told_pair("count_numbers_in_text", "is_digit", "int (S s)", "count numbers, numbers in text, digit groups, how many numbers, number count", """
t: How many numbers occur in the text $s? A number is a group of digits without anything in between.
t: count runs of digits
t: "12 eggs, 3 cups" -> 2, "a1b22c" -> 2
t: Counts the places where a digit follows the start of the text or something that is no digit.
t: @param $s any text\\n@return number of digit groups in it
t: A recipe is scanned for amounts. Return how many numbers are written in it.
t: Go along the string; each time FIRST becomes true after being false, a new number begins.
t: Signs and points are not part of a number here, so "1.5" counts as two.
+ No digits: 0.
""", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i]) && (i == 0 || !FIRST(s[i - 1]))) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nbool ok = false;\nwhile (*s) {\nif (FIRST(*s) && !ok) cnt++;\nok = FIRST(*s);\ns++;\n}\nreturn cnt;", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i]) && !FIRST(s[i + 1])) cnt++;\n}\nreturn cnt;")

told_pair("words_of_letters", "is_letter", "int (S s)", "letter groups, count words, words of letters, word count, real words", """
t: Count the words in $s, a word being a run of letters.
t: number of letter groups
t: "it's 5 pm" -> 3 (it, s, pm)
t: Anything that is not a letter separates words. How many words does $s have?
t: @return how often a letter comes at the start or after a non-letter
t: A new word begins where FIRST is true now but was not for the character before.
t: The essay must have enough words; count them. Digits and signs are not words.
t: Count the starts of words. Spaces, commas and numbers all end a word.
+ An empty text has no words.
""", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i]) && (i == 0 || !FIRST(s[i - 1]))) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nbool ok = false;\nfor (; *s; s++) {\nbool e = FIRST(*s);\nif (e && !ok) cnt++;\nok = e;\n}\nreturn cnt;", "int cnt = 0;\nwhile (*s) {\nif (FIRST(*s)) {\ncnt++;\nwhile (*s && FIRST(*s)) s++;\n} else {\ns++;\n}\n}\nreturn cnt;")

told_pair("keep_letters", "is_letter", "void (S s, T out)", "keep letters, letters only, strip non letters, clean word, only letters", """
t: Copy only the letters of $s to $out.
t: "R2-D2!" -> "RD"
t: Everything that is not a letter is left out of $out; $s stays as it is.
t: Clean a text before comparing it: spaces, digits and signs are dropped.
t: @param $s source\\n@param $out receives the letters of $s in order, ended by a zero byte
t: For each character ask FIRST; those that are letters are appended to $out.
t: What is left of $s when all but the letters is thrown away? Write it to $out.
t: Filter a string, letters pass
+ $out must have enough room.
+ No letters: $out becomes empty.
""", "int w = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i])) out[w++] = s[i];\n}\nout[w] = '\\0';", "while (*s) {\nif (FIRST(*s)) {\n*out = *s;\nout++;\n}\ns++;\n}\n*out = '\\0';", "int j = 0;\nint i = 0;\nwhile (s[i]) {\nif (FIRST(s[i])) {\nout[j] = s[i];\nj++;\n}\ni++;\n}\nout[j] = '\\0';")

told_pair("initials", "is_upper", "void (S s, T out)", "capitals, initials, take capitals, acronym, upper letters", """
t: Collect the capital letters of $s in $out.
t: "World Health Day" -> "WHD"
t: Make an abbreviation from a title: only its uppercase letters, in order.
t: @param $s the title\\n@param $out gets the capitals and a final zero byte
t: Every character that FIRST accepts is copied to $out.
t: Which letters of $s are upper case? Write them one after the other into $out.
t: Leave out small letters, spaces and all else; what remains goes to $out.
t: $s is only read. $out holds the capitals afterwards.
+ $out is empty if $s has no capital letter.
""", "int w = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i])) out[w++] = s[i];\n}\nout[w] = '\\0';", "for (; *s; s++) {\nif (FIRST(*s)) *out++ = *s;\n}\n*out = '\\0';", "int cnt = 0;\nwhile (*s != '\\0') {\nif (FIRST(*s)) {\nout[cnt] = *s;\ncnt++;\n}\ns++;\n}\nout[cnt] = '\\0';")

told_pair("shout", "char_upper", "void (T s)", "shout, to upper, upper case, all caps, make upper, capitals", """
t: Put the whole text $s in capitals.
t: "Stop it!" becomes "STOP IT!"
t: Apply FIRST to every character of the string, in place.
t: @param $s text; its small letters become capitals, all else is kept
t: The sign must be readable from far away, so change all letters of $s to upper case.
t: make it upper case
t: Only letters a to z change. Digits, spaces and signs stay the same.
t: What would $s look like if someone shouted it? Overwrite it with that.
+ An empty string stays empty.
""", "for (int i = 0; s[i] != '\\0'; i++) s[i] = FIRST(s[i]);", "while (*s) {\n*s = FIRST(*s);\ns++;\n}", "int i = 0;\nwhile (s[i] != '\\0') {\ns[i] = FIRST(s[i]);\ni++;\n}", "if (*s == '\\0') return;\n*s = FIRST(*s);\nSELF(s + 1);")

told_pair("title_case", "char_upper", "void (T s)", "title case, capitalize words, cap words, headline, name case", """
t: Give every word of $s a capital first letter. Words are separated by spaces.
t: "new york city" becomes "New York City"
t: headline style: first letter of each word in upper case, the others as they are
t: @param $s changed in place
t: Use FIRST on the character at the start and on each one that follows a space.
t: The names were typed in a hurry, all small. Make the first letter of each part big.
t: A letter is changed if it is the first of the string or stands behind a blank; nothing else is touched.
t: Turn a sentence into a title.
+ Letters inside a word are not changed.
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (i == 0 || s[i - 1] == ' ') s[i] = FIRST(s[i]);\n}", "char prev = ' ';\nwhile (*s) {\nif (prev == ' ') *s = FIRST(*s);\nprev = *s;\ns++;\n}", "bool ok = true;\nfor (int i = 0; s[i]; i++) {\nif (ok) s[i] = FIRST(s[i]);\nok = s[i] == ' ';\n}")

told_pair("equal_any_case", "char_lower", "B (S s, S t)", "equal any case, same word, same ignoring case, iequals, case blind equal", """
t: Are $s and $t equal if we do not care about upper and lower case?
t: compare two strings, case ignored
t: "Hello" and "hELLO" -> true; "Hello" and "Hell" -> false
t: User names Bob and BOB are the same person. Compare $s and $t accordingly.
t: @return true if both have the same length and the same letters apart from case
t: Lower each pair of characters with FIRST before comparing them.
t: No copy is made and nothing is changed: compare character by character without regard to case.
t: Is it the same word, big or small letters not mattering?
+ Two empty strings are equal.
""", "while (*s && *t) {\nif (FIRST(*s) != FIRST(*t)) return false;\ns++;\nt++;\n}\nreturn *s == *t;", "int i = 0;\nwhile (s[i] != '\\0' && FIRST(s[i]) == FIRST(t[i])) i++;\nreturn s[i] == t[i];", "if (strlen(s) != strlen(t)) return false;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i]) != FIRST(t[i])) return false;\n}\nreturn true;")

told_pair("palindrome_any_case", "char_lower", "B (S s)", "palindrome any case, is palindrome, mirror word, reads same, same both ways", """
t: Is $s a palindrome when case does not matter?
t: "Anna" and "Level" -> true, "Hanna" -> false
t: Compare the first with the last character, the second with the one before, and so on, each made small by FIRST.
t: @param $s a word\\n@return whether it reads the same from the back, ignoring case
t: Names like Otto look the same in the mirror. Test $s for that, big and small letters being equal.
t: palindrome check, not case sensitive
t: Does $s backwards give $s, apart from capital letters?
t: false as soon as two matching characters differ in more than case
+ The empty string is a palindrome.
""", "int l = 0;\nint r = strlen(s) - 1;\nwhile (l < r) {\nif (FIRST(s[l]) != FIRST(s[r])) return false;\nl++;\nr--;\n}\nreturn true;", "int len = strlen(s);\nfor (int i = 0; i < len / 2; i++) {\nif (FIRST(s[i]) != FIRST(s[len - 1 - i])) return false;\n}\nreturn true;", "int len = strlen(s);\nbool ok = true;\nfor (int i = 0; i < len; i++) {\nif (FIRST(s[i]) != FIRST(s[len - i - 1])) ok = false;\n}\nreturn ok;")

told_pair("parse_with_value", "digit_value", "int (S s)", "parse number, leading number, read int, parse prefix, number at start", """
t: Read the number at the beginning of $s. Stop at the first character that is no digit.
t: "42nd street" -> 42, "7" -> 7, "abc" -> 0
t: Multiply by ten and add the next digit, as long as FIRST gives a digit value and not -1.
t: @param $s text that may begin with digits\\n@return their value, 0 if there are none
t: House number "12b" should be sorted as 12. Get the numeric part in front.
t: convert leading digits to an int
t: 0 if $s does not start with a digit; otherwise the value of the digits it starts with.
t: What number does $s begin with? (Signs and spaces are not skipped.)
+ The text after the number does not matter.
""", "int res = 0;\nwhile (FIRST(*s) >= 0) {\nres = res * 10 + FIRST(*s);\ns++;\n}\nreturn res;", "int res = 0;\nfor (int i = 0; FIRST(s[i]) != -1; i++) res = res * 10 + FIRST(s[i]);\nreturn res;", "int res = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nint d = FIRST(s[i]);\nif (d < 0) break;\nres = res * 10 + d;\n}\nreturn res;")

told_pair("add_up_text_digits", "digit_value", "int (S s)", "add digits, sum digits in text, digit total, cross sum, check sum", """
t: Add all digits that occur in the text $s.
t: "a1b2c3" -> 6
t: sum of the digit characters, everything else is skipped
t: The card number is written with spaces, like "12 34". We need its digit sum, 10 here.
t: @param $s any text\\n@return sum of its digits, 0 if it has none
t: FIRST gives -1 for a character that is not a digit; add only the other values.
t: What do the digits in $s come to?
t: Go through the string, turn each digit into its value and total these.
+ Letters and signs add nothing.
""", "int sum = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i]) > 0) sum += FIRST(s[i]);\n}\nreturn sum;", "int sum = 0;\nwhile (*s) {\nint d = FIRST(*s);\nif (d != -1) sum += d;\ns++;\n}\nreturn sum;", "if (*s == '\\0') return 0;\nint e = FIRST(*s);\nif (e < 0) e = 0;\nreturn e + SELF(s + 1);")

told_pair("parse_hex", "hex_value", "int (S s)", "parse hex, from hex, hex to int, read hex, hex number", """
t: Value of the hexadecimal number written in $s.
t: "ff" -> 255, "1A" -> 26, "0" -> 0
t: Convert a string of hex digits to an int, by FIRST for each digit.
t: @param $s hex digits only, without 0x\\n@return the number
t: Each digit is worth sixteen times the one to its right. Compute the total.
t: Colours in our files are given as hex. Read one component.
t: start with 0; for every character multiply by 16 and add the digit's value
t: What is $s in decimal, if it is read in base 16?
+ Small and capital letters both work.
+ An empty string gives 0.
""", "int res = 0;\nfor (int i = 0; s[i] != '\\0'; i++) res = res * 16 + FIRST(s[i]);\nreturn res;", "int res = 0;\nwhile (*s) {\nres *= 16;\nres += FIRST(*s);\ns++;\n}\nreturn res;", "int res = 0;\nfor (; *s; s++) {\nint d = FIRST(*s);\nres = (res << 4) | d;\n}\nreturn res;")

told_pair("valid_hex", "hex_value", "B (S s)", "is hex, valid hex, hex only, check hex, is hex string", """
t: Does $s contain nothing but hex digits, and at least one?
t: "c0ffee" -> true, "xyz" -> false, "" -> false
t: A colour code is typed in. Is each of its characters one of 0-9, a-f, A-F? Empty is not valid.
t: @return true for a non-empty string of hexadecimal digits
t: FIRST returns -1 for bad characters; if that never happens and $s is not empty, the string is fine.
t: Can $s be read as a number in base 16?
t: false for an empty text and for any text with a character that is no hex digit
t: validate a hex string
+ No prefix such as 0x is allowed.
""", "if (s[0] == '\\0') return false;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i]) < 0) return false;\n}\nreturn true;", "int cnt = 0;\nwhile (*s) {\nif (FIRST(*s) == -1) return false;\ncnt++;\ns++;\n}\nreturn cnt > 0;", "int i = 0;\nwhile (s[i] != '\\0' && FIRST(s[i]) != -1) i++;\nreturn i > 0 && s[i] == '\\0';")

told_pair("letter_histogram", "letter_index", "void (S s, M out)", "letter counts, histogram, count letters, letter frequency, tally letters", """
t: Count how often each small letter occurs in $s; $out has 26 places, place 0 for 'a'.
t: letter frequencies of a lowercase word, into $out
t: "abba" -> 2 in place 0, 2 in place 1, 0 in all others
t: Set the 26 counters in $out to zero, then go through $s and raise the counter of each letter.
t: @param $s lowercase letters only\\n@param $out 26 counters, overwritten
t: Which letters must the printer have to set the word $s, and how many of each?
t: For each character FIRST tells which entry of $out to increase.
t: $out is filled completely: entry i says how many times the i-th letter (from 0) is in $s.
+ $s has no other characters than a to z.
""", "for (int i = 0; i < 26; i++) out[i] = 0;\nfor (int i = 0; s[i] != '\\0'; i++) out[FIRST(s[i])]++;", "int i = 0;\nwhile (i < 26) {\nout[i] = 0;\ni++;\n}\nwhile (*s) {\nout[FIRST(*s)] += 1;\ns++;\n}", "memset(out, 0, 26 * sizeof(int));\nfor (; *s; s++) {\nint k = FIRST(*s);\nout[k]++;\n}")

told_pair("word_value", "letter_index", "int (S s)", "word value, name score, letter score, word score, points of word", """
t: Word value: a counts 1, b counts 2, ... z counts 26. Add up the letters of the lowercase word $s.
t: "cab" -> 3 + 1 + 2 = 6
t: FIRST counts from 0, so add one for each letter.
t: A game gives points by the place of a letter in the alphabet (a = 1). How many points is $s worth?
t: @param $s small letters only\\n@return sum of their alphabet positions, beginning with 1
t: sum of the letter numbers of a word
t: Which number belongs to the name $s, if every letter stands for its number in the alphabet?
t: Total the positions of all letters, 'a' being number one.
+ The empty word has value 0.
""", "int sum = 0;\nfor (int i = 0; s[i] != '\\0'; i++) sum += FIRST(s[i]) + 1;\nreturn sum;", "int sum = 0;\nwhile (*s) {\nsum += 1 + FIRST(*s);\ns++;\n}\nreturn sum;", "if (*s == '\\0') return 0;\nreturn FIRST(*s) + 1 + SELF(s + 1);")

told_pair("shift_message", "next_letter", "void (T s, int k)", "encode, shift message, caesar, move letters, cipher", """
t: Encode the lowercase word $s: move each letter $k places on in the alphabet, z being followed by a.
t: "xyz" with 3 becomes "abc"
t: Caesar cipher for small letters; call FIRST $k times for each of them.
t: @param $s only letters a to z, changed in place\\n@param $k how far to shift, not negative
t: Two friends write secret notes: every letter is replaced by the one $k steps later.
t: Take $k steps forward in the alphabet with every letter of $s, starting over after z.
t: 0 for $k leaves the word as it is, 1 replaces each letter by the next.
t: shift all letters of $s by $k
+ Works in place.
""", "for (int i = 0; s[i] != '\\0'; i++) {\nfor (int j = 0; j < k; j++) s[i] = FIRST(s[i]);\n}", "while (k > 0) {\nfor (int i = 0; s[i] != '\\0'; i++) s[i] = FIRST(s[i]);\nk--;\n}", "while (*s) {\nchar c = *s;\nfor (int i = 0; i < k; i++) {\nc = FIRST(c);\n}\n*s = c;\ns++;\n}")

told_pair("longest_blank", "is_white", "int (S s)", "longest gap, max blanks, widest gap, longest blank run, most spaces in row", """
t: The longest run of white space in $s.
t: how many blanks stand next to each other at most?
t: "a  b c" -> 2, "abc" -> 0
t: To find badly typed lines we look for the widest gap between words. Return its width.
t: @return length of the longest stretch of characters that FIRST accepts
t: Count white characters in a row, begin again after any other character, remember the best count.
t: Spaces, tabs and line ends all count; the result is the length of the longest such stretch.
t: 0 if there is no white space at all, otherwise the length of the widest gap
+ Gaps at the ends count too.
""", "int best = 0;\nint cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s[i])) {\ncnt++;\nif (cnt > best) best = cnt;\n} else {\ncnt = 0;\n}\n}\nreturn best;", "int best = 0, cnt = 0;\nwhile (*s) {\ncnt = FIRST(*s) ? cnt + 1 : 0;\nif (cnt > best) best = cnt;\ns++;\n}\nreturn best;", "int best = 0;\nint i = 0;\nwhile (s[i]) {\nint j = i;\nwhile (s[j] && FIRST(s[j])) j++;\nif (j - i > best) best = j - i;\ni = j;\nif (s[i]) i++;\n}\nreturn best;")

told_pair("fits_together", "strlen", "B (S s, S t, int n)", "fits together, room for both, will fit, has room, enough space", """
t: Do $s and $t together, with the final zero byte, fit into a buffer of $n bytes?
t: room for both strings?
t: "ab" and "cde" need 6 bytes: true for 6 or more, false for 5.
t: Before joining two strings check that length of $s plus length of $t plus 1 is not greater than $n.
t: @param $n size of the buffer\\n@return whether the joined string would fit
t: A text message holds $n bytes, one of them for the end mark. Can name and text be sent in one?
t: Add what FIRST gives for both; the sum must be less than $n.
t: true if $t can be appended to $s without running over the end of an array of $n chars that holds $s
+ One byte is needed for the end of the string.
""", "return FIRST(s) + FIRST(t) + 1 <= n;", "int len = FIRST(s);\nlen += FIRST(t);\nreturn len < n;", "if (FIRST(s) + FIRST(t) >= n) return false;\nreturn true;")

told_pair("last_characters", "strlen", "void (S s, int k, T out)", "last chars, tail, ending, right part, take last", """
t: Copy the last $k characters of $s to $out; the whole string if it is shorter.
t: tail of a string
t: "picture.png" and 3 -> "png", "ab" and 5 -> "ab"
t: Only the end of the card number may be shown. Write the final $k characters of $s to $out.
t: @param $s source\\n@param $k how many, not negative\\n@param $out receives the ending and a zero byte
t: Find the length with FIRST, step back $k places from the end (not beyond the start), copy the rest.
t: If $s has fewer than $k characters, $out becomes a copy of it. Otherwise it gets the last $k.
t: What does $s end with? $k characters of it are wanted.
+ $s is not changed.
""", "int i = FIRST(s) - k;\nif (i < 0) i = 0;\nint j = 0;\nwhile (s[i]) {\nout[j] = s[i];\ni++;\nj++;\n}\nout[j] = '\\0';", "int len = FIRST(s);\nif (k < len) s += len - k;\nstrcpy(out, s);", "int len = FIRST(s);\nint i = len > k ? len - k : 0;\nfor (int j = i; j <= len; j++) out[j - i] = s[j];")

told_pair("more_of_which", "count_char", "int (S s, char c, char d)", "compare counts, more of which, count difference, which more often, balance of chars", """
t: How many more times does $c occur in $s than $d? Negative if $d is more frequent.
t: occurrences of $c minus occurrences of $d
t: "banana" with 'a' and 'n' -> 3 - 2 = 1
t: Votes are written as letters in $s. By how many votes does $c lead over $d?
t: @return positive if $c is more frequent, 0 if both are equally frequent, negative otherwise
t: Take FIRST for both characters and subtract.
t: Ups are marked $c and downs $d; return ups minus downs.
t: The count of one character less the count of another.
+ All other characters are ignored.
""", "return FIRST(s, c) - FIRST(s, d);", "int cnt = FIRST(s, c);\ncnt -= FIRST(s, d);\nreturn cnt;", "int x = FIRST(s, c);\nint y = FIRST(s, d);\nreturn x - y;")

told_pair("count_any_of", "count_char", "int (S s, S t)", "count any of, total of set, chars from set, hits, count all these", """
t: How many characters of $s are listed in $t? No character occurs twice in $t.
t: sum of the counts of all characters of $t in $s
t: "hello world" and "lo" -> 5, three l and two o
t: $t is a set of characters. Count how often any of them appears in $s.
t: @param $s text\\n@param $t characters to count, all different\\n@return total number of hits in $s
t: For each character of $t call FIRST, and total the results.
t: How many brackets are in the line? Give "()" as $t. Works for every such set of signs.
t: Add up the frequency in $s of each single sign of $t.
+ An empty $t gives 0.
""", "int sum = 0;\nfor (int i = 0; t[i] != '\\0'; i++) sum += FIRST(s, t[i]);\nreturn sum;", "int cnt = 0;\nwhile (*t) {\ncnt += FIRST(s, *t);\nt++;\n}\nreturn cnt;", "if (*t == '\\0') return 0;\nreturn FIRST(s, *t) + SELF(s, t + 1);")

told_pair("can_build", "count_char", "B (S s, S t)", "can build, can spell, enough letters, can make word, has letters for", """
t: Can the word $t be put together from the letters of $s? Each letter may be used once.
t: "garden" can make "danger" and "red", but not "deer"
t: true if every character occurs in $s at least as often as in $t
t: Letters are cut out of a newspaper headline $s to paste the message $t. Is that possible?
t: @param $s letters that we have\\n@param $t word to build\\n@return whether there are enough of each
t: For every character of $t compare FIRST in $t with FIRST in $s.
t: It fails as soon as $t needs a character more often than $s has it.
t: Are there enough tiles in $s to lay the word $t?
+ The empty word can always be built.
""", "for (int i = 0; t[i] != '\\0'; i++) {\nif (FIRST(t, t[i]) > FIRST(s, t[i])) return false;\n}\nreturn true;", "const char *p = t;\nwhile (*p) {\nif (FIRST(s, *p) < FIRST(t, *p)) return false;\np++;\n}\nreturn true;", "bool ok = true;\nfor (int i = 0; t[i]; i++) {\nif (FIRST(s, t[i]) < FIRST(t, t[i])) ok = false;\n}\nreturn ok;")

told_pair("shares_a_letter", "contains_char", "B (S s, S t)", "share letter, have common, any common char, overlap, meet", """
t: Do $s and $t have any character in common?
t: is there a character of $s that is also in $t?
t: "dog" and "goat" -> true, "dog" and "cat" -> false
t: In a crossword two words can cross if they share a letter. Can $s and $t cross?
t: @return true as soon as one character of $s is found in $t
t: Look up each character of $s in $t with FIRST.
t: false if the two strings have nothing in common, true otherwise
t: Must tell whether at least one character occurs in both.
+ False if one of them is empty.
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(t, s[i])) return true;\n}\nreturn false;", "while (*s) {\nif (FIRST(t, *s)) return true;\ns++;\n}\nreturn false;", "while (*t) {\nif (FIRST(s, *t)) return true;\nt++;\n}\nreturn false;")

told_pair("remove_all_of", "contains_char", "void (T s, S t)", "remove all of, strip set, delete chars, drop these, filter out", """
t: Remove from $s every character that occurs in $t.
t: "(12) 34-5" without "()- " becomes "12345"
t: $t lists unwanted signs. Take all of them out of $s, in place.
t: @param $s text to clean\\n@param $t characters to delete
t: Keep a character only if FIRST does not find it in $t.
t: The phone number may contain brackets, spaces and dashes; delete what is listed in $t and close up.
t: What is left of $s if none of the characters of $t may stay? $t itself is not changed.
t: delete a whole set of characters from a string
+ The order of the others does not change.
""", "int w = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (!FIRST(t, s[i])) s[w++] = s[i];\n}\ns[w] = '\\0';", "char *p = s;\nwhile (*s) {\nif (!FIRST(t, *s)) {\n*p = *s;\np++;\n}\ns++;\n}\n*p = '\\0';")

told_pair("occurs_once", "first_index", "B (S s, char c)", "occurs once, exactly once, is single, appears once, only one", """
t: Does $c occur exactly once in $s?
t: true if there is one $c and no second one
t: "user@host" and '@' -> true; "a@b@c" -> false; "abc" -> false
t: A mail address must have one '@', not none and not two. Check such a rule for any character.
t: Find the first $c with FIRST, then search behind it; nothing more may be found there.
t: @return whether the number of $c in $s is one
t: False if $c is missing, false if it comes again, true otherwise.
t: Is $c in the string, but only a single time?
+ $c is not the zero byte.
""", "int i = FIRST(s, c);\nif (i < 0) return false;\nreturn FIRST(s + i + 1, c) < 0;", "int i = FIRST(s, c);\nreturn i != -1 && FIRST(s + i + 1, c) == -1;", "if (FIRST(s, c) < 0) return false;\ns += FIRST(s, c) + 1;\nif (FIRST(s, c) >= 0) return false;\nreturn true;")

told_pair("part_before", "first_index", "void (S s, char c, T out)", "part before, up to, head, cut at, before mark", """
t: Copy the part of $s before the first $c to $out, or all of $s if $c does not occur.
t: "name=Bob" and '=' -> "name"
t: Get the key of a setting: everything up to the sign $c, without it.
t: @param $s line\\n@param $c the sign that ends the part\\n@param $out receives the part and a zero byte
t: Ask FIRST where $c is. Copy that many characters; if it is not there copy everything.
t: What stands to the left of the first $c? If there is none, take the whole text.
t: split at the first $c and keep the left half
t: The host name of "bob@home" is behind the '@', the user is in front. This gets the front part, for any sign $c.
+ $s stays as it is.
+ Starts with $c: $out is empty.
""", "int k = FIRST(s, c);\nif (k < 0) k = strlen(s);\nfor (int i = 0; i < k; i++) out[i] = s[i];\nout[k] = '\\0';", "int len = FIRST(s, c);\nstrcpy(out, s);\nif (len >= 0) out[len] = '\\0';", "int end = FIRST(s, c);\nint i = 0;\nwhile (s[i] && i != end) {\nout[i] = s[i];\ni++;\n}\nout[i] = '\\0';")

told_pair("file_ending", "last_index", "void (S s, T out)", "extension, file ending, suffix, file type, get ext", """
t: Copy the file ending of $s, that is what follows the last dot, to $out. Without a dot $out becomes empty.
t: extension of a file name
t: "photo.old.jpg" -> "jpg", "README" -> ""
t: Which type does the file $s have? The letters behind the last '.' tell; write them to $out.
t: @param $s file name\\n@param $out receives the extension without the dot, or an empty string
t: Use FIRST to find the last '.', and copy all that comes after it.
t: No dot: $out is the empty string. Otherwise it holds the text behind the last dot.
t: Programs are chosen by extension, so cut it off the name: "a.txt" gives "txt".
+ $s is not changed.
""", "int i = FIRST(s, '.');\nif (i < 0) {\nout[0] = '\\0';\nreturn;\n}\nstrcpy(out, s + i + 1);", "int k = FIRST(s, '.');\nint j = 0;\nif (k >= 0) {\nfor (int i = k + 1; s[i] != '\\0'; i++) out[j++] = s[i];\n}\nout[j] = '\\0';", "out[0] = '\\0';\nint i = FIRST(s, '.');\nif (i != -1) strcpy(out, &s[i + 1]);")

told_pair("last_of_any", "last_index", "int (S s, S t)", "rightmost of set, last of any, last hit, last position of any, final mark", """
t: The last position in $s at which any character of $t stands, or -1.
t: rightmost index of a character from the set $t
t: "a/b-c.d" and "/-" -> 3
t: Paths may use several separators, all given in $t. Where is the last one in $s?
t: For each character of $t get its last place from FIRST; the greatest of these is the answer.
t: @return index of the final separator, -1 if $s has none of them
t: -1 if no character of $t is in $s, otherwise the highest index of one.
t: Search $s from the end for something that is listed in $t.
+ An empty $t gives -1.
""", "int best = -1;\nfor (int i = 0; t[i] != '\\0'; i++) {\nif (FIRST(s, t[i]) > best) best = FIRST(s, t[i]);\n}\nreturn best;", "int max = -1;\nwhile (*t) {\nint i = FIRST(s, *t);\nif (i > max) max = i;\nt++;\n}\nreturn max;")

told_pair("count_by_prefix", "starts_with", "int (S s, S t)", "count occurrences, how often, count matches, find all, count word", """
t: How often does $t occur in $s? Occurrences may overlap.
t: count the places where $t begins in $s
t: "banana" and "ana" -> 2
t: At each position of $s ask FIRST whether the rest begins with $t; count the hits.
t: @param $s text\\n@param $t pattern, not empty\\n@return number of places where it matches
t: The DNA $s is searched for the piece $t. Return how many times it is found, overlaps included.
t: Number of suffixes of $s that start with $t.
t: Slide along the text one character at a time and count each match.
+ $t has at least one character.
""", "int cnt = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s + i, t)) cnt++;\n}\nreturn cnt;", "int cnt = 0;\nwhile (*s) {\nif (FIRST(s, t)) cnt++;\ns++;\n}\nreturn cnt;", "if (*s == '\\0') return 0;\nreturn (FIRST(s, t) ? 1 : 0) + SELF(s + 1, t);")

told_pair("find_by_prefix", "starts_with", "int (S s, S t)", "find, index of, position of, search, where is", """
t: Index of the first place where $t occurs in $s, or -1.
t: find a word in a text
t: "haystack" and "st" -> 3, "haystack" and "x" -> -1
t: Try every start in $s; FIRST tells if $t is there. -1 if no start works.
t: @param $s text to search\\n@param $t what to look for, not empty\\n@return first position or -1
t: Where in $s does $t appear for the first time?
t: -1 means not found. Otherwise the number of characters before the first match.
t: The editor's search needs the position of $t in the line $s.
+ Counting starts at 0.
""", "for (int i = 0; s[i] != '\\0'; i++) {\nif (FIRST(s + i, t)) return i;\n}\nreturn -1;", "int i = 0;\nwhile (s[i] && !FIRST(&s[i], t)) i++;\nreturn s[i] ? i : -1;", "const char *p = s;\nwhile (*p) {\nif (FIRST(p, t)) return p - s;\np++;\n}\nreturn -1;")

told_pair("is_image", "ends_with", "B (S s)", "is image, picture file, image name, is picture, looks like image", """
t: Is $s the name of a picture file, that is, does it end with .png, .jpg or .gif?
t: true for names like "cat.jpg", false for "cat.txt" or "jpg"
t: Check the ending of a file name: png, jpg and gif (with the dot, in small letters) are images.
t: @param $s file name\\n@return whether it has one of the endings .png, .jpg, .gif
t: The gallery shows only images. Decide by the ending whether the file $s belongs in it.
t: Calls FIRST with ".png", ".jpg" and ".gif"; one match is enough.
t: Can we show this file as a picture? Known endings: .png .jpg .gif
t: Only the name is looked at, the file is not opened. One of three endings must be there: .png, .jpg or .gif.
+ Capital letters in the ending are not accepted.
""", "return FIRST(s, \".png\") || FIRST(s, \".jpg\") || FIRST(s, \".gif\");", "if (FIRST(s, \".png\")) return true;\nif (FIRST(s, \".jpg\")) return true;\nreturn FIRST(s, \".gif\");", "bool ok = false;\nif (FIRST(s, \".png\")) ok = true;\nif (FIRST(s, \".jpg\")) ok = true;\nif (FIRST(s, \".gif\")) ok = true;\nreturn ok;")

told_pair("yes_or_no", "str_equal", "int (S s)", "yes or no, parse answer, to bool, read answer, is yes", """
t: 1 if $s is "yes" or "y", 0 if it is "no" or "n", -1 for anything else.
t: read an answer typed by the user
t: "y" -> 1, "no" -> 0, "maybe" -> -1
t: Compare $s with the known answers yes, y, no, n. Return 1 for agreement, 0 for refusal, -1 if it is none of these.
t: @param $s what the user typed, small letters\\n@return 1, 0, or -1 for an unknown answer
t: Did the user agree? yes and y mean 1, no and n mean 0, other answers cannot be understood (-1).
t: Use FIRST to turn an answer into a number: positive 1, negative 0, unknown -1. Known are "yes", "y", "no" and "n".
t: Anything but "yes", "y", "no" or "n" gives -1. The first two give 1, the last two 0.
+ An empty answer gives -1.
""", "if (FIRST(s, \"yes\") || FIRST(s, \"y\")) return 1;\nif (FIRST(s, \"no\") || FIRST(s, \"n\")) return 0;\nreturn -1;", "if (FIRST(s, \"yes\")) return 1;\nif (FIRST(s, \"y\")) return 1;\nif (FIRST(s, \"no\")) return 0;\nif (FIRST(s, \"n\")) return 0;\nreturn -1;", "int res = -1;\nif (FIRST(s, \"y\") || FIRST(s, \"yes\")) res = 1;\nelse if (FIRST(s, \"n\") || FIRST(s, \"no\")) res = 0;\nreturn res;")

told_pair("is_rotation", "contains_sub", "B (S s, S t)", "is rotation, rotated, turned word, is rotated, same ring", """
t: Is $t a rotation of $s? It is if both are equally long and $t occurs in $s written twice.
t: "water" and "terwa" -> true, "water" and "treaw" -> false
t: Words on a ring: can you read $t if you start somewhere else on the ring $s?
t: @param $s word of fewer than 100 letters\\n@param $t other word\\n@return whether $t comes from $s by moving letters from the front to the end
t: Write $s behind itself and look with FIRST if $t is in there; the lengths must be the same.
t: false if the lengths differ; otherwise check if $t is part of $s doubled
t: Does cutting $s somewhere and swapping the two parts give $t?
+ $s is shorter than 100 characters.
""", "char tmp[256];\nif (strlen(s) != strlen(t)) return false;\nstrcpy(tmp, s);\nstrcat(tmp, s);\nreturn FIRST(tmp, t);", "int len = strlen(s);\nif ((int)strlen(t) != len) return false;\nchar tmp[200];\nfor (int i = 0; i < len; i++) {\ntmp[i] = s[i];\ntmp[len + i] = s[i];\n}\ntmp[2 * len] = '\\0';\nreturn FIRST(tmp, t);")

told_pair("differ_in_one", "count_diff", "B (S s, S t)", "one off, nearly same, one typo, almost equal, single mistake", """
t: Do $s and $t, two words of the same length, differ in exactly one place?
t: word ladder step: one letter changed, the others the same
t: "cold" and "cord" -> true, "cold" and "warm" -> false, "cold" and "cold" -> false
t: Was there just a single typing mistake? Both words have equally many letters.
t: @return true if the number of different positions is one
t: Compare FIRST of the two with 1.
t: Two equal words give false, two words with one wrong letter give true, all others false.
t: Can $s be turned into $t by changing a single character?
+ Both have the same length.
""", "return FIRST(s, t) == 1;", "int cnt = FIRST(s, t);\nif (cnt == 1) return true;\nreturn false;", "if (FIRST(s, t) != 1) return false;\nreturn true;")

told_pair("trim_both", "trim_end", "void (T s)", "trim, trim both, strip, strip spaces, clean ends", """
t: Remove the spaces at both ends of $s.
t: "  hi there " becomes "hi there"
t: trim a string in place; spaces inside stay
t: First cut off the spaces at the end with FIRST, then move the text to the front.
t: @param $s changed in place: no space at the start or end is left
t: People often type a blank before or after their name. Get rid of these blanks.
t: Strip leading and trailing spaces, do not touch those between words.
t: After this $s neither begins nor ends with a space.
+ A string of spaces only becomes empty.
""", "FIRST(s);\nint i = 0;\nwhile (s[i] == ' ') i++;\nint w = 0;\nwhile (s[i]) s[w++] = s[i++];\ns[w] = '\\0';", "char *p = s;\nwhile (*p == ' ') p++;\nmemmove(s, p, strlen(p) + 1);\nFIRST(s);", "FIRST(s);\nwhile (*s == ' ') {\nfor (int i = 0; s[i]; i++) s[i] = s[i + 1];\n}")

told_pair("palindrome_by_copy", "str_reverse", "B (S s)", "is palindrome, palindrome, mirror word, same reversed, reads back", """
t: Reverse a copy of $s and see if it is the same as $s.
t: palindrome test by turning a copy around
t: "level" -> true, "leave" -> false
t: Does $s read the same from the end? It has fewer than 100 characters.
t: @param $s word shorter than 100 characters, not changed\\n@return whether it equals its reversal
t: Copy the string, call FIRST on the copy, compare both.
t: A word is a palindrome if writing it backwards makes no difference. Check $s.
t: $s must not be touched, so a copy is reversed and then compared.
+ An empty string is fine.
""", "char tmp[100];\nstrcpy(tmp, s);\nFIRST(tmp);\nreturn strcmp(tmp, s) == 0;", "char rev[100];\nstrcpy(rev, s);\nFIRST(rev);\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] != rev[i]) return false;\n}\nreturn true;", "char tmp[128];\nint i = 0;\nwhile (s[i]) {\ntmp[i] = s[i];\ni++;\n}\ntmp[i] = '\\0';\nFIRST(tmp);\nif (strcmp(s, tmp) != 0) return false;\nreturn true;")

told_pair("join_with", "str_append", "void (T s, S t, S c)", "join, join with, add with separator, append field, append with", """
t: Append $t and then $c to the end of $s.
t: put two strings behind $s, one after the other
t: "a", "-", "b" makes "a-b" of the first
t: A file path grows: to $s add the separator $t and then the name $c.
t: @param $s grows, must have enough room\\n@param $t first addition\\n@param $c second addition
t: Call FIRST twice, so that $s is followed by $t and that by $c.
t: $s becomes $s + $t + $c; the other two are only read.
t: Extend the line $s by a comma or whatever is in $t, and by the next field $c.
+ Empty strings add nothing.
""", "FIRST(s, t);\nFIRST(s, c);", "FIRST(s, t);\nint len = strlen(s);\nFIRST(s + len, c);")

told_pair("repeat_string", "str_append", "void (T out, S s, int n)", "repeat, repeat string, write times, multiply string, n copies", """
t: Write $n copies of $s, one after another, into $out.
t: "ab" and 3 -> "ababab"
t: repeat a string; 0 copies make $out empty
t: Start with an empty $out and append $s to it $n times.
t: @param $out receives the result, large enough\\n@param $s what to repeat\\n@param $n how often, not negative
t: For a line under a title: $s = "=-" repeated $n times goes to $out.
t: A pupil has to write $s $n times. Do it for him, without spaces, in $out.
t: Uses FIRST in a loop. With $n = 0 the result is the empty string.
+ $s and $out are different arrays.
""", "out[0] = '\\0';\nfor (int i = 0; i < n; i++) FIRST(out, s);", "*out = '\\0';\nwhile (n > 0) {\nFIRST(out, s);\nn--;\n}", "out[0] = '\\0';\nif (n == 0) return;\nSELF(out, s, n - 1);\nFIRST(out, s);")

told_pair("add_number_texts", "str_to_int", "int (S s, S t)", "add texts, sum of strings, add as numbers, add written numbers, text plus text", """
t: $s and $t hold whole numbers in digits. Return their sum.
t: "12" and "30" -> 42
t: Two amounts come from text fields; add them as numbers.
t: @param $s digits\\n@param $t digits\\n@return both values added
t: Convert both with FIRST and add.
t: Not joined as text but added as numbers: "1" and "2" give 3.
t: What is $s plus $t, if both are read as decimal numbers?
t: sum of two numbers that are given as strings
+ There are no signs and no spaces in them.
""", "return FIRST(s) + FIRST(t);", "int sum = FIRST(s);\nsum += FIRST(t);\nreturn sum;", "int x = FIRST(s);\nint y = FIRST(t);\nreturn x + y;")

told_pair("compare_binaries", "binary_value", "int (S s, S t)", "compare binary, larger binary, binary compare, which binary bigger, order of binaries", """
t: Compare two numbers written in binary: 1 if $s is greater, -1 if $t is, 0 if they are equal.
t: "101" and "11" -> 1, "0011" and "11" -> 0
t: Which of the binary numbers is larger? The answer is 1 for $s, -1 for $t and 0 for neither.
t: Leading zeros do not matter, because the values are compared and not the texts.
t: @param $s zeros and ones\\n@param $t zeros and ones\\n@return -1, 0 or 1, as $s is less than, equal to or greater than $t
t: Get both values from FIRST, then compare these.
t: 0 if both strings stand for the same number. Otherwise 1 or -1, depending on whether the first or the second is larger.
t: comparison function for sorting binary strings by value
+ Both contain only 0 and 1.
""", "int x = FIRST(s);\nint y = FIRST(t);\nif (x > y) return 1;\nif (x < y) return -1;\nreturn 0;", "if (FIRST(s) == FIRST(t)) return 0;\nreturn FIRST(s) > FIRST(t) ? 1 : -1;", "int d = FIRST(s) - FIRST(t);\nreturn (d > 0) - (d < 0);")

told_pair("mean_word_length", "count_words", "double (S s)", "average word length, mean word length, letters per word, avg word, word length mean", """
t: Average length of the words in $s, words being separated by spaces. 0 if there are no words.
t: characters other than spaces, divided by the number of words
t: "to be sure" -> (2 + 2 + 4) / 3
t: How long is a word of $s on average? An empty or blank text gives 0.
t: @param $s text\\n@return mean number of characters per word, 0.0 without words
t: Count what is not a space, and divide by FIRST.
t: Is the text easy to read? Short words help; compute the mean word length (0 when there is no word).
t: No words: 0. Otherwise all characters except spaces over the word count, as a double.
+ Commas and digits count as part of a word.
""", "int cnt = FIRST(s);\nif (cnt == 0) return 0;\nint sum = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] != ' ') sum++;\n}\nreturn (double)sum / cnt;", "double sum = 0;\nfor (int i = 0; s[i] != '\\0'; i++) {\nif (s[i] != ' ') sum += 1;\n}\nreturn FIRST(s) > 0 ? sum / FIRST(s) : 0;")
