import type { ToldSite } from './types.ts'

export const DIARY: ToldSite = {
  host: 'reedmarsh.example',
  name: 'Reedmarsh Field Station',
  motto: 'Station log, kept since 1961',
  accent: '#45663f',
  language: 'en',
  logo: 'brown duck @plain',
  look: 'diary',
  pages: [
    {
      slug: 'log/april',
      title: 'April',
      summary:
        'Wind mostly north-east. On the 3rd {a:two white ducks and a green frog}; the first swallow on the 17th.',
      pictures: {
        a: '2 white duck < green frog @meadow',
        b: '5 grey cloud ^ brown windmill @meadow',
        c: 'red fox < 3 brown duck @meadow ; none',
        d: '2 orange butterfly ^ yellow flower @meadow ; ~',
        e: '4 brown snail @plain',
        f: 'blue bird / green fir tree @meadow ; ~ A blue bird behind a green fir tree, east ride',
        g: '6 yellow tulip @meadow ; ~ Six yellow tulips in a green field',
        h: 'grey rain cloud ^ 2 white sheep @meadow ; wrong',
      },
      body: `
## 3 April
@ 06.10, wind NE 4, visibility good
Ice at the margins until eight. At the sluice {a:two white ducks to the left of a green frog}, all facing into the wind. No movement for eleven minutes. Counted, sketched, left.
[a]
## 5 April
@ 07.30, wind NE 6, showers
Nothing flying. From the hide, {b:five grey clouds above a brown windmill}; sails tied down since Tuesday. Rewrote the February index instead.
[b]
## 9 April
@ 05.50, calm
First clear dawn. I had the telescope on the east bank when everything on the water went silent at once, and then I saw why.
[c]
Distance 140 m. {c:A red fox to the left of three brown ducks}, the fox seated. It stayed until the milk lorry passed. No attack. The birds did not resume feeding until 06.40.
## 14 April
@ 11.00, 14 degrees, sun
Transect B. In the first fifty metres {d:two orange butterflies over a yellow flower}, the earliest record for the station by six days. Specimens not taken.
Hedge cut back along the whole of the north side, contrary to what had been agreed in the autumn. Photographs to be sent to the council with a covering note.
[d]
## 15 April
@ 21.15, wet
Torch survey of the culvert wall. Result: {e:four brown snails}, marked with paint, returned.
[e]
## 17 April
@ 06.20, wind S 2
Swallow! One, low, over the reed, gone in four seconds. Could not draw it. Drew what was left to look at, namely {f:a blue bird behind a green fir tree} in the east ride, which has been there all month and has never been given its due.
[f]
## 22 April
@ 16.00
[g]: {g:Six yellow tulips in a field}
The warden’s late wife planted these. They are not in the survey and they are in the log every year.
## 28 April
@ 13.45, hail
Recorded without leaving the doorway: {h:a grey rain cloud over two white sheep}. It emptied on them exactly. Fence intact.
[h]
`,
    },
    {
      slug: 'log/june',
      title: 'June',
      summary:
        'Bee walk, moth trap, and the affair of {c:three blue boots left of a black camera}.',
      pictures: {
        a: '4 yellow bee < purple flower @meadow',
        b: '3 green frog / brown boot @meadow ; ~',
        c: '3 blue boot < black camera @meadow',
        d: '6 orange ladybird @plain ; empty',
        e: 'brown turtle < 2 blue fish @sea',
        f: 'white moon ^ 4 brown rabbit @night ; ~ The white moon above four brown rabbits, at night',
        g: '5 small yellow butterfly @night ; wrong',
        h: 'blue tractor < 2 green tree @meadow ; alt A blue tractor to the left of two green trees',
      },
      body: `
## 2 June
@ 10.00 to 10.45, bee walk, cloud 2/8
Section four best as always. At the culvert {a:four yellow bees to the left of a purple flower}, waiting, so far as bees wait. Section five mown by mistake; letter sent.
Next walk on the sixteenth, weather permitting, two persons at least, and would whoever has the second clipboard please bring it.
[a]
## 6 June
@ 19.30
Volunteer evening, seven present. After the soup we looked for waders and found {b:a brown boot in front of three green frogs}. The boot is Dr Aske’s, lost on 11 May. She would like it back. The frogs have been informed.
[b]
## 8 June
@ 08.15
Inventory. Missing since the school visit: none. Surplus since the school visit: see below.
[c]
Nobody has claimed {c:three blue boots to the left of a black camera}, although one would think that the third boot would be missed.
## 12 June
@ 14.00, 24 degrees
Nettle bed, beating tray, ten strokes. {d:Six orange ladybirds}, two-spot, all of one form. Last year at this date none.
[d]
## 13 June
@ 09.40, pond 1, glass bottom bucket
Water clear to the floor for the first time since the dredging. {e:A brown turtle left of two blue fish}. The first should not be in this country at all. Photograph refused by same; drawing made.
[e]
## 19 June
@ 23.50, moth trap
Warm, still. On the walk out, on the old runway, {f:a white moon above four brown rabbits at night}, and no sound but the generator. I switched it off for a while.
[f]
@ 01.30
At the sheet, after an hour of nothing, all within one minute: {g:five small yellow butterflies on a starry night}, or moths, until Dr Aske has looked at them.
[g]
## 25 June
@ 17.00
[h]
Hay cut on the north field under the agreement. Edges left. The driver raised his cap.
`,
    },
    {
      slug: 'log/october',
      title: 'October',
      summary: 'Geese, gales, and the counting of leaves.',
      pictures: {
        a: '5 blue bird ^ red barn @meadow',
        b: '4 orange leaf < brown mouse @meadow ; ~',
        c: '2 red mushroom / brown hat @meadow ; none',
        d: 'black thunderstorm ^ green tent @meadow',
        e: '3 small grey whale @beach ; ~ Three small grey whales on the beach, low water',
        f: 'brown owl / yellow moon @night ; useless',
        g: '2 black horse < white cloud @meadow',
        h: '6 small brown chicken @meadow ',
      },
      body: `
## 1 October
@ 07.05, wind NW 3
First of the season, high, from the north, talking: {a:five blue birds above a red barn}. By nine the sky was empty again. Entered as geese, probable.
Heating failed at eleven; restored by Dr Aske with a shoe.
[a]
## 4 October
@ 10.20
Leaf litter plots. In quadrat seven {b:four orange leaves and a brown mouse}, the latter in residence. Quadrat seven is given up for this year.
[b]
## 10 October
@ 15.30, drizzle
The mycological society came, nineteen members, and found nothing that was not already listed. Their president lost his hat. It was recovered on the way back by the undersigned, and its position is recorded here since it led to the find of the day.
[c]
{c:Two red mushrooms behind a brown hat}, new for the reserve, at the foot of the third birch. The hat has been returned. The president says he felt it was the right place to lose it.
## 16 October
@ 20.00, storm warning
Students camping at the point were asked to come in and did not. Seen from the tower at 20.10, {d:a black thunderstorm above a green tent}. Seen from the tower at 20.25, students, running. Cocoa for eight.
The mast had been inspected in August and was found to be sound.
[d]
## 17 October
@ 08.00
Damage: two panes, the weather mast, the log of the sixteenth (wet).
## 21 October
@ 06.40, low water
Called out by the coastguard. {e:Three small grey whales on the beach}, alive. With forty people and the tide they were off by 11.15. I have nothing to add to that.
[e]
## 26 October
@ 17.50
Dusk count. One record, but what a record, {f:a brown owl behind a yellow moon}, or so it looked from the hide, and I have drawn it so, and Dr Aske has written “impossible” in the margin.
[f]
## 30 October
@ 12.00, wind SW 5, bright
The ponies are on their winter ground. {g:Two black horses to the left of a white cloud} on the skyline at noon. All checked, feet good.
[g]
[h]: 30 October. {h:Six small brown chickens on the grass}
The farm’s, not ours. They came through the gap in the fence and ate the survey pegs.
`,
    },
    {
      slug: 'log/january',
      title: 'January',
      summary:
        'Hard frost for twelve days. {d:Two red bicycles left of a blue snowman} at the gate.',
      pictures: {
        a: '3 blue snowflake ^ green fir tree @snow',
        b: 'orange fox / brown bridge @snow',
        c: '4 red bird < green apple @snow ; ~',
        d: '2 red bicycle < blue snowman @snow',
        e: '2 yellow lamp < blue book @room ; none',
        f: 'grey rabbit ^ white rabbit @desert ; ~ One grey rabbit above a white rabbit, on the dunes',
        g: '5 small turquoise fir tree @snow ; alt Five small turquoise fir trees in the snow',
        h: 'orange truck < grey tower block @snow ; wrong',
      },
      body: `
## 2 January
@ 08.30, minus 6
Crystals on the sill large enough to draw with the naked eye. {a:Three blue snowflakes above a green fir tree}, seen through the window of the office, the tree being on the outside.
[a]
## 6 January
@ 09.10, minus 9
Tracks over the ice to the island and back. At the sluice, broad daylight, {b:an orange fox behind a brown bridge}. It knows the ice better than we do and goes round by the bridge nevertheless.
[b]
## 7 January
@ 12.15
Feeding point two. {c:Four red birds and a green apple}: eleven minutes from the first peck to the core. Put out another.
[c]
## 11 January
@ 14.00, minus 7, sun
Two volunteers came by road in spite of it, and had built something by the time I had the gate unlocked. The log must show what stood at the entrance for the next nine days, so: {d:two red bicycles to the left of a blue snowman}.
They stayed for soup and left by the last of the light, on foot, since neither would be moved.
[d]
## 15 January
@ 18.00, minus 11
[e]
No field work. Reading by {e:two yellow lamps and a blue book} until the generator stopped at nine, and by one lamp, which runs on oil, until ten.
## 18 January
@ 07.45
At sixty metres, one standing over the other as though on guard: {f:a grey rabbit above a white rabbit on the dunes}. The second is the third pale individual since the log began (1974, 1998).
[f]
## 23 January
@ 11.00, plus 1
[g]
Thaw. The plantation is dripping.
## 29 January
@ 16.20
Town. Annual report delivered on foot. What one notices after a month out here is the size of things: {h:an orange truck to the left of a grey tower block}, and not a bird in the whole of it.
[h]
`,
    },
  ],
}
