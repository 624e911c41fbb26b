"""Descriptions of pictures, made of words that are in the sources, and what else stands on a page."""

import re

ADJECTIVES = """old new small large little big tiny huge wooden stone iron glass paper plastic leather brass silver golden red blue
green yellow orange purple pink brown black white grey dark light bright pale striped spotted round square long short tall
narrow wide flat open closed broken empty full young wild tame ripe fresh dry wet frozen painted carved ancient modern
medieval rusty dusty shiny sleeping smiling crowded abandoned handmade folded twin""".split()
POSES = "sitting standing lying resting leaning waiting hanging sleeping floating walking flying swimming growing parked displayed seen".split()
PLACES = ["on", "under", "beside", "next to", "in front of", "behind", "near", "above", "below", "against", "on top of", "inside", "between two rows of", "to the left of", "to the right of"]
MEDIA = ["a photo of", "a photograph of", "photograph of", "a painting of", "a drawing of", "drawing of", "a sketch of", "an engraving of", "a picture of", "picture of", "an illustration of", "a close-up of", "close-up of", "a map of", "map of", "view of", "a view of", "portrait of", "aerial view of", "screenshot of", "diagram of", "a cartoon of", "a poster of", "cover of"]
NUMBERS = ["two", "three", "four", "five", "six", "several", "a pair of", "a group of", "a row of", "some"]
GROUNDS = ["in the snow", "at night", "in the rain", "by the sea", "in a garden", "on a table", "in the forest", "at sunset", "on the beach", "in a museum", "on a shelf", "in the city", "on a plate", "in the grass", "against a white wall", "at the market", "in winter", "on a hill", "in a window", "on a blue background"]

# Before the picture's own words in its caption; not part of them.
LABELS = ["photo:", "figure {n}:", "fig. {n}.", "figure {n}.", "plate {n}:", "image {n}:", "above:", "left:", "right:", "{n}.", "{n})", "caption:", "pictured:", "no. {n}:"]
CREDITS = ["photo: {p}", "photo by {p}.", "image courtesy of {p}", "credit: {p}", "by {p}", "© {p}, {y}", "source: {p}", "(photo {p})", "picture: {p}"]

# A description within a sentence: what stands before it and after it.
LEADS = """here you can see|the picture shows|this picture shows|the photograph shows|on this page there is|we found|they bought|next to the door hangs|
look at|it shows|the artist drew|in the corner stands|our favourite is|between the pages lay|she painted|he had never seen|this is|
pictured here is|in the middle you will notice|the first thing you see is|on the wall hangs|beside it is|the cover shows|the next one shows|
my sister made|what remains is|one of them is|for the second one we chose|the sign has on it|on the table was|the drawing shows|
not far from there we saw|the visitors get to see|behind the counter there is|you can also find|the stamp shows|last came|
in the window stood|it is a picture of|we took a photograph of|the best known is|it began with|nobody expected|the winner was|
the card has on it|there was also|at the end of the road there is|the children recognised|all that was left was|somebody had drawn""".replace("\n", "").split("|")
TAILS = """.|.|.|.|, and nothing else.|, made in {y}.|, drawn by a child.|, which is for sale.|, says {p}.|, as in {y}.|; it was a gift.|, the largest of its kind.|
 and that was all.|, but not for long.|, which everybody likes.|, just as it was.| that nobody wanted.|: that is what it is about.|, if you look closely.|, among other things.|!|, and then it was evening.|, which took us three days.|, or so they say.""".replace("\n", "").split("|")

# Short blocks that describe no picture.
FURNITURE = """no. {n}|no. {n} from {n}.{m}0|{n}|{n}.|{n}|{n}.{m}0|from {n}.{m}0|read more|read more about {w}|share this page|back to top|next page|previous|
add to basket|tags: {w}, {w2}|{n} comments|{n} min read|page {n} of {m}|published {d}|{d}|posted on {d} by {p}|by {p}|home|search|menu|
contact|click to enlarge|all rights reserved|subscribe to our newsletter|sold out|in stock|size {n}|price|name|title|date|object|description|
number|year|author|more pictures|gallery|related articles|see also: {w}|about {w}|part {n}: {w}|chapter {n}|{w}|{w}|{w} and {w2}|the {w}|
how to choose {w}|{w}: a short guide|{n} {w}|visit {c}|from {c} to {c2}|open daily from {m} to {n}|log in|print this page|download|edit|{y}|
order no. {n}{m}|weight: {n} g|by e-mail|terms of use|opening hours|what is {w}?|why {w}?|{w} in {c}""".replace("\n", "").split("|")
MONTHS = "January February March April May June July August September October November December".split()


def with_article(words):
    return f"{'an' if words[0].lower() in 'aeiou' else 'a'} {words}"


class Phrases:
    """Random descriptions and furniture. `words` is words.json; `counts` says how often a word is read."""

    def __init__(self, words, counts):
        def common(name):
            return all(counts.get(w, 0) >= 4 for w in re.findall(r"[a-z]+", name.lower()))

        self.words = words
        self.common = {k: [n for n in v if common(n)] or v for k, v in words.items()}

    def name(self, rng, *kinds):
        kind = kinds[0] if len(kinds) == 1 else rng.choice(kinds)
        return rng.choice((self.common if rng.random() < 0.8 else self.words)[kind])

    def thing(self, rng):
        noun = self.name(rng, "animal", "artifact", "artifact", "artifact", "food", "plant", "object", "person")
        if rng.random() < 0.55:
            noun = f"{rng.choice(ADJECTIVES)} {noun}"
        dice = rng.random()
        if dice < 0.15:
            return f"the {noun}"
        if dice < 0.3:
            return f"{rng.choice(NUMBERS)} {noun}s"
        return noun if dice < 0.4 else with_article(noun)

    def description(self, rng):
        """A phrase that could say what a picture shows."""
        dice = rng.random()
        if dice < 0.16:
            who = self.name(rng, "person-name")
            text = rng.choice([f"portrait of {who}", who, f"{who} with {self.thing(rng)}", f"{who}, {rng.randint(1500, 2025)}", f"{who} in {self.name(rng, 'place-name')}", f"bust of {who}", f"{who} and {self.name(rng, 'person-name')}"])
        elif dice < 0.28:
            where = self.name(rng, "place-name", "object-name")
            text = rng.choice([f"view of {where}", f"map of {where}", f"{where} at night", f"the harbour of {where}", f"{self.thing(rng)} in {where}", f"{where}, seen from the {self.name(rng, 'object')}", f"a street in {where}", f"{where}, {rng.randint(1850, 2025)}"])
        else:
            text = self.thing(rng)
            more = rng.random()
            if more < 0.3:
                text += f" {rng.choice(PLACES)} {self.thing(rng)}"
            elif more < 0.45:
                text += f" {rng.choice(POSES)} {rng.choice(PLACES)} {self.thing(rng)}"
            elif more < 0.55:
                text += f" with {self.thing(rng)}"
            elif more < 0.65:
                text += f" and {self.thing(rng)}"
            if rng.random() < 0.25:
                text += f" {rng.choice(GROUNDS)}"
            if rng.random() < 0.15:
                text = f"{rng.choice(MEDIA)} {text}"
        return text

    def filled(self, rng, frame):
        if "{" not in frame:
            return frame
        return frame.format(
            n=rng.randint(1, 40),
            m=rng.randint(1, 12),
            y=rng.randint(1700, 2025),
            d=f"{rng.randint(1, 28)} {rng.choice(MONTHS)} {rng.randint(1990, 2025)}",
            p=self.name(rng, "person-name"),
            c=self.name(rng, "place-name"),
            c2=self.name(rng, "place-name"),
            w=self.name(rng, "animal", "artifact", "food", "plant", "object", "place", "person"),
            w2=self.name(rng, "animal", "artifact", "food", "plant", "object", "place", "person"),
        )

    def furniture(self, rng):
        return self.filled(rng, rng.choice(FURNITURE))
