#!/usr/bin/env python3
"""Where the Unicode tables that HF tokenizers splits and normalises by differ from those of our libraries.

usage: python3 tests/golden/tokenizer/unicode.py     (from the repository's root)

Writes engine/tok_unicode.inc (the two tables of differences) and tests/golden/tokenizer/classes.txt (what the C test holds
every code point to). HF tokenizers splits by Oniguruma (Unicode 16.0) and normalises by a crate of Unicode 9.0; PCRE2 10.42
has Unicode 14.0, utf8proc 2.8.0 has 15.0. This Python's unicodedata stands for 14.0; whatever came after 14.0 is
unassigned in 9.0, so utf8proc's own 15.0 needs no separate look."""
import sys
import unicodedata
from collections import defaultdict

from tokenizers import Regex
from tokenizers.normalizers import NFC, NFD, NFKC, NFKD
from tokenizers.pre_tokenizers import Split

assert unicodedata.unidata_version == "14.0.0", "needs Python 3.11: unicodedata of Unicode 14.0"
ALL = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
CATEGORIES = ("Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn").split()
FORMS = {"NFC": NFC(), "NFD": NFD(), "NFKC": NFKC(), "NFKD": NFKD()}

# A code point of the same category that every Unicode version since 14.0 agrees on, 3 and 4 bytes long in UTF-8.
STAND_IN = {
    "Lu": (0x1E00, 0x10400), "Ll": (0x1E01, 0x10428), "Lm": (0x1D2C, 0x16F93), "Lo": (0x1401, 0x10000),
    "Mn": (0x1DC0, 0x101FD), "Mc": (0x0903, 0x1D165), "Nd": (0x0966, 0x104A0), "No": (0x2460, 0x10107),
    "Pd": (0x2010, 0x10EAD), "Po": (0x0964, 0x10100), "Sm": (0x2200, 0x1D6C1), "So": (0x2300, 0x1D000),
    "Cf": (0x2060, 0x1D173),
}
SCRIPT_STAND_IN = {"Han": 0x20000, "Hiragana": 0x1B150, "Katakana": 0x1B164}


def matching(pattern):
    """Code points that a one-character pattern matches in HF tokenizers."""
    split, found = Split(Regex(pattern), "removed", invert=True), set()
    for i in range(0, len(ALL), 65536):
        for piece, _ in split.pre_tokenize_str("".join(map(chr, ALL[i:i + 65536]))):
            found.update(map(ord, piece))
    return found


def ranges(points):
    out = []
    for c in sorted(points):
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def class_differences():
    """{code point: stand-in} where PCRE2 10.42 puts it into another class."""
    script = {name: matching(r"\p{%s}" % name) for name in SCRIPT_STAND_IN}
    category = {c: k for k in CATEGORIES for c in matching(r"\p{%s}" % k)}
    spaces = matching(r"\s")
    out = {}
    for c in ALL:
        # PCRE2 counts U+180E as \s (Unicode 6.3 took it out of White_Space); it is the only one, checked by the C test.
        if category[c] == unicodedata.category(chr(c)) and c != 0x180E:
            continue
        if category[c] in ("Co", "Cn"):
            sys.exit("U+%04X was unassigned: no stand-in for that" % c)
        named = [SCRIPT_STAND_IN[s] for s in script if c in script[s]]
        out[c] = named[0] if named else STAND_IN[category[c]][c > 0xFFFF]
        assert len(chr(out[c]).encode()) == len(chr(c).encode())
        assert category[out[c]] == unicodedata.category(chr(out[c])) == category[c] and out[c] not in spaces
    return out


def norm_differences(late):
    """Code points that HF's normalisation leaves alone, because its tables are older, and unicodedata does not."""
    out = set()
    for c in ALL:
        if c in late:
            continue
        # Beside itself: behind a mark of a high class and before one of the lowest, where reordering shows.
        for text in (chr(c), chr(c) + "\u0334", "\u0345" + chr(c)):
            for form, norm in FORMS.items():
                if unicodedata.normalize(form, text) != norm.normalize_str(text):
                    assert norm.normalize_str(chr(c)) == chr(c), "U+%04X is not inert" % c
                    out.add(c)
    for c in list(out):  # a composed one that is new: its second half must not be composed either
        parts = unicodedata.normalize("NFD", chr(c))
        if len(parts) == 2:
            out.add(ord(parts[1]))
    return out


def write_tables(late, inert):
    with open("engine/tok_unicode.inc", "w") as f:
        f.write("/* Made by tests/golden/tokenizer/unicode.py; engine/tok_unicode.h says what it is for. */\n\n")
        f.write("/* First and last code point, and the one that stands in for them: %d in all. */\n" % len(late))
        f.write("static const struct late_range late_ranges[] = {\n")
        groups = defaultdict(set)
        for c, r in late.items():
            groups[r].add(c)
        rows = sorted((a, b, r) for r, s in groups.items() for a, b in ranges(s))
        for a, b, r in rows:
            f.write("\t{0x%04X, 0x%04X, 0x%04X},\n" % (a, b, r))
        f.write("};\n\n/* First and last code point of those that normalisation passes over, beside the ones above: %d in all. */\n" % len(inert))
        f.write("static const struct inert_range inert_ranges[] = {\n")
        for a, b in ranges(inert):
            f.write("\t{0x%04X, 0x%04X},\n" % (a, b))
        f.write("};\n")


def write_classes():
    """One line a pattern: the pattern, then the ranges of code points it matches, in hexadecimal."""
    with open("tests/golden/tokenizer/classes.txt", "w") as f:
        for pattern in (r"\p{L}", r"\p{M}", r"\p{N}", r"\p{P}", r"\p{S}", r"\p{Lu}", r"\p{Ll}", r"\p{Lt}", r"\p{Lm}", r"\p{Lo}",
                        r"\s", r"\d", r"\w", r"[\w]", r"\W", r"[^\s\p{L}\p{M}\p{N}]", r"\p{Han}", r"\p{Hiragana}", r"\p{Katakana}", r"[\r\n]", r"(?i:s)", r"(?i:k)"):
            f.write(pattern + "\t" + " ".join("%X" % a if a == b else "%X-%X" % (a, b) for a, b in ranges(matching(pattern))) + "\n")


late = class_differences()
write_tables(late, norm_differences(late))
write_classes()
