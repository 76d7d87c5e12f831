"""The other kinds of text: word problems, short prose, records."""

NAMES = "Anna Ben Clara David Emma Felix Greta Hugo Ida Jonas Karin Leo Maria Nils Olga Paul Rosa Sam Tina Vera Will Tom Lucy Mark Nina Eric Jane Peter Lea Max".split()
THINGS = "apples pears books pens stamps coins marbles eggs cards shells flowers stickers cookies nuts buttons candles plums balls cups stones".split()
PLACES = "garden forest village market harbour river meadow valley mill bridge orchard field shore hill barn".split()
ANIMALS = "fox crow hare cat dog owl mouse heron badger goat horse swallow bee frog".split()
WEATHER = ["cold", "warm", "windy", "quiet", "rainy", "bright", "foggy", "mild"]


def word_problem(rng):
    who, other = rng.sample(NAMES, 2)
    what = rng.choice(THINGS)
    a, b, c = rng.randint(2, 40), rng.randint(2, 20), rng.randint(2, 9)
    kind = rng.randrange(9)
    if kind == 0:
        q = rng.choice([f"{who} has {a} {what}. {other} gives {who} {b} more. How many {what} does {who} have now?", f"There are {a} {what} in a box. {who} puts in {b} more. How many {what} are in the box?"])
        s, r = f"{a} + {b} = {a + b}", a + b
    elif kind == 1:
        a = a + b
        q = rng.choice([f"{who} has {a} {what} and gives {b} of them to {other}. How many {what} are left?", f"There were {a} {what} on the table. {who} took {b}. How many {what} remain?"])
        s, r = f"{a} - {b} = {a - b}", a - b
    elif kind == 2:
        q = rng.choice([f"{who} buys {c} boxes with {b} {what} each. How many {what} is that?", f"Each of {c} bags holds {b} {what}. How many {what} are there in all?"])
        s, r = f"{c} * {b} = {c * b}", c * b
    elif kind == 3:
        q = rng.choice([f"{who} shares {b * c} {what} equally among {c} friends. How many {what} does each friend get?", f"{b * c} {what} are packed into {c} equal bags. How many {what} are in each bag?"])
        s, r = f"{b * c} / {c} = {b}", b
    elif kind == 4:
        q = f"{who} has {a} {what}. {other} has {b} more than {who}. How many {what} do they have together?"
        s, r = f"{a} + {b} = {a + b}. {a} + {a + b} = {2 * a + b}", 2 * a + b
    elif kind == 5:
        q = f"{who} buys {c} {what} at {b} cents each and pays with {b * c + a} cents. How much change does {who} get?"
        s, r = f"{c} * {b} = {c * b}. {b * c + a} - {c * b} = {a}", a
    elif kind == 6:
        q = f"A train goes {b * 10} km in one hour. How far does it go in {c} hours?"
        s, r = f"{b * 10} * {c} = {b * 10 * c}", b * 10 * c
    elif kind == 7:
        q = f"{who} collects {a} {what} on Monday and {b} on Tuesday, then loses {c if c < a + b else 1}. How many {what} are left?"
        c = c if c < a + b else 1
        s, r = f"{a} + {b} = {a + b}. {a + b} - {c} = {a + b - c}", a + b - c
    else:
        q = f"{who} is {a} years old. {other} is {b} years older. How old will {other} be in {c} years?"
        s, r = f"{a} + {b} = {a + b}. {a + b} + {c} = {a + b + c}", a + b + c
    return f"Question: {q}\nAnswer: {s}. The answer is {r}.\n"


def prose(rng):
    who, other = rng.sample(NAMES, 2)
    place, place2 = rng.sample(PLACES, 2)
    animal, animal2 = rng.sample(ANIMALS, 2)
    w = rng.choice(WEATHER)
    first = rng.choice([f"It was a {w} morning when {who} walked to the {place}.", f"One {w} evening {who} went down to the {place}.", f"{who} lived in a small house near the {place}.", f"An old {animal} lived at the edge of the {place}.", f"Every day {who} and {other} met at the {place}.", f"The {animal} had not eaten since the day before.", f"Nobody in the {place} knew where the {animal} came from."])
    middle = [
        f"There was a {animal} sitting under a tree.", f"The {place2} was {rng.choice(['empty', 'full of people', 'covered with snow', 'green and still'])}.", f"{other} was already waiting there.", f"A {animal2} came out of the grass and looked around.", f"The wind came from the {rng.choice(['north', 'south', 'east', 'west'])} and smelled of {rng.choice(['rain', 'salt', 'bread', 'smoke', 'hay'])}.",
        f"They talked about the {rng.choice(['harvest', 'weather', 'old bridge', 'long winter', 'new school'])} for a while.", f"{who} carried a basket of {rng.choice(THINGS)}.", f"Far away somebody was {rng.choice(['singing', 'calling', 'laughing', 'chopping wood'])}.", f"The water was {rng.choice(['clear', 'dark', 'very low', 'high'])} that day.", "Nothing moved.", "It was getting late.",
    ]
    last = rng.choice([f"In the end they all went home.", f"{who} smiled and said nothing.", f"That night it rained until morning.", f"The {animal} was never seen again.", f"After that day {who} often came back to the {place2}.", "So the day came to its end.", f"And {other} kept the promise.", "Then the lights went out one by one."])
    return " ".join([first, *rng.sample(middle, rng.randint(2, 4)), last]) + "\n"


def record(rng):
    kind = rng.randrange(5)
    n = rng.randint(1, 9999)
    if kind == 0:
        return f'{{"id": {n}, "name": "{rng.choice(NAMES)}", "age": {rng.randint(6, 90)}, "active": {rng.choice(["true", "false"])}, "tags": ["{rng.choice(THINGS)}", "{rng.choice(PLACES)}"]}}\n'
    if kind == 1:
        items = ", ".join(f'{{"item": "{rng.choice(THINGS)}", "count": {rng.randint(1, 50)}, "price": {rng.randint(1, 99)}.{rng.randint(10, 99)}}}' for _ in range(rng.randint(1, 3)))
        return f'{{"order": {n}, "customer": "{rng.choice(NAMES)}", "items": [{items}]}}\n'
    if kind == 2:
        rows = "\n".join(f"{i},{rng.choice(NAMES)},{rng.choice(THINGS)},{rng.randint(1, 99)}" for i in range(1, rng.randint(3, 6)))
        return f"id,name,item,count\n{rows}\n"
    if kind == 3:
        return f'{{"station": "{rng.choice(PLACES)}", "day": "2{rng.randint(0, 9)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}", "temperature": {rng.randint(-20, 40)}, "weather": "{rng.choice(WEATHER)}"}}\n'
    return f"name: {rng.choice(NAMES)}\nanimal: {rng.choice(ANIMALS)}\nplace: {rng.choice(PLACES)}\ncount: {rng.randint(1, 99)}\n"
