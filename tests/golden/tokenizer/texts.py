"""Texts of our own for make.py: a corpus to train small tokenizers on, and the strings they are compared on.

Everything comes from one seeded generator, so that the same script gives the same files."""
import random
import unicodedata

WORDS = """
the of and to in is that it for was on are as with his they at be this from have or by one had not but what all were when we
there can an your which their said if do will each about how up out them then she many some so these would other into has more
return value array length string number count first last sum maximum minimum index list given write function compute
maçã coração não você está também água pão irmão São João ação câmara três
être forêt où naïve garçon élève français œuvre août déjà Noël hôtel ça
über schön größer Straße Mädchen Grüße weiß natürlich müssen Äpfel Öl
niño mañana corazón ¿qué? ¡hola! años señor lingüística
żółw źródło książka gęś łódź świat będzie dziękuję
příliš žluťoučký kůň úpěl ďábelské ódy řeka čeština
türkçe ışık İstanbul şehir çocuk güneş ağaç
điện việt nam tiếng người không được những của học
привет мир как дела спасибо хорошо слово функция число строка вернуть значение ёлка подъезд
γειά κόσμε λόγος ψυχή ἄνθρωπος ἀρετή συνάρτηση αριθμός
שלום עולם מילה ספר שָׁלוֹם תּוֹרָה
مرحبا بالعالم كلمة كتاب السلام عليكم اَلسَّلَامُ العربيّة
नमस्ते दुनिया शब्द संख्या हिन्दी क्षत्रिय
বাংলা ভাষা সংখ্যা தமிழ் மொழி எண் తెలుగు భాష ಕನ್ನಡ ಭಾಷೆ മലയാളം ഭാഷ
สวัสดี ชาวโลก ภาษาไทย ที่นี่ น้ำ ພາສາລາວ ភាសាខ្មែរ မြန်မာဘာသာ བོད་སྐད
你好 世界 函数 返回 数字 字符串 中文 漢字 計算 機器學習 模型 参数
こんにちは 世界 関数 カタカナ ひらがな プログラム がぎぐげご ﾊﾟﾋﾟﾌﾟ
안녕하세요 세계 함수 한국어 문자열 숫자 반환
ሰላም ዓለም Հայերեն լեզու ქართული ენა ᏣᎳᎩ ᐃᓄᒃᑎᑐᑦ ⴰⵎⴰⵣⵉⵖ ߒߞߏ
""".split()

CODE = [
    "int {a}(int {b}, int {c})\n{{\n\tif ({b} > {c})\n\t\treturn {b};\n\treturn {c};\n}}\n",
    "for (int i = 0; i < {n}; i++)\n    {a}[i] = {b}[i] * {n} + 0x{x:x};\n",
    "/* {a}: the {b} of two {c}s */\nstatic double {a}(const double *{b}, size_t n);\n",
    "#include <stdio.h>\n#define {A} ({n})\nprintf(\"%d %s\\n\", {a}, \"{b}\");\n",
    "def {a}({b}, {c}=None):\n    \"\"\"Return the {b}.\"\"\"\n    return [{c} for {c} in {b} if {c} != {n}]\n",
    "{{\"{a}\": {n}, \"{b}\": [1, 2.5, -3e{m}], \"{c}\": null, \"ok\": true}}",
    "while (*{a}++ = *{b}++);\t// {c}\r\n",
    "x->{a}.{b} &= ~(1u << {m}); y ^= {n}ULL; z = a ? b : c;",
    "    return {a} == NULL ? -1 : (int)strlen({a}) - {m};\n\n\n}}",
    "SELECT {a}, COUNT(*) FROM {b} WHERE {c} >= {n} GROUP BY {a};",
    "<div class=\"{a}\"><a href='{b}?{c}={n}&amp;x=1'>{a}</a></div>",
    "$ {a} --{b}={n} -{m} | grep -E '^[a-z]+\\.{c}$' > /dev/null 2>&1",
    "It's {a}'s {b}; they'll say we've {n} {c}s, I'd say you're, I'm, don't.",
    "{a}_{b}{m}{C} {A}{b}{C} {a}-{b}--{c} {a}::{b}<{c}> @{a} #{b} {n}%",
]
IDENT = "max min sum count value left right node list total_sum isPrime n k tmp buf len idx result fooBar HTTPServer utf8 x1 _init __main__".split()


def code(r):
    a, b, c = (r.choice(IDENT) for _ in range(3))
    return r.choice(CODE).format(a=a, b=b, c=c, A=a.upper(), C=c.capitalize(), n=r.randrange(100000), m=r.randrange(40), x=r.randrange(1 << 32))


def sentence(r):
    return " ".join(r.choice(WORDS) for _ in range(r.randrange(2, 12))) + r.choice([".", "!", "?", "…", "。", ",", "\n", ""])


def corpus():
    """About 400 KB to train on."""
    r = random.Random(20)
    for _ in range(3000):
        yield code(r)
        yield sentence(r)
        yield " ".join(r.choice(WORDS[:90]) for _ in range(8)) + ".\n"


MARKS = [c for c in range(0x300, 0x1E900) if unicodedata.combining(chr(c))]
SPACES = [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000,
          0x180E, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x1C, 0x1D, 0x1E, 0x1F]
EMOJI = ["👩‍👩‍👧‍👦", "🏳️‍🌈", "🏴‍☠️", "👍🏽", "🇵🇹", "🇩🇪🇫🇷", "❤️‍🔥", "🧑🏿‍🚀", "👨‍💻", "☃️", "☃", "1️⃣", "#️⃣", "🫠", "🩷", "🫨", "🪿", "😀", "🧔‍♂️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👁️‍🗨️", "🤷🏻‍♀️"]


def in_context(r, ch):
    return r.choice(["a{0}b {0}c 1{0} {0}{0}'s", "{0}", " {0}", "{0} ", "x{0}", "{0}x{0}9 '{0}", "  {0}\n{0}", "é{0}\u0301 {0}", "({0}) {0}{0}.\t{0}"]).format(ch)


def all_points():
    return [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def of_each_category(r):
    by = {}
    for c in all_points():
        by.setdefault(unicodedata.category(chr(c)), []).append(c)
    for points in by.values():
        for c in points if len(points) <= 40 else r.sample(points, 40):
            yield in_context(r, chr(c))


def drift(r, ranges):
    """Both ends of each range of code points on which Unicode versions differ, and their neighbours."""
    for a, b in ranges:
        for c in {a - 1, a, b, b + 1}:
            yield in_context(r, chr(c))
        yield chr(a) + "\u0301" + chr(b) + "\u0323e" + chr(a) + "\u0327"


def marks(r):
    for _ in range(450):
        out = ""
        for _ in range(r.randrange(1, 5)):
            out += r.choice(["a", "e", "o", "N", "s", "і", "ω", "か", "ा", "க", "ᄀ", "가", "", " ", "1", "Å", "ﬁ", "ế", "ܐ"])
            out += "".join(chr(r.choice(MARKS if r.random() < 0.4 else MARKS[:112])) for _ in range(r.randrange(0, 5)))
        yield out
    for _ in range(80):
        yield "".join(chr(r.choice([*range(0x1100, 0x1113), *range(0x1161, 0x1176), *range(0x11A7, 0x11C3), 0xAC00, 0xAC01, 0xD7A3, 0x1113, 0x1176])) for _ in range(r.randrange(2, 9)))
    for c in [0x212B, 0x2126, 0x1F71, 0x0340, 0x0341, 0x0343, 0x0374, 0x037E, 0x0387, 0x0958, 0x09DC, 0x0F43, 0x0F73, 0x0F75, 0x0F81, 0xFB1D,
              0xFB4E, 0xF900, 0xFA0E, 0xFAD9, 0x2F800, 0x2FA1D, 0x1D15E, 0x1D1BB, 0x2ADC, 0x0344, 0x1109A, 0x1112E, 0x1134B, 0x114BB, 0x115BA, 0xFB01, 0x3392, 0xFDFA]:
        yield in_context(r, chr(c))


def white(r):
    for c in SPACES:
        for text in ("{0}", "a{0}b", "a{0}{0}b", " {0}x", "{0} x", "x{0}\n", "{0}\n{0}x", "x{0}"):
            yield text.format(chr(c))
    for _ in range(300):
        yield "".join(r.choice([chr(r.choice(SPACES)), " ", "\n", "\r\n", "\t", "x", "1", ".", "    "]) for _ in range(r.randrange(2, 12)))


def specials(r, added):
    bits = added + [a[:-1] for a in added] + [a[1:] for a in added] + [a.upper() for a in added] + ["<", "|", ">", "<|", "|>", "<|im_<|im_start|>", " ", "\n", "a", "é", "e\u0301", "'s", "12", "  "]
    for a in added:
        yield a
        yield "x " + a + " y\n" + a + a
    for _ in range(350):
        yield "".join(r.choice(bits) for _ in range(r.randrange(1, 9)))
    yield "<|im_start|>user\nWrite f.<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"


def contractions(r):
    for tail in ("s", "t", "re", "ve", "m", "ll", "d", "k", "ſ", "\u212A", "lſ", "ß", "st", "e", "r", "v", "l"):
        forms = {tail, tail.upper(), tail.capitalize(), tail[:-1] + tail[-1:].upper()}
        for f in sorted(forms):
            for text in ("it'{0}", "'{0}", " '{0}", "it’{0}", "IT'{0}x", "1'{0} ''{0}'", "don'{0}'{0}"):
                yield text.format(f)


def digits(r):
    zeros = [c for c in all_points() if unicodedata.category(chr(c)) == "Nd" and unicodedata.digit(chr(c)) == 0]
    for z in zeros:
        yield "x" + "".join(chr(z + r.randrange(10)) for _ in range(r.randrange(1, 8))) + r.choice([" 12", "a", ".5", ",000"])
    for c in (0xB2, 0xBD, 0x2160, 0x2188, 0x3007, 0x3021, 0x2460, 0x2070, 0x0F33, 0x1F100, 0x4E00, 0x10107):
        yield "a" + chr(c) * 3 + "9" + chr(c) + " " + chr(c)
    for _ in range(120):
        yield "".join(r.choice("0123456789.,-+eExX _%") for _ in range(r.randrange(1, 25)))


def long_ones(r):
    n = 6000
    yield from ("a" * n, " " * n, "\n" * n, " " * n + "x", "ab" * n, "=" * n, "é" * (n // 2), "中" * (n // 3), "0" * n, "'" * n, "\u0301" * 2000,
                "a" + "\u0301\u0323" * 1000, "x" * 50 + " " + "y" * 5000, "\t" * 3000 + "\r\n" * 1500 + "z", "👍🏽" * 500, "\0" * 2000, " a" * 3000,
                "".join(r.choice("abcdefgh") for _ in range(8000)), "".join(r.choice("aeioun tsr") for _ in range(8000)))


def random_ones(r):
    assigned = [c for c in all_points() if unicodedata.category(chr(c)) not in ("Cn", "Co")]
    for _ in range(800):
        yield "".join(chr(r.choice(assigned)) for _ in range(r.randrange(1, 14)))
    for _ in range(300):
        yield "".join(chr(r.randrange(0x20, 0x7F)) for _ in range(r.randrange(1, 40)))
    for _ in range(200):
        yield "".join(chr(r.choice([*range(0x250), 0x27, 0x20, 0x0A])) for _ in range(r.randrange(1, 20)))
    points = all_points()
    for _ in range(150):
        yield "".join(chr(r.choice(points)) for _ in range(r.randrange(1, 8)))


def fragments(r, added, categories):
    """One piece of any kind, for `more`."""
    return r.choice((
        lambda: code(r), lambda: sentence(r), lambda: r.choice(WORDS), lambda: r.choice(IDENT), lambda: r.choice(EMOJI),
        lambda: r.choice(added), lambda: r.choice(added)[:-1], lambda: " " * r.randrange(1, 30), lambda: r.choice(["\n", "\r\n", "\t"]) * r.randrange(1, 4),
        lambda: "".join(chr(r.choice(SPACES)) for _ in range(r.randrange(1, 5))),
        lambda: r.choice("aeioun'1.") + "".join(chr(r.choice(MARKS)) for _ in range(r.randrange(1, 4))),
        lambda: r.choice(["'", "\u2019"]) + r.choice(["s", "T", "re", "Ve", "m", "LL", "d", "\u017f", "x"]),
        lambda: "".join(chr(r.choice(r.choice(categories))) for _ in range(r.randrange(1, 5))),
        lambda: "".join(chr(r.randrange(0x20, 0x7F)) for _ in range(r.randrange(1, 15))),
        lambda: "".join(r.choice("0123456789.,-eExX_ ") for _ in range(r.randrange(1, 12))),
        lambda: "".join(chr(r.choice([*range(0x80, 0x250), *range(0x370, 0x500)])) for _ in range(r.randrange(1, 8))),
        lambda: "".join(chr(r.choice([*range(0x4E00, 0x4F00), *range(0x3041, 0x30FF), *range(0xAC00, 0xAD00)])) for _ in range(r.randrange(1, 8))),
    ))()


def more(added, have, n):
    """n strings beside those there are: pieces of every kind in a row, so that their borders meet."""
    r = random.Random(24)
    by = {}
    for c in all_points():
        by.setdefault(unicodedata.category(chr(c)), []).append(c)
    categories = [by[k] for k in sorted(by)]
    seen, out = set(have), []
    while len(out) < n:
        s = "".join(fragments(r, added, categories) for _ in range(r.randrange(1, 7)))[:400]
        if s not in seen:
            seen.add(s)
            out.append(s)
    return out


def strings(added, ranges):
    """All strings, without repeats, in a fixed order."""
    r = random.Random(21)
    out = dict.fromkeys([""])
    for c in range(0x180):
        out[chr(c)] = None
    out.update(dict.fromkeys(code(r) for _ in range(550)))
    out.update(dict.fromkeys(sentence(r) for _ in range(550)))
    for part in (of_each_category(r), drift(r, ranges), marks(r), white(r), specials(r, added), contractions(r), digits(r), random_ones(r), long_ones(r)):
        out.update(dict.fromkeys(part))
    for _ in range(200):
        out["".join(r.choice(EMOJI + [" ", "ok", "️", "‍"]) for _ in range(r.randrange(1, 5)))] = None
    for c in [*range(0x20), *range(0x7F, 0xA0)]:
        out["a" + chr(c) + chr(c) + "b" + chr(c) + " " + chr(c) + "1"] = None
    return list(out)
