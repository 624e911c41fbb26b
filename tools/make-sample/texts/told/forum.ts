import type { ToldSite } from './types.ts'

export const FORUM: ToldSite = {
  host: 'pencilfolk.example',
  name: 'pencilfolk',
  motto: 'draw something, show it, be nice',
  accent: '#5c4bb8',
  language: 'en',
  logo: 'yellow pencil @plain',
  look: 'forum',
  pages: [
    {
      slug: 't/daily-41',
      title: 'daily drawing #41: things in threes',
      summary: 'pinned. 9 replies, last one by ottoline: {b:three blue fish under a yellow duck}',
      pictures: {
        a: '3 grey cat @beach',
        b: 'yellow duck ^ 3 blue fish @sea ; ~',
        c: '3 red mushroom < pink snail @meadow ; none',
        d: '3 white cloud ^ brown church @meadow',
        e: '3 yellow bicycle @beach ; useless',
        f: '3 small blue star @night ; ~ three small blue stars at night, again',
        g: 'red tomato | orange carrot | brown mushroom @plain',
        h: '3 pink ice cream @beach ; alt Three pink ice creams at the seaside',
        i: '3 orange helicopter @snow ; wrong',
      },
      body: `
@ mods, 08:02
same rules as ever. one hour, any tool, no rubbing out after the hour is over. today’s word is THREE. go!
@ marrow, 08:40
first!! ok so mine is {a:three grey cats on the beach} because it is february and i want to be a cat on a beach
(it has been raining here since november, that’s the whole reason, sorry if it’s a bit on the nose)
[a]
@ ottoline, 09:15
lol marrow. i ran out of time for the water but i think you can tell, it’s meant to be {b:three blue fish under a yellow duck} and the duck has no idea
[b]
@ hobnail, 09:17
> the duck has no idea
this made my morning
@ sable_no_2, 10:31
sorry for the photo, the scanner is sulking again
[c]
i started with {c:three red mushrooms and a pink snail} and then the snail took forty minutes. why do shells go round the way they go round
@ quillfeather, 11:00
threes are everywhere once you look. drew this from the bus, window seat, left hand: {d:three white clouds over a brown church} and then somebody sat on my bag
[d]
@ hobnail, 11:48
[e]
cheating a bit, i drew one and traced the others. {e:three yellow bicycles on the sand} i mean honestly who draws spokes three times
@ marrow, 11:52
nobody hobnail. nobody does
@ night_owl_77, 23:10
late as usual {f:three small blue stars at night}
[f]
is this too little? feels too little
@ ottoline, 23:26
it’s plenty. mine from the second try was a shopping list, basically {g:a red tomato, an orange carrot and a brown mushroom} in that order because that’s the order in the soup
also i’d like it noted that this took nineteen minutes including the time it took to find the sharpener, which was in the fridge, for reasons
[g]
@ pip, 23:41
[h]
no time to write, mum says bed
@ tollgate, 23:58
two minutes left!! {i:three orange helicopters in the snow}, don’t ask, there is a story and it is long
[i]
`,
    },
    {
      slug: 't/crit-my-composition',
      title: 'crit please: where does the eye go?',
      summary: 'sable_no_2 asks, hobnail answers at length, a kite is moved two centimetres',
      pictures: {
        a: 'green house < 3 red tree @meadow',
        b: 'purple kite ^ green house @meadow ; ~',
        c: '2 blue car / white church @city',
        d: 'small brown dog < big green tree @meadow ; empty',
        e: 'orange hot-air balloon ^ grey castle @meadow ; ~ an orange hot-air balloon above the grey castle',
        f: 'white sheep | red barn | yellow sun @meadow',
        g: '2 yellow bus < black bicycle @city ; alt Two yellow buses to the left of a black bicycle',
        h: 'blue boot ^ red drum @plain',
      },
      body: `
@ sable_no_2, monday
so i have {a:a green house left of three red trees} and everyone at home says it’s nice and nobody looks at the house. they look at the trees. what am i doing wrong
for context this is the fourth version and i’ve been at it since the weekend before last
[a]
@ hobnail, monday
nothing, there are three of them and they’re red. the eye counts first and reads afterwards. give the house something that moves. i’d try {b:a purple kite above a green house}, drop two trees, see what happens
[b]
quick sketch, ten minutes, don’t look at the string
@ quillfeather, monday
or go the other way and hide it a little. people love to find things. the best thing in my street picture is what you can hardly see, {c:two blue cars behind a white church}, and every single person who comes in says “oh, there are cars”
[c]
@ hobnail, tuesday
> people love to find things
yes!! also size. size does more than colour. here
[d]
boring drawing on purpose: {d:a small brown dog to the left of a big green tree}. now cover the dog with your thumb. see? the tree is suddenly just a tree
@ sable_no_2, tuesday
wow ok
@ marrow, wednesday
late to this but the top edge counts too. i never used it until a teacher turned my paper upside down. since then everything floats, e.g. {e:an orange hot-air balloon over a grey castle}, and the castle got better by being looked down on
[e]
@ ottoline, wednesday
my two pence: three things, three sizes, three distances. works every time and nobody notices. {f:a white sheep, a red barn and a yellow sun}. done. that’s the whole of landscape
(i learned that from a bus driver who painted, not from a school, and he’d learned it from a calendar)
[f]
@ hobnail, wednesday
ottoline that’s outrageous and correct
@ tollgate, thursday
[g]
does this count
@ sable_no_2, friday
thank you all. i did the opposite of everything and it’s the best i ever made, {h:a blue boot above a red drum}, don’t ask me why, it came out of the pencil
[h]
@ hobnail, friday
pinned to my wall.
`,
    },
    {
      slug: 't/swap-2026',
      title: 'the postcard swap, who got what',
      summary:
        '34 cards, 11 countries. post yours here. first up: {a:four red sailboats left of a blue lighthouse}',
      pictures: {
        a: '4 red sailboat < blue lighthouse @beach',
        b: 'yellow umbrella / grey elephant @beach ; ~',
        c: '2 brown rabbit ^ yellow pear @plain ; wrong',
        d: '5 blue penguin @beach',
        f: 'white horse / blue windmill @meadow',
        g: '6 small green pear @plain ; ~ six small green pears (linocut)',
        h: 'red fox < 2 grey owl @night ; none',
        i: 'blue house ^ orange fish @plain ; wrong',
        j: '2 purple bunch of grapes @plain ; alt Two bunches of purple grapes',
      },
      body: `
@ mods, 1 march
envelopes went out on the tenth. when yours arrives post it here and say who you think it’s from. wrong guesses are more fun.
@ pip, 4 march
MINE CAME!!! it’s {a:four red sailboats left of a blue lighthouse} and it has real sand stuck to it. i think it’s from marrow because of the beach
[a]
@ marrow, 4 march
not me! mine has no sea at all. i got this one this morning:
[b]
there’s writing on the back which just says “it rained”. i take it to be {b:a grey elephant in front of a yellow umbrella}, though with the fold you could argue
@ quillfeather, 6 march
guess who drew {c:two brown rabbits above a yellow pear} and then forgot to put a stamp on. i paid 80 cents for this and it was worth it
[c]
@ night_owl_77, 7 march
thank you thank you. whoever you are. {d:five blue penguins on the beach}, looking at an ice cream van that isn’t in the picture but you KNOW
i’m keeping it away from the radiator and i’ve told everyone in the house not to breathe near it for the time being
[d]
@ sable_no_2, 9 march
mine is oil pastel and smells wonderful, and it is hanging in the kitchen already, between the calendar and the window, {f:a white horse behind a blue windmill}. the horse looks like it lives there. i’d say ottoline?
[f]
@ ottoline, 9 march
guilty
@ hobnail, 12 march
linocut! real linocut! {g:six small green pears}. i counted the cuts and i’m ashamed of everything i ever posted
[g]
@ tollgate, 15 march
[h]
held this up at breakfast and my brother said “what are they looking at” and we’re still talking about it. for the record {h:a red fox on the left and two grey owls on the right}, ink, a5, no name
@ pip, 15 march
[i]
this is the one i SENT. can’t believe it got there. {i:a blue house over an orange fish}. it’s what i see when i close my eyes ok
@ mods, 31 march
last one in, from nobody knows whom. see you all in autumn
[j]
`,
    },
    {
      slug: 't/first-post',
      title: 'introduce yourself with a drawing',
      summary: 'new here? say hello. most recent: {c:two turquoise scooters and a pink pig}',
      pictures: {
        a: '2 green cactus < red chair @room',
        b: 'red camera / black cat @plain ; ~',
        c: '2 turquoise scooter < pink pig @city',
        d: '4 blue candle @night ; ~ four blue candles on a starry night, crayon',
        e: '5 white rabbit @snow ; none',
        f: 'brown hat ^ 2 green apple @plain',
        g: 'red aeroplane ^ blue tower block @city ; useless',
        h: '2 blue cup < brown cake @room',
      },
      body: `
@ basalt, 3 hours ago
hi all, retired, two knees, one garden. i draw what is on the balcony, which at present is {a:two green cactuses and a red chair}. the chair is for visitors, the others are for me
[a]
@ mods, 3 hours ago
welcome basalt!
@ inkwell_jo, 2 hours ago
hello! i take photos for a living so drawing is the holiday. this is my work and my boss: {b:a black cat in front of a red camera}.
[b]
@ riverrun, 2 hours ago
hey. i’m 15. my sister says i should post this one. {c:two turquoise scooters left of a pink pig}, it’s what happened outside our house on tuesday, i’m not making it up, the pig was called gerald and he is fine
hi everyone btw
[c]
@ hobnail, 2 hours ago
riverrun you’re going to fit in
@ lamplit, 1 hour ago
long time reader first time poster. power cut on our island, nothing to do, so {d:four blue candles on a starry night} in crayon. i’m told there is no such thing as a blue candle. there is in crayon
[d]
@ snowdrop_v, 50 minutes ago
[e]
i only ever draw the one thing. here are {e:five white rabbits in the snow}, and yes there’s paper in there somewhere
@ quillfeather, 44 minutes ago
snowdrop the restraint!!
@ gusto, 20 minutes ago
chef. don’t laugh. i do these on the backs of orders, last night between the mains and the puddings it was {f:a brown hat above two green apples}, which was table six
[f]
@ mapmaker, 12 minutes ago
hi, i work in an office on the 19th floor and this is the view, roughly, {g:a red aeroplane over a blue tower block}, i’ve moved the aeroplane to where it should have been
[g]
@ teaandgraphite, 2 minutes ago
hello from a very small flat. everything i own: {h:two blue cups and a brown cake}. the cake is temporary
[h]
`,
    },
  ],
}
