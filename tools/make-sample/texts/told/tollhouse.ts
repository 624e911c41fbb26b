import type { ToldSite } from './types.ts'

export const TOLLHOUSE: ToldSite = {
  host: 'oldtollhouse.example',
  name: 'The Old Tollhouse',
  motto: 'Notes from a house that was never meant to be lived in',
  accent: '#7a4f2c',
  language: 'en',
  logo: 'white house @meadow',
  look: 'house',
  pages: [
    {
      slug: 'hall',
      title: 'The hall, or where the coats go',
      summary:
        'Nine hooks, one bench, and over the mantelpiece {a:a red kite above two green trees}, which came with the house and will leave with it.',
      pictures: {
        a: 'red kite ^ 2 green tree @meadow',
        b: '4 purple umbrella @beach',
        c: '2 brown boot < 2 green boot @room ; ~',
        d: 'grey cat < blue umbrella @room ; none',
        e: 'black hat ^ green chair @room ; ~ A black top hat above a green chair in the hall',
        f: '6 small yellow key @room',
        g: '2 white candle < red clock @room ; wrong',
        h: 'brown dog / red boot @room ; wrong',
        i: '3 blue hat @plain',
      },
      body: `
People who come in from the lane expect a hall with a staircase, and are given a room the size of a rug. On the mantelpiece we hung {a:a red kite above two green trees}, and nobody has asked us to take it down, although my aunt did once turn its face to the wall.
[a]
Umbrellas are a different matter. There were none when we arrived and within a year there were {b:four purple umbrellas in a row}, all of them left by the same absent-minded piano teacher, who has stopped coming and sends the bill by post.
He had, I should say, no other vices, and our scales have never been what they were since he stopped, for the simple reason that nobody plays them.
[b]
The rule about shoes was made in the first wet autumn and has been broken daily since.
[c]
What you see there is the usual state of things on a Sunday: {c:two brown boots to the left of two green boots}, and a puddle between them that belongs to neither side. The brown ones are mine. They were my grandfather’s, they have been resoled four times, and I will not hear a word against them.
The cat inspects everything that is put up to dry. We have one drawing of it, {d:a grey cat next to a blue umbrella}, done in the minute and a half during which both of them held still.
It was a Tuesday, if that is of interest.
[d]
Hats fare better than coats. There is always somewhere to put a hat, and if there is not, it goes where {e:a black hat above a green chair in the hall} has hung since the christening, on a nail that was meant for a mirror.
[e]
[f] No door in this house has ever been opened by the first key one tries. We keep {f:six small yellow keys} on a plate, and the plate is the only thing in the hall that guests are asked not to touch; two of them fit nothing we own, and we are fond of those in particular.
Light was the last thing to arrive. Until the wires came we read by {g:two white candles and a red clock}, the clock being for company.
[g]
As for the dog, it sleeps across the threshold so that nobody can leave without saying so. Our youngest drew the scene from the third stair, and has dated it: {h:a brown dog behind a red boot}, with the tail left out because it would not stop.
[h]
[i]: {i:Three blue hats}, size unknown.
The rest of the hooks are for visitors. Come in April, when the lane is dry, or in October, when it is not and you can help us find out what else leaks.
`,
    },
    {
      slug: 'kitchen',
      title: 'Eleven years of kitchen',
      summary:
        'How a stable became the warmest room, with {a:two red teapots and a white cup} as witnesses and a stove that answers to nobody.',
      pictures: {
        a: '2 red teapot < white cup @room',
        b: '5 green apple @room ; ~',
        c: 'yellow lemon / blue teapot @room',
        d: '2 loaf of bread < red tomato @room ; empty',
        e: '3 pink cupcake < orange cat @room ; ~ Three pink cupcakes to the left of an orange cat',
        f: '6 small orange carrot @room',
        g: 'grey mouse < yellow slice of pizza @room',
        h: '4 brown mushroom @room ; alt Four brown mushrooms indoors',
        i: 'white cake < 2 red candle @room ; wrong',
      },
      body: `
It was a stable, and in August one can still tell. The first thing we carried in was a table; the second, a box marked fragile that held {a:two red teapots to the left of a white cup}, and between unpacking them and having a working tap we counted nineteen days.
[a]
Nineteen days is a long time to go without tea.
{b:Five green apples indoors}, as the drawing has them, are what the tree by the pump gives in a good year. In a bad year it gives four, and we make the same cake with more flour.
[b]
My mother, who disapproves of shelves, arranged the windowsill. She called the result a composition and would not say of what, but anybody can see that it is {c:a yellow lemon behind a blue teapot}, and that the lemon is there because the sill slopes.
We have tried to level it twice, once with wedges and once with a solicitor, and it has come back to where it wants to be on both occasions.
[c]
[d]
Baking is done on Fridays, when the stove is in the mood. That picture was painted by the neighbour who carries the ash away, and he was paid with its contents: {d:two loaves of bread and a red tomato}, still warm, or in the case of the tomato, never warm at all.
The cat is not allowed on the table. It is allowed beside it, which is how the children came to paint {e:three pink cupcakes left of an orange cat}, and how, later the same afternoon, they came to paint the two that remained.
[e]
Visitors always ask what we grow. Mostly, the answer is these.
[f]
Thin, crooked, and sweeter than any you can buy: {f:six small orange carrots on the kitchen table}. We pull them in the week of the fair, when the ground is soft, and give the tops to whoever comes up the lane first, a rabbit included.
There was a mouse. We knew because of the flour, then because of the butter, and at last because my brother, at midnight and in his socks, came upon {g:a grey mouse to the left of a yellow slice of pizza} and had the presence of mind to fetch a pencil instead of a broom.
[g]
[h]
For the tenth year in the house there was a cake, of course. It leaned. The picture makes it stand straighter than it did: {i:a white cake beside two red candles}, one for each of the winters when we nearly gave up.
[i]
`,
    },
    {
      slug: 'garden',
      title: 'A garden on the wrong side of the road',
      summary:
        'You have to cross two lanes of lorries to water it. {c:A green tractor behind a sunflower} is what you see from our gate.',
      pictures: {
        a: '5 small pink tulip @meadow',
        b: 'orange butterfly ^ 2 white flower @meadow ; ~',
        c: 'green tractor / yellow sunflower @meadow',
        d: '2 brown snail < green leaf @meadow ; none',
        e: 'black chicken < white chicken @meadow',
        f: '3 yellow bee ^ purple flower @meadow ; ~ Three yellow bees over a purple flower on the meadow',
        g: 'green frog / red ball @meadow ; useless',
        h: '2 grey rabbit < orange carrot @meadow',
        i: 'yellow bird ^ brown barn @meadow ; ~',
      },
      body: `
When the road was widened it took the front garden and gave us, on the far side, a strip as long as a train. To water it you stop two lanes of lorries with a can in each hand. It teaches you to plant things that do not mind waiting.
Tulips do not mind. We put in fifty the first autumn, of which the voles left us these.
[a]
{a:Five small pink tulips on the meadow} may not look like a harvest, but lorry drivers slow down for them, and one has started to wave.
After the tulips nothing happens for three weeks, and then everything does. I was sitting on the upturned bucket, which is the garden’s only furniture, when there was suddenly {b:an orange butterfly above two white flowers}, very close, closing and opening like a book that somebody cannot get into.
[b]
Behind the hedge is Mr Pell’s field. He has promised to mow round the edge of it and not over; hence {c:a green tractor behind a yellow sunflower}, which is the view from our gate in the last week of July and the nearest we have come to a treaty.
He comes past with a wave at about ten, has his sandwich under the ash, and by the time that he goes home the whole valley smells of it.
[c]
Not everybody keeps to treaties.
[d]
Every night in June {d:two brown snails to the left of a green leaf} begin their work, and every morning there is less leaf. My daughter has drawn the three of them from life. She says they did not move while she looked, and that this proves nothing.
We tried hens. A hen crosses the road for reasons of its own, as is well known, and ours came home in pairs, {e:a black chicken on the left and a white chicken on the right}, like a policeman and a nurse.
[e]
For bees we have done nothing at all, except to let the lavender lie where it fell. It was enough. I made the drawing lying on my back: {f:three yellow bees above a purple flower on the meadow}, and a fourth that was in my hair at the time.
[f]
The ball came over from the school in spring and nobody has asked for it. By summer it had been taken into use, and we did not like to disturb the arrangement, which was {g:a green frog behind a red ball}, the one watching for the other.
[g]
In September two guests arrive who never ring. {h:Two grey rabbits left of an orange carrot}: it is the only picture in this house that my husband has asked me to frame, because, he says, it is the only crop that anybody enjoyed.
[h]
[i]: {i:A yellow bird over a brown barn}
By November the strip is bare again, and from the kitchen one can see straight across to the barn.
`,
    },
    {
      slug: 'attic',
      title: 'What was in the attic',
      summary:
        'A list made on a wet weekend: {b:a blue drum and three yellow bells}, one guitar, no treasure.',
      pictures: {
        a: '3 brown book < black camera @room',
        b: 'blue drum < 3 yellow bell @room',
        c: 'brown guitar < green hat @room ; ~',
        d: '5 red clock @room ; none',
        e: 'red kite < yellow kite @plain',
        f: '2 green lamp / brown chair @room ; ~ Two green lamps behind a brown wooden chair',
        g: 'white snowman / red hat @night',
        h: '6 blue gift @room ; wrong',
      },
      body: `
It rained from Friday to Monday, so we did what the surveyor had advised against and went up. The ladder held. I write down what we found in the order in which it fell on us.
First, and on my foot, {a:three brown books to the left of a black camera}. There is a film in the camera, exposed to number seven. We have decided not to know.
[a]
Then came the noise. Whoever lived here last was musical, or wished to be, for behind the chimney stood {b:a blue drum left of three yellow bells}, strapped to a board that a foot could work. Our son worked it until it was hidden from him.
The neighbours were kind about it.
[b]
[c]
The same person must have sung. {c:A brown guitar to the left of a green hat}, and in the hat eleven foreign coins and a ticket for a ferry: you may make up the story yourselves, everyone who comes to supper does.
Clocks we had expected, since every attic has one that nobody can bear to throw away, but not so many, and not all alike. There were {d:five red clocks indoors}, none of them going, all of them stopped within the same ten minutes. We have hung them in a row on the landing. At twenty past four, twice a day, the house is in perfect agreement with itself.
[d]
Under the eaves lay a long parcel in brown paper. The children were for dragons, and they were nearly right: inside were two frames of split cane and enough silk to cover them, {e:a red kite and a yellow kite}, both with their strings wound the wrong way, as left-handed people wind them.
[e]
I am told the lamps are worth something. They stood back to back in the darkest corner, as though they had quarrelled, {f:two green lamps behind a brown chair}, and it took the pair of us to get them down the ladder with their shades on.
[f]
Last of all, a Christmas card that somebody had painted and never sent.
[g]
It shows {g:a white snowman behind a red hat}; he seems to be looking for it. There is no name on the back, only the words “not this year either”.
And so we closed the hatch. The presents are still up there, by the way, {h:six blue gifts}, ribbons and all, addressed to no one. We will open them when the rain comes back.
[h]
`,
    },
    {
      slug: 'nursery',
      title: 'The smallest room',
      summary: 'It was the toll-keeper’s cash room, and has bars on its window to prove it.',
      pictures: {
        a: '2 purple star < yellow moon @night',
        b: 'orange rocket ^ white cloud @sky',
        c: '4 green turtle @room ; ~',
        d: 'small grey elephant < big red ball @plain',
        e: 'pink octopus < blue whale @sea ; none',
        f: 'red train | blue bus | green car @plain',
        g: '3 brown bear @room ; ~ The three brown bears in a room',
        h: 'yellow pencil < red heart @plain ; wrong',
      },
      body: `
The keeper counted his pennies in here, six feet by seven, behind a window with bars. A room that small wants a child in it, and as soon as we had one we painted the ceiling.
[a]
{a:Two purple stars to the left of a yellow moon}: it took a weekend, it is nothing like the sky, and she has never once gone to sleep without pointing at it.
The wall by the bed was done a year later and shows what she talked about that spring, which was leaving. One goes up in {b:an orange rocket above a white cloud}, it seems, and one is back by supper.
We asked how one steers. She gave us the look that one gives to people who have never been anywhere.
[b]
Over the basin there was a patch of damp the shape of Wales. We asked her what should go on it. “Everybody,” she said; then, having seen the size of the brush, “or else {c:four green turtles}.” They have kept the damp out better than the plasterer did.
[c]
Of course there are rules about what may hang at the height of the pillow: nothing with teeth. What hangs there is {d:a small grey elephant on the left and a big red ball on the right}, and the question of which is heavier is settled anew every evening.
[d]
Downstairs there is a bathroom with a bath in it, but the sea is up here.
[e]
Who would win? That is the game. {e:A pink octopus next to a blue whale} stay exactly as far apart as I painted them, and yet every night one of them has won.
Along the skirting board runs the traffic, {f:a red train, a blue bus and a green car}, one behind another all the way to the door, where the paint ran out.
[f]
There are also, inevitably, bears.
[g]
We did not buy them. They were handed down with the cot, they are older than either of us, and they have always been known by their number and never by names: {g:three brown bears in a room}, the middle one with an ear that somebody else’s child chewed.
The last picture is hers. It is drawn straight on to the wall, low down, where for a week nobody noticed, {h:a yellow pencil and a red heart}, and we shall have to leave it to whoever lives here next.
[h]
`,
    },
  ],
}
