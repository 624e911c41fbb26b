import type { ToldSite } from './types.ts'

export const STEPS: ToldSite = {
  host: 'drawalong.example',
  name: 'Draw along',
  motto: 'One sheet, one pencil, one afternoon',
  accent: '#c2491d',
  language: 'en',
  logo: 'green pencil @plain',
  look: 'steps',
  pages: [
    {
      slug: 'lesson/overlap',
      title: 'Lesson 4: One thing before another',
      summary: 'Level: easy. You will draw {c:a yellow duck in front of a red barn}.',
      pictures: {
        a: 'green apple / red cup @plain',
        b: '2 blue book < red cup @plain ; ~',
        c: 'red barn / yellow duck @meadow',
        d: 'white house / 2 green car @city ; none',
        e: 'grey castle / white horse @meadow ; ~ A white horse standing before a grey castle in a field',
        f: '3 green fir tree / red tent @meadow ; useless',
        g: 'black cat / black camera @plain ',
      },
      body: `
A child draws things side by side, since each of them is whole. To let one cover another you must give up part of something that you know to be there. This lesson is about giving up.
## What you need
- a cup, an apple, two books
- a soft pencil; no rubber
- somebody patient, or a radio
## Do this
- Put the fruit down first and the crockery in front of it. Look with one eye. Draw {a:a red cup in front of a green apple}, beginning with the cup, and stop the apple where the cup stops it. [a]
- Do it again without overlap, for comparison. [b] You have now {b:a red cup to the right of two blue books}, and it is as flat as a shopping list. Good. Keep it.
- Go outside. Choose something near that moves and something far that does not. In our example the sheet shows {c:a red barn behind a yellow duck}; the duck was given ten seconds and the barn ten minutes. [c]
- Find a street. Whatever is parked there will do. Leave out the wheels that you cannot see, {d:two green cars in front of a white house} need five of them and not eight. [d]
- Last, try a subject from a book. Knights are always asked for. Here is how far Selma got: {e:a white horse before a grey castle}. Notice that she drew no legs behind the wall, and that nobody misses them. [e]
## Check yourself
[f]
Cover the front with your hand. If {f:three green fir trees behind a red tent} turn into three trees with a hole, you have done it properly; if they turn into three trees, you cheated.
[g]: Example: {g:a black camera in front of a black cat}
Then try the last one, which is unfair.
`,
    },
    {
      slug: 'lesson/counting',
      title: 'Lesson 7: Drawing more than one',
      summary: 'Level: easy. Warm up with {a:five small yellow bells}, end with a flock.',
      pictures: {
        a: '5 small yellow bell @room',
        b: '3 orange mushroom @meadow ; ~',
        c: '6 small blue bird @sky',
        d: '4 black horse @beach ; ~ Four black horses by the sea, on the sand',
        e: '2 green turtle ^ 3 orange fish @sea',
        f: '6 yellow boot @room ; none',
        g: '5 blue elephant @desert ; empty',
        h: '4 pink tulip < white cup @room ; wrong',
        i: '2 brown owl / yellow lamp @night ; alt Two brown owls behind a yellow lamp at night',
      },
      body: `
The second one is harder than the first, because by then you believe that you can do it. Take your time over the second one.
- Start with something that has a plain outline. [a] Draw {a:five small yellow bells} in the time it takes to boil an egg. Do not go back to correct number one.
- Now give each of them a face. I do not mean eyes; I mean a lean, a dent, a way of standing. In Otto’s sheet, {b:three orange mushrooms on a meadow} are plainly a father, a mother and somebody who wants to go home. [b]
- Things in the air should differ in size, or they will look like wallpaper. Our example of {c:six small blue birds in the sky} took four tries. The first three are wallpaper, and very nice wallpaper too. [c]
- For animals with legs, draw the ground first and count feet afterwards. It is no shame to hide some. See {d:four black horses on the sand by the sea}, who between them have eleven. [d]
- Two kinds at once: put the slow kind on top. [e] With {e:two green turtles above three orange fish} the eye goes down, and then, because of the fish, along.
- An even number wants to fall into pairs. Let it, or fight it. I fought it, and lost, in this one; count for yourself whether {f:six yellow boots} are three people or six. [f]
Homework, for those who like homework.
- [g] Something large. {g:Five blue elephants on the dunes}, for example, on one sheet, without making any of them small.
- [h] Something that is different in number and in kind, such as {h:four pink tulips and a white cup}, and no more than twenty lines in all.
- [i] Whatever you like, provided there are two of it.
`,
    },
    {
      slug: 'lesson/left-and-right',
      title: 'Lesson 9: Left, right and the middle',
      summary:
        'Level: middling. Subject: {b:an orange bus on the left and a grey church on the right}.',
      pictures: {
        a: '2 orange chicken < brown boot @plain ; ~',
        b: 'orange bus < grey church @city',
        c: 'purple fish | green frog | yellow duck @plain',
        d: 'big yellow lamp < small purple book @room',
        e: 'blue ship < red lighthouse @beach ; none',
        f: 'brown bear < 4 red apple @meadow ; ~ A brown bear left of the four red apples',
        g: '3 yellow key < blue boot @plain ; wrong',
        h: 'white rabbit | purple hat | red star @meadow',
      },
      body: `
Most people put what they love on the left and what they have to put somewhere on the right. Turn your old drawings over against the light and see whether I am lying.
- Place two weights. A light thing needs company to hold up a heavy one: so, on this scrap, {a:two orange chickens left of a brown boot}, and the paper does not tip. [a]
- Now let the heavy thing win. Draw {b:an orange bus to the left of a grey church}, and leave a gap between them wide enough for somebody to cross. [b] The gap is the drawing.
- Three in a row are read like a sentence. Try changing the order of {c:a purple fish, a green frog and a yellow duck} and say aloud what happens in each. There are six, and in one of them somebody is eaten. [c]
- Do not be afraid of a bully. With {d:a big yellow lamp on the left and a small purple book on the right} the small thing gets all of the sympathy, and therefore all of the looks. [d]
- [e] Leave the middle empty. This is the hardest step. We were at the harbour on a dull day with nothing happening, and there was {e:a blue ship to the left of a red lighthouse}, and in between them simply a great deal of nothing, which is what I would buy.
- Let something want something. [f] As soon as there is {f:a brown bear to the left of four red apples}, nobody asks about balance any more.
When you have finished all six, swap them end for end. [g] The swapped {g:three yellow keys and a blue boot} in our hallway were an accident of the framer’s, and are better.
The last is for fun: {h:a white rabbit, a purple hat and a red star}. Which came out of which?
[h]
`,
    },
    {
      slug: 'lesson/weather',
      title: 'Lesson 12: Putting weather in',
      summary: 'Level: wet. Among others, {a:a black rain cloud above a yellow umbrella}.',
      pictures: {
        a: 'black rain cloud ^ yellow umbrella @city',
        b: '2 white cloud / red windmill @meadow',
        c: '5 blue snowflake ^ brown dog @snow ; ~',
        d: 'orange sun ^ 2 green palm tree @beach ; none',
        e: 'purple thunderstorm ^ yellow tent @meadow ; ~ A purple thunderstorm above the yellow tent',
        f: 'yellow sun / blue house @meadow ; useless',
        g: '4 small grey cloud @sea ; ~',
      },
      body: `
Weather is what the things in your picture are talking about. Without it they stand around.
- Rain first, because you can leave it out: draw what people do about it. [a] Nobody ever asked me what was falling on {a:a yellow umbrella below a black rain cloud}.
- Wind cannot be drawn either. Give it something to push. In the sketch from last autumn, with {b:two white clouds behind a red windmill}, the whole of the wind is in the slant of the door. [b]
- Snow: put down the paper’s white before you put down anything else, and guard it. Then add the cold, which has a shape, and somebody who feels it. [c] {c:Five blue snowflakes above a brown dog}. The dog’s expression took longer than the snow.
- [d] For heat, take away. Shadows short, outlines few, nobody in the middle of the sheet. Here it was enough to have {d:an orange sun above two green palm trees} and to stop there, however much it hurts.
- A storm should be larger than its picture. Let it run off at the edge, so that those below have no way out: {e:a purple thunderstorm above a yellow tent}. We have left the tent shut. That is how one knows that somebody is in it. [e]
- And afterwards it clears up. [f] End the lesson with {f:a yellow sun behind a blue house}, put the kettle on, and open the window.
[g]: {g:Four small grey clouds at sea}
Those who want more may do the sea, where it is all weather.
`,
    },
    {
      slug: 'lesson/night',
      title: 'Lesson 15: Working in the dark',
      summary:
        'Level: hard. Needs black paper. Ends with {f:three orange tents under a yellow moon}.',
      pictures: {
        a: 'yellow candle < brown mouse @night',
        b: 'red house / 2 yellow lamp @night ; ~',
        c: '3 white owl < blue star @night',
        d: 'green car ^ grey bridge @night ; none',
        e: 'orange cat / purple tent @night ; ~ An orange cat behind the purple tent at night',
        f: 'yellow moon ^ 3 orange tent @night',
        g: 'white snowman < red lamp @night ; wrong',
        h: '2 pink house @night',
      },
      body: `
On white paper you draw what is there. On black paper you draw what is lit, and leave the rest to look after itself. Almost everybody draws too much.
- One flame. [a] Everything in the sheet is turned towards it, and gets darker as it goes away. Otto’s {a:yellow candle to the left of a brown mouse} has only nine strokes in the mouse, all of them on the side of the candle.
- Two lights and something between them and you. The thing in between has no colour; it has an edge. You will not believe me until you have put down {b:two yellow lamps in front of a red house} and seen the house turn up by itself. [b]
- Pale things. They float. Tie them to something: a branch, a wire, one another. Our lot, {c:three white owls to the left of a blue star}, took the class an evening, and it was the wire that took it. [c]
- [d] Now from above. Go up on to something and look down on to something, and wait till a light goes by. In the time that it took the ten of us to sharpen our chalks there had passed {d:a green car above a grey bridge}, and that was the one that all of us drew, each from a different second.
- Animals give themselves away. Draw the eyes first, then put in as little as you dare. When Selma’s was passed round nobody needed to be told that it was {e:an orange cat behind a purple tent}, though of the cat there is hardly more than a question. [e]
- Many of one kind, one of another. [f] The brightness belongs to the one and the warmth to the many; keep them apart. We finished in the field, on our knees, all of us doing {f:three orange tents under a yellow moon}, and nobody saying anything.
[g]
Clean your hands before you touch the door.
If any paper is left over do the street, from memory, going home. Nothing but {h:two pink houses at night} is needed; put a light in one of them.
[h]
`,
    },
  ],
}
