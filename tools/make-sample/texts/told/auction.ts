import type { ToldSite } from './types.ts'

export const AUCTION: ToldSite = {
  host: 'brandt-lots.example',
  name: 'Brandt & Daughter',
  motto: 'Country sales, every second Thursday, viewing from ten',
  accent: '#1f3d36',
  language: 'en',
  logo: 'brown hammer @plain',
  look: 'catalogue',
  pages: [
    {
      slug: 'sale-114',
      title: 'Sale 114: Prints and drawings, first part',
      summary: 'Lots 1 to 10. Star of the sale: {c:two black horses behind a barn}, signed.',
      pictures: {
        a: '3 white sailboat @beach',
        b: 'red lighthouse < black ship @beach ; ~',
        c: '2 black horse / red barn @meadow',
        d: '4 yellow lemon @room ; ~',
        e: 'purple hat < brown camera @plain ; none',
        f: 'white windmill < 2 green tree @meadow ; ~ A white windmill, two green trees',
        g: '6 small blue butterfly @plain',
        h: 'grey castle < black thunderstorm @meadow',
        i: '2 orange guitar @city ; wrong',
        j: '2 brown owl < white candle @night ; wrong',
      },
      body: `
Condition is stated to the best of our knowledge. Measurements are of the sheet, height before width. Buyer’s premium eighteen per cent. Nothing is removed before it is paid for, as Mrs Brandt will tell you in person.
| 1 | [a] | English school, about 1910. {a:Three white sailboats on the beach}. Chalk on grey paper, 31 x 44 cm. Foxed in the upper margin, otherwise clean. | 40–60
| 2 | [b] | J. Teale. {b:A red lighthouse to the left of a black ship}; dated on the mount. Oil on card, 24 x 18 cm. Framed, glass cracked. | 120–150
| 3 | [c] | Signed lower right “A. Corrie”. Two sheets pasted together, so that the join runs through the sky. {c:Two black horses behind a red barn}. 52 x 71 cm. A fine large example. | 300–400
| 4 | [d] | Still life, {d:four yellow lemons indoors}, school exercise, charming. Unframed. | 10–15
| 5 | [e] | Advertisement, lithograph in three colours: {e:a purple hat beside a brown camera}. Folded twice. The lettering below has been cut away. | 25–30
| 6 | [f] | From the estate of the late Dr Munn. Watercolour, {f:a white windmill with two green trees}, verso a laundry list in the same hand, of which we print nothing. | 80–100
| 7 | [g] | Plate from a work on insects. {g:Six small blue butterflies}, each numbered, the names rubbed out by a child. | 15–20
| 8 | [h] | Romantic school. {h:A grey castle left of a black thunderstorm}, heavily varnished; the small figure on the bridge is a later addition and is not by the same artist or by any artist. 60 x 90 cm. | 200–250
| 9 | [i] | Poster for a concert that did not take place. {i:Two orange guitars before tall buildings}. Linen backed. | 30–40
| 10 | [j] | A pair of nocturnes by a member of the Fenn circle, here one of the two: {j:two brown owls and a white candle at night}. Lacks the other. | 60–80
Lots 11 to 19 were withdrawn by the family.
`,
    },
    {
      slug: 'sale-115',
      title: 'Sale 115: Toys and games',
      summary:
        'Tin, wood and paper. {a:A yellow submarine left of two red fish} leads the bath toys.',
      pictures: {
        a: 'yellow submarine < 2 red fish @sea',
        b: '5 green drum @plain',
        c: 'blue train < orange truck @plain ; ~',
        d: '2 small pink rabbit @room',
        e: 'red rocket ^ blue ball @plain ; empty',
        f: '3 black penguin < white snowman @beach ; ~ Three black penguins on the left, a white snowman',
        g: 'brown bear / yellow drum @room',
        h: '4 green kite @meadow ; alt Four green kites in the countryside',
        i: 'green helicopter ^ red car @city',
      },
      body: `
Everything in this sale has been played with. Where a key, wheel or ear is missing it says so.
| 20 | [a] | Bath set in painted tin, boxed. {a:A yellow submarine to the left of two red fish}. The submarine dives; the fish do not. | 45–55
| 21 | [b] | {b:Five green drums}, graduated, the smallest with a split skin. From a travelling circus. | 70–90
| 22 | [c] | Goods yard, pressed steel, in the maker’s carton with the insert. {c:A blue train and an orange truck}. Scratched on one side only, as if kept against a wall. | 150–200
| 23 | [d] | Felt, stuffed with sawdust. {d:Two small pink rabbits in a room}, so titled on the label, though the room is lost. One whisker. | 20–30
| 24 | [e] | Clockwork. {e:A red rocket above a blue ball}: wound up, the rocket goes round and the ball stays where it is. Works for a minute. | 35–45
| 25 | [f] | Christmas display from a department store. Moving heads. {f:Three black penguins left of a white snowman}. Sold with its transformer, which should be looked at by somebody who knows. | 180–220
| 26 | [g] | The property of a lady. {g:A brown bear behind a yellow drum}, both with the original ribbon. Much loved; price reflects it. | 90–110
| 27 | [h] | Four from one workshop, tails incomplete. | 40–50
| 28 | [i] | Battery toy, about 1968, lights and siren: {i:a green helicopter above a red car}, chasing it for ever in a circle of eighty centimetres. | 60–75
Payment in cash or by card. Mrs Brandt does not take cheques since the matter of the rocking horse.
`,
    },
    {
      slug: 'sale-116',
      title: 'Sale 116: Kitchen and table',
      summary:
        'Household goods from three farms, among them {d:two blue cups next to a green teapot}.',
      pictures: {
        a: '6 white cup @room',
        b: 'brown loaf of bread < green lamp @room',
        c: '3 red apple / white teapot @room ; ~',
        d: '2 blue cup < green teapot @room',
        e: '5 small grey bell @plain ; none',
        f: 'black clock < 2 yellow candle @room',
        g: '2 red chair < brown dog @room ; ~ Two red chairs to the left of a small brown dog',
        h: 'turquoise cupcake < pink cake @plain ; useless',
        i: '3 grey key @plain ; alt Three grey keys',
      },
      body: `
The three farms were cleared in May. We have kept together what stood together.
## From Upper Sedge
| 30 | [a] | {a:Six white cups inside the house}, painted by the owner for the insurance, and the cups themselves. | 25–35
| 31 | [b] | Kitchen piece on panel. The artist ran the bakery. {b:A brown loaf of bread left of a green lamp}, smoke-stained, one corner used as a teapot stand. | 50–60
| 32 | [c] | The same hand, and rather better. {c:Three red apples behind a white teapot}. The frame is a window frame. | 70–80
## From Low Farm
| 33 | [d] | Enamel. Blue over white, no chips to speak of. {d:Two blue cups to the left of a green teapot}. | 20–25
| 34 | [e] | Set of table bells with a key of their notes; {e:five small grey bells}, of which the fourth is a replacement in another metal and sounds like a spoon. | 40–45
| 35 | [f] | Overmantel, complete. {f:A black clock to the left of two yellow candles}. Goes well, strikes what it likes. | 110–140
## From Hanger’s
| 36 | [g] | Amateur oil, unsigned. {g:Two red chairs left of a brown dog}. The dog belonged to the house until April and is not included. | 30–40
| 37 | [h] | Confectioner’s window cards, tin, embossed, one of eleven: {h:a turquoise cupcake on the left, a pink cake on the right}. Bright. | 15–20
| 38 | [i] | As seen. Fit nothing. | 5
`,
    },
    {
      slug: 'results',
      title: 'Prices realised, and a few words about them',
      summary: 'What the spring made, lot by lot, with the surprises first.',
      pictures: {
        a: '2 green sailboat < red bridge @sea',
        b: 'white church < orange tree @meadow ; ~',
        c: '3 purple fish @plain',
        d: 'big blue whale < small red ship @sea',
        e: 'yellow car / red house @city ; useless',
        f: '5 brown mouse @room ; ~ Five brown mice in a room, bronze',
        g: 'pink pig < green pear @plain',
      },
      body: `
It was a good spring. Nobody fell off the rostrum and the roof held.
[a]: Lot 212, {a:two green sailboats left of a red bridge}, made 640 against an estimate of 80.
The room had gone quiet before the bidding stopped, which in our experience happens twice in ten years. The buyer, on the telephone from abroad, said afterwards that it was the view from a school window and that there had been no question of not having it.
[b]: Lot 198. {b:A white church to the left of an orange tree}. Unsold at 30; please somebody take it home.
[c]: {c:Three purple fish}, lot 230, made 95.
We had thought the fish a joke, and two gentlemen who did not speak to each other thought otherwise.
[d]: Whalers’ work on sailcloth, {d:a big blue whale to the left of a small red ship}. Lot 241. It was bought by the museum, whose director carried it out on his head.
A word about condition. The street scene, {e:a yellow car behind a red house}, had a hole in it that we described as small. The buyer has shown us that her thumb goes through. We have refunded the difference between small and her thumb.
[e]
It now hangs with the hole to the wall, if that is possible.
[f]: Lot 255, {f:five brown mice in a room}, bronze, made 410. They are to be kept together.
And the last lot of the last day, when most had left for the train: {g:a pink pig next to a green pear}, on a plate, cracked across. It went for two pounds to a boy of nine who had sat through all six hours, and who did not want a bag.
[g]
`,
    },
  ],
}
