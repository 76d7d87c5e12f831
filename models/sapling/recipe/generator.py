"""Writes the corpus: JSONL, one document a line, with `prompt` and `completion` (for plain text
the prompt is empty), `kind` and `idea`.

    python generator.py --documents 400000 --seed 20 --out corpus.jsonl
"""

import argparse
import json
import multiprocessing
import random

import arrays
import ideas
import ideas_arrays
import ideas_more
import ideas_numbers
import ideas_strings
import ideas_wide
import ideas_wide2
import pairs
import pairs_told
import plain
import wording

KNOWN = [t for t in arrays.TRIPLES if not arrays.held_out(*t)]
# What short tasks ask for most: these ideas are written four times as often as the others.
CORE = set("""
max2 min2 max3 min3 abs sign clamp absdiff even odd divisible inrange prime gcd lcm factorial factorial_int fib power power_int
pow2 perfect_square perfect count_divisors sum_divisors sum_proper_divisors collatz leap digit_sum digit_count digit_prod digit_max
digit_min digit_rev num_palindrome count_digit digital_root sum_to_n sum_range sum_even_to_n sum_odd_to_n sum_multiples sum35 sum_squares_to
count_primes smallest_divisor popcount bit_parity test_bit set_bit clear_bit toggle_bit highest_bit hamming_distance grade fee triangle_valid
triangle_type c2f f2c circle_area rect_area triangle_area hypot dist2d discount mean_d avg2 seconds
strlen count_char count_vowels count_upper count_lower count_digits count_spaces count_letters count_words remove_spaces remove_char
str_reverse to_upper to_lower swap_case capitalize str_palindrome first_index last_index contains_char replace_char replace_spaces
starts_with ends_with str_equal caesar str_to_int sum_digits_str has_digits all_digits longest_word
reverse map_double map_square map_negate map_inc map_absall map_zero map_zeroneg map_addk map_mulk map_fill replace_val swap swap_elems
rotate_left rotate_right sorted_asc sorted_desc sorted_strict sorted_same second_max argmax argmin range prefix_sums count_rises
dot arrays_equal positions_equal positions_diff zip_add arr_palindrome has_dup all_distinct remove_zeros sort alternating_sum
out_copy out_reversed above_avg days_in_month compare int_avg even_minus_odd count_common digits_to_number binary_search
""".split())
MODULES = (ideas_numbers, ideas_strings, ideas_arrays, ideas_more, ideas_wide, ideas_wide2, pairs_told)


def function_document(rng, f):
    text = wording.comment(rng, f.sentences, f.examples)
    return f"{text}\n{f.signature()} {{", f"\n{f.body}\n}}\n"


def pair_document(rng, first, second):
    """Both comments and prototypes, then the two definitions; or the two functions one by one."""
    one, two = wording.comment(rng, first.sentences), wording.comment(rng, second.sentences)
    if rng.random() < 0.6:
        prompt = f"{one}\n{first.signature()};\n\n{two}\n{second.signature()};\n\n{first.signature()} {{"
        return prompt, f"\n{first.body}\n}}\n\n{second.signature()} {{\n{second.body}\n}}\n"
    prompt = f"{one}\n{first.signature()} {{"
    return prompt, f"\n{first.body}\n}}\n\n{two}\n{second.signature()} {{\n{second.body}\n}}\n"


def document(rng):
    pick = rng.random()
    if pick < 0.26:
        f = arrays.write(rng, KNOWN)
    elif pick < 0.80:
        weights = [4 if i["key"] in CORE else 1 for i in ideas.IDEAS]
        f = ideas.write(rng, rng.choices(ideas.IDEAS, weights)[0])
    elif pick < 0.93:
        first, second = pairs.write(rng)
        prompt, completion = pair_document(rng, first, second)
        return dict(kind="pair", idea=second.idea, prompt=prompt, completion=completion)
    else:
        kind = rng.choice(["word_problem", "prose", "record"])
        return dict(kind=kind, idea=kind, prompt="", completion=getattr(plain, kind)(rng))
    prompt, completion = function_document(rng, f)
    return dict(kind="function", idea=f.idea, prompt=prompt, completion=completion)


def chunk(job):
    seed, part, count = job
    rng = random.Random(f"{seed}/{part}")
    return [json.dumps(document(rng)) for _ in range(count)]


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--documents", type=int, default=400000)
    a.add_argument("--seed", type=int, default=20)
    a.add_argument("--processes", type=int, default=2)
    a.add_argument("--out", required=True)
    args = a.parse_args()
    size = 2000
    jobs = [(args.seed, i, size) for i in range(args.documents // size)]
    with open(args.out, "w") as out, multiprocessing.Pool(args.processes) as pool:
        for lines in pool.imap(chunk, jobs):
            out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
