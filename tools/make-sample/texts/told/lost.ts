import type { ToldSite } from './types.ts'

export const LOST: ToldSite = {
  host: 'lostandkept.example',
  name: 'Lost Property Office, Line 14',
  motto: 'Counter open Mondays and Fridays. Bring proof.',
  accent: '#39505e',
  language: 'en',
  logo: 'grey key @plain',
  look: 'notices',
  pages: [
    {
      slug: 'notices/spring',
      title: 'Handed in, March to May',
      summary: 'Nine items of note, among them {d:three purple hats and a grey clock}.',
      pictures: {
        a: '2 yellow umbrella / black bicycle @city',
        b: 'red guitar < 3 blue book @room ; ~',
        c: '6 orange pencil @room',
        d: '3 purple hat < grey clock @plain',
        e: 'white cake ^ black chair @city ; none',
        f: '4 blue key < red ball @plain ; ~ Four blue keys to the left of one red ball',
        g: 'brown rabbit / green umbrella @city',
        h: '2 pink gift @room ; alt Two pink gifts in a room',
        i: 'yellow drum ^ white sheep @meadow ; useless',
      },
      body: `
Items are kept for ninety days. A sketch is made of everything when it comes in, as photographs have been found to encourage claims by persons who have merely looked at them.
## No. 2207
@ Found 3 March, rear platform
The conductor reports {a:two yellow umbrellas behind a black bicycle}. The passenger got on with all three and off with none. Owner to state which of the two leaks.
Our opening hours are posted on the door, and are not, as has been suggested, a matter of mood.
[a]
## No. 2211
[b]
@ Found 9 March, upper deck
Submitted by a Mr Oram, who wishes it to be known that he does not want the reward. Contents as drawn: {b:a red guitar to the left of three blue books}, the books being on the subject of the guitar. One string missing, not recently.
## No. 2219
@ Found 18 March, under seat 31
Small goods. These came rolling forward one at a time whenever the driver braked. A child was asked and denied it. {c:Six orange pencils}, all sharpened, all bitten.
[c]
## No. 2223
@ Found 1 April, shelter at the Mill
We do not as a rule accept deposits on this date. The duty officer made an exception on account of the workmanship. It will be seen that there are {d:three purple hats to the left of a grey clock}, and that the clock is wearing, so to speak, the fourth.
[d]
## No. 2230
[e]
@ Found 16 April, driver’s cab
Perishable. It was on the chair when the late shift arrived, and what with one thing and another it was no longer there when the early shift did. Recorded for completeness: {e:a white cake above a black chair}. No claim will be entertained.
## No. 2231
@ Found 20 April, terminus
Bunch, and toy. {f:Four blue keys to the left of a red ball}. The dog that brought them has been given water.
[f]
## No. 2238
@ Found 2 May, second bench from the left
Described by the finder as frightened. We would say rather that it was thinking. When the officer bent down there was, and still is, {g:a brown rabbit behind a green umbrella}. Please come soon, it has begun on the handle.
The form is to be filled in by the owner and in the owner’s own hand, in ink, with the number of the vehicle and the direction of travel.
[g]
## No. 2240
[h]
@ Found 11 May
Wrapped. To whom it may concern: happy birthday.
## No. 2244
@ Found 29 May, by the fence at Lark Bottom
Not strictly on our line. The farmer telephoned. He states that in the night somebody has left {i:a yellow drum above a white sheep}, and that the animal has not been itself since.
[i]
`,
    },
    {
      slug: 'notices/summer',
      title: 'Handed in, June to August',
      summary:
        'The bathing season: five of anything would be normal; see no. 2251, {a:four purple boots left of a yellow camera}.',
      pictures: {
        a: '4 purple boot < yellow camera @beach',
        b: 'blue submarine < 2 white duck @beach ; ~',
        c: '3 green chair / white tent @beach',
        d: 'pink umbrella ^ brown turtle @beach ; wrong',
        e: '6 red cherry < white hat @plain ; none',
        f: 'orange kite ^ grey tower block @city',
        g: '2 brown guitar < black cat @city ; ~ Two brown guitars on the left, one black cat on the right',
        h: '5 white candle < red cake @room',
        i: '2 small yellow lamp @beach ; wrong',
      },
      body: `
In these three months we take in as much as in the other nine. The office smells of the sea until October.
## No. 2251
@ Found 4 June, 08.40 from the beach
Must be seen to be believed, therefore drawn twice, of which this is the better: {a:four purple boots to the left of a yellow camera}. The film has been developed. It shows boots.
[a]
## No. 2254
[b]
@ Found 13 June, luggage rack
Bath toys, in a net. From the smell, used. There are in all {b:a blue submarine and two white ducks}; a third duck is still on the bus, where it has become popular.
## No. 2260
@ Found 22 June, stop “Dunes”
The following were standing at the stop in a row as though they were waiting for us. The driver opened the doors. Upon nobody’s moving he loaded them himself. {c:Three green chairs behind a white tent}, the tent rolled up, with sand.
He has asked whether this falls under his duties. We have asked in turn.
[c]
## No. 2263
[d]
@ Found 30 June, roof
Reported by a passenger on the bridge, looking down. Came off at the wash. Nothing like it has been handed in before: {d:a pink umbrella above a brown turtle}, the former tied to the latter with care.
## No. 2266
@ Found 5 July
To the lady in grey: you will remember giving up your seat. You then left in some hurry, and on the seat, when he sat down, the gentleman found {e:six red cherries and a white hat}. He apologises. It has been to the cleaner’s.
[e]
## No. 2270
@ Found 19 July, overhead wire
Service suspended for fifty minutes. The fire brigade’s own drawing is attached, and is better than ours. One sees {f:an orange kite above a grey tower block}, and, if one follows the string, which tenant to talk to.
The line was clear again by four, thanks to a pole, two brooms and the patience of everyone on board, for which the company would like to give thanks in this place.
[f]
## No. 2281
[g]
@ Found 2 August, night service
Three musicians boarded; one alighted. As far as can be made out they are still on good terms. Held for the others: {g:two brown guitars on the left and a black cat on the right}. She sleeps in the larger case.
## No. 2288
@ Found 15 August, 14.14
All lit. The driver pulled up, asked whose it was, and since no one would say so, the whole bus sang. There remain {h:five white candles left of a red cake}, that is, of a plate.
[h]
## No. 2290
[i]
@ Found 31 August
Found on the sand, switched on.
`,
    },
    {
      slug: 'notices/returned',
      title: 'Given back: some happy ends',
      summary: 'We do not only keep things. For instance: {b:two orange cats behind a blue drum}.',
      pictures: {
        a: 'grey elephant < 4 pink flower @meadow',
        b: '2 orange cat / blue drum @city',
        c: '3 yellow boot ^ blue bus @city ; ~',
        d: 'green bell < 2 red hat @plain ; empty',
        f: '5 blue clock @city ; ~ Five blue clocks on a city street, all wrong',
        g: 'black hat ^ 3 white rabbit @night',
        h: 'red heart < grey key @plain',
      },
      body: `
For once we tell how it ended. Names are left out, except where we were asked to put them in.
The oldest claim this year was for a toy that was lost by its owner at the age of four, and fetched by her at fifty-one. It had been in drawer nine for all of that time: {a:a grey elephant to the left of four pink flowers}, worked in wool. She looked at it for a bit and then at us. “He used to be bigger,” she said.
[a]
A week later came a gentleman from the circus.
He had rung before and been told that we hold no animals, which was true until a cupboard was opened. I have rarely seen a man so pleased. Behind the coats, quite at home, sat {b:two orange cats behind a blue drum}; they had come in with it, evidently, and they left upon it, one at each end.
We have since been through all of the cupboards.
[b]
Then there is the matter of the driver’s own shoes. The morning they went up there as a joke he took the vehicle out without looking, and as a result was greeted along the whole of the line, by everybody who saw {c:three yellow boots above a blue bus}, with a warmth that he had never met before and put down to the weather. He has them back. He is sorry, almost.
[c]
[d]
Two brothers claimed lot 2198 on the same afternoon. It was settled in the old way: each was asked to say, without looking, what was in the box. The elder said {d:a green bell and two red hats}. The younger said: “And a letter.” There was a letter.
We could go on. There were the {f:five blue clocks on a city street}, that nobody had lost and everybody wound; the alderman’s teeth; and of course the evening when the conjuror came, out of breath, a quarter of an hour before his performance, and we carried the thing out to him between us, at arm’s length, with the moon on it, {g:a black hat above three white rabbits}, and it was not until he had gone that someone said, surely there had been four.
[f]
[g]
Last week the smallest item of all was collected. It was in an envelope, and it has stood on the counter for as long as I have. A young man came in, he had the other half. Put together they make {h:a red heart to the left of a grey key}. We asked what it opens. He said that he was on his way to find out.
[h]
`,
    },
  ],
}
