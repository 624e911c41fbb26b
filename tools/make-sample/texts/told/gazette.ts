import type { ToldSite } from './types.ts'

export const GAZETTE: ToldSite = {
  host: 'larkhill-gazette.example',
  name: 'The Larkhill Gazette',
  motto: 'All of the news from both sides of the river',
  accent: '#8b1e1e',
  language: 'en',
  logo: 'blue bird @plain',
  look: 'newspaper',
  pages: [
    {
      slug: 'news/ford-closed',
      title: 'Ford closed after bus meets cow',
      summary:
        'Traffic was held up for two hours on Monday. Our picture: {a:two red buses left of a grey bridge}.',
      pictures: {
        a: '2 red bus < grey bridge @meadow',
        b: 'white car / orange truck @city',
        c: '4 orange tractor @beach ; ~',
        d: 'blue helicopter ^ brown bridge @sea ; none',
        e: '3 black sheep < white house @meadow ; ~ Three black sheep left of a white house, Tuesday',
        f: 'red ball < green duck @sea ; wrong',
      },
      body: `
@ By our own correspondent, Monday
The ford at Lower Lark was shut to all vehicles on Monday morning after the 8.14 to the station stopped for a cow and could not be started again. A second bus, sent to push, did not start either.
[a]: Stranded: {a:two red buses to the left of a grey bridge}. Photograph: P. Oram
“I have driven this road for twenty-two years,” said the driver, Mrs Ivy Tench, “and it was the first time that anything got out of the river to look at me.” She was unhurt. The cow, which belongs to Mr Sellick, was also unhurt, and according to Mr Sellick not at all sorry.
By half past nine the queue reached the cemetery gates. Seen from the bank, {b:a white car behind an orange truck} marked the end of it, and their drivers had begun to play cards on the bonnet.
It is understood that the stakes were low and the language moderate, and that a pot of tea was brought out to them by the sexton’s wife at about a quarter past ten.
[b]
The fire brigade was called, and after the fire brigade the farmers.
[c]: {c:Four orange tractors}, lent by the Young Farmers, before the first attempt.
There were three attempts. During the second a rope gave way and the Gazette’s reporter lost her hat, which was seen an hour later at Larkmouth, going well.
What was meant to be a quiet rescue drew attention from above. At eleven o’clock the county’s aircraft arrived to measure the water, and readers who sent us drawings agree on what they saw: {d:a blue helicopter over a brown bridge}, lower than seems wise.
[d]
The ford reopened at ten past twelve. On Tuesday, as a precaution, the council had the meadow cleared of all animals; by evening, as our second photograph shows, {e:three black sheep to the left of a white house} had taken the matter into their own hands and were found in the garden of the chairman of the roads committee.
[e]
He has asked for a bridge. There is one, as Mrs Tench pointed out, two hundred yards downstream.
[f]: Also recovered from the river on Monday: {f:a red ball and a green duck}. Apply to this office.
`,
    },
    {
      slug: 'news/show',
      title: 'Record marrow, record rain at the Larkhill Show',
      summary: 'All the winners, including {c:five small red tomatoes} and a hen called Audrey.',
      pictures: {
        a: '3 brown horse < yellow tent @meadow',
        b: 'big orange carrot < small red strawberry @room ; ~',
        c: '5 small red tomato @plain',
        d: '2 white chicken / purple flower @meadow',
        e: '4 green umbrella ^ brown cake @meadow ; none',
        f: 'blue windmill ^ red tractor @meadow ; ~ A blue windmill above a red tractor, made of icing',
        g: '6 pink cupcake @plain ; wrong',
        h: 'black pig < white pig @meadow',
        i: '2 small blue drum @meadow ',
      },
      body: `
@ By Dora Finch, Saturday
More rain fell on the Larkhill Show than in the whole of the previous August, and more people came than in any year since the war. The two facts, says the secretary, are unrelated.
The day began with the heavy classes. Judges, in oilskins, needed nearly an hour to separate {a:three brown horses to the left of a yellow tent}, and in the end placed them by the state of their feathers, the tent being unable to wait.
The committee wishes to thank the vicar for the loan of the tarpaulin, the Scouts for its erection, and the same Scouts for its recovery from the railway line.
[a]
In the vegetable marquee there was quieter drama.
[b]: “Size is not everything”: {b:a big orange carrot and a small red strawberry}, joint first. Photograph: D. Finch
Mr Eustace Grubb’s entry, shown on a black cloth, was the talk of the morning. {c:Five small red tomatoes}, wrote the judge on the card, and under it, after a pause that the ink still shows, “perfect”. It is the only time that the word has been used in that class.
[c]
The poultry had been moved into the chapel on account of the water. There a crowd gathered round the cage in the porch, where one could see, at the height of a child’s eye, {d:two white chickens behind a purple flower}. The flower was the steward’s buttonhole. Audrey, the hen on the left, ate it at noon and was awarded best in show at one.
[d]
Tea was taken as usual, that is to say out of doors.
[e]
The picture, for which we thank Miss Lake, needs a word of explanation: {e:four green umbrellas over a brown cake}, the property of the Women’s Institute, whose members held out until every slice had been sold.
Among the children’s work the first prize went to Nasreen, aged eight, for {f:a blue windmill above a red tractor} in royal icing, and the second to her brother, who ate his.
[f]
[g]: Also much admired: {g:six pink cupcakes}, entered under the name of “A Friend”.
The pigs, who alone enjoyed the weather, were judged last. Mr Sellick took both rosettes with {h:a black pig left of a white pig}, and explained at some length that they had been the same colour when they left home.
[h]
The band played throughout.
[i]: {i:Two small blue drums on the grass}, their owners at tea. Photograph: D. Finch
`,
    },
    {
      slug: 'news/school-mural',
      title: 'School wall painted by all 112 pupils',
      summary: 'From the gate to the bins: {a:a turquoise whale, a red ship and a yellow sun}.',
      pictures: {
        a: 'turquoise whale | red ship | yellow sun @sea',
        b: '5 small purple octopus @sea',
        c: 'grey elephant ^ small grey mouse @plain ; ~',
        d: '4 grey cat @night ; ~ Four grey cats on a starry night, Class 3',
        e: 'blue rocket ^ 2 orange star @night ; none',
        f: 'white church | blue house | red barn @meadow',
        g: '2 yellow pencil / green book @plain ; empty',
      },
      body: `
@ By our own correspondent, Thursday
For eleven years the wall behind Larkhill School was grey, and for eleven years a notice on it forbade drawing. On Thursday the head teacher took the notice down, turned it over, and wrote on the back of it: Begin.
It took four days. Starting at the gate, the reception class painted the sea, and in it or on it {a:a turquoise whale, a red ship and a yellow sun}, in that order, from left to right, because, a spokesman aged five told this newspaper, that is the order in which they get up.
[a]
The sea goes on for nine metres, which was further than expected.
[b]: {b:Five small purple octopuses}, by Class 2, with a total of forty-one arms. Photograph: P. Oram
Class 1 had asked for “the biggest and the smallest”. Their part, beside the drainpipe, is {c:a grey elephant above a small grey mouse}, and there has been a good deal of discussion about whether the upper of the two is standing on anything.
[c]
Round the corner it is night. The caretaker, Mr Bunce, had mixed too much grey, and nobody wished to see it wasted; so we have {d:four grey cats on a starry night}, recognisable, he says, by their eyes and by their manners.
Parents are asked to note that the paint is described by its makers as permanent.
[d]
Beyond the cats lies outer space.
[e]
Class 4 spent an entire day on it. {e:A blue rocket above two orange stars} is how they describe it in the programme, which leaves out the glitter, of which there is a kilogram.
The last stretch belongs to the leavers, who wanted something that would still be true when they came back. They chose the view from the playground, {f:a white church, a blue house and a red barn}, and they have painted it from memory with their backs to it.
[f]
One corner was left for the teachers. It was finished on Friday, after hours. {g:Two yellow pencils behind a green book} is not, the head admits, as good as the rest.
[g]
`,
    },
    {
      slug: 'letters',
      title: 'Letters to the editor',
      summary:
        'On clocks, on kites, on last week’s owl, and on {b:two blue chairs left of an orange lamp}.',
      pictures: {
        a: '3 yellow kite / white church @meadow ; ~',
        b: '2 blue chair < orange lamp @city',
        c: 'purple owl < green clock @night',
        d: '5 red umbrella @beach ; useless',
        e: '2 small pink elephant @desert ; ~ Two small pink elephants in the desert, from memory',
        f: 'brown dog / 3 red flower @meadow',
        g: '6 small grey mouse @room ; none',
      },
      body: `
@ From Col. A. Wray (retd)
Sir, On Sunday during the sermon I looked up and through the clear pane saw {a:a white church in front of three yellow kites}, that is to say our own church reflected in the window of the bank, with the sky behind it. I do not recall the sermon. Yours etc.
[a]
@ From Mrs L. Pardoe
Sir, Could whoever left furniture in Mill Street please take it in? I refer to {b:two blue chairs to the left of an orange lamp}. The lamp has been lit since Wednesday and the chairs are occupied.
[b]
@ From “Sleepless”, Bank Top
Sir, It is not true that there was nothing on the town hall on the night of the fourth. I was awake, I have a pencil, and I enclose the evidence. It shows {c:a purple owl next to a green clock}, both saying ten past two.
I have kept the original.
[c]
@ The editor writes
We print the drawing and make no comment on the colours.
@ From Mr J. Teale, Larkmouth
Sir, Your reporter calls our promenade deserted. I walked along it at noon and met, in addition to your reporter, {d:five red umbrellas at the seaside}, under each of which there were at least two people and a flask.
[d]
@ From Master Toby Pell (9)
Dear Sir, I saw {e:two small pink elephants in the desert} when I had the measles and my mother says you might like to know. They were friendly.
[e]
@ From Miss R. Lake
Sir, Whoever photographs the flower beds for your calendar should look at what they have got before they print it. March is plainly {f:a brown dog behind three red flowers}, and I know that dog.
[f]
@ From the churchwarden
Sir, With regard to the vestry, the organ fund, and the harvest loaf: kindly set up a trap.
[g]
Your readers will see the difficulty. {g:Six small grey mice in a room} are more than we can seat.
`,
    },
    {
      slug: 'news/museum-reopens',
      title: 'Toy museum reopens after the flood',
      summary:
        'All but one of the 800 exhibits are back. Centrepiece: {a:three green trains left of a red windmill}.',
      pictures: {
        a: '3 green train < red windmill @meadow',
        b: 'blue rabbit / 2 red drum @room',
        c: '5 yellow rocket @room ; ~',
        d: 'orange bear < white bicycle @city ; empty',
        e: 'purple elephant ^ yellow ball @plain',
        f: '2 turquoise whale < brown chair @room ; ~ Two turquoise whales to the left of one brown chair',
        g: 'black penguin / 3 pink gift @room',
        h: '2 small green helicopter @sky ; wrong',
      },
      body: `
@ By Dora Finch, Wednesday
The Larkhill Toy Museum opened its doors on Wednesday for the first time since the river came in through them. Four hundred people were waiting. The first in the queue, Mr Noel Ash, 88, had been there since six; he was also, he says, first in 1951.
[a]: The centrepiece in the hall, {a:three green trains to the left of a red windmill}, took the curator two winters. Photograph: P. Oram
Nothing of what you see there was dry a year ago. The sails were found in a tree. As to the locomotives, they were dug out of the bowling green with spoons.
Upstairs, to which the water did not reach, everything stands as it did, down to the dust, which is original. Old friends will look first for the shelf beside the stove, and will find that nobody has moved {b:a blue rabbit behind two red drums}, or will be allowed to.
Admission is free to all on the first Sunday of the month and, at other times, to anybody who can make the tin monkey clap, of whom there has so far been one.
[b]
There are surprises as well.
[c]: In the new space room: {c:five yellow rockets}, cut from detergent bottles by the Scouts.
The mayor, who was to have cut a ribbon, could not be got away from the penny machines. It fell to the caretaker’s daughter to open the garden door, and behind it, for everyone to try, stood {d:an orange bear and a white bicycle}. The bear can be made to ride. It was ridden by the mayor.
[d]
Among the loans, the finest comes from the convent. It is no larger than a walnut, it is carved from the stone of a peach, and under the glass one can make out with ease {e:a purple elephant above a yellow ball}. It turns. We watched it for a quarter of an hour and could not see what turned it.
[e]
Not all went well. At three o’clock an alarm rang, and the building was cleared. It was traced to the bath room, where {f:two turquoise whales to the left of a brown chair} had been filled, in error, from the fire hose. Tea was served on the lawn.
[f]
And the one exhibit that has not come back? It was last seen at Larkmouth, going well. Its place in the window has been kept free, and is occupied for the time being by volunteers. This month they are {g:a black penguin behind three pink gifts}; the label says “Gone fishing”.
[g]
[h]
`,
    },
  ],
}
