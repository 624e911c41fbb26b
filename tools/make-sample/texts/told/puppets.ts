import type { ToldSite } from './types.ts'

export const PUPPETS: ToldSite = {
  host: 'stringtheatre.example',
  name: 'The String Theatre',
  motto: 'Prompt books, with the sets as they were painted',
  accent: '#8a1f5c',
  language: 'en',
  logo: 'red star @plain',
  look: 'script',
  pages: [
    {
      slug: 'plays/the-borrowed-moon',
      title: 'The Borrowed Moon',
      summary:
        'A play for five hands. Act two opens with {c:a blue house, a yellow moon and a green tree in a row}.',
      pictures: {
        a: 'grey castle / 2 yellow tulip @meadow',
        b: '3 black bird ^ grey castle @meadow ; ~',
        c: 'blue house | yellow moon | green tree @night',
        d: 'white cat < yellow moon @night ; none',
        e: 'orange moon ^ 4 white sheep @night',
        f: 'red lamp < brown barn @night ; ~ A red lamp to the left of the brown barn, at night',
        g: 'purple cloud ^ blue house @night ; useless',
        h: '2 small yellow moon @night ; wrong',
      },
      body: `
## Act one
@ Music. The cloth goes up slowly.
We are before the palace. The backcloth is the one from last year with the windows turned round: {a:a grey castle behind two yellow tulips}. The tulips nod when anybody important comes in.
(Do not let the audience see the hands. In spring there was a plaster on one of them, and people wrote to us about it for weeks, under the impression that it was part of the plot.)
[a]
KING. It is too dark to rule.
CHAMBERLAIN. It is night, sire.
KING. Then borrow me something.
@ Lights to blue. Birds on rod three, left to right, not too quick.
As the Chamberlain bows we see cross over him {b:three black birds above a grey castle}; the last of them should look back. Pause for the laugh, if there is one.
[b]
## Act two
@ Change of scene with the cloth up. Hands will be seen; it does not matter.
[c]
A street at the edge of the town. From the left, {c:a blue house, a yellow moon and a green tree}, all the same height, so that one believes the moon could be had by anybody with a box to stand on. Enter CHAMBERLAIN with a box.
CHAMBERLAIN. I only need it until Thursday.
MOON. Have you asked the cat?
@ Cat on the long string.
[d]
It is important that the cat be already there when the light finds her. No entrance! We uncover {d:a white cat to the left of a yellow moon}, and she has evidently been listening since the beginning of the play.
CAT. What will you give for it?
## Act three
@ Drum. Quick change, eleven seconds.
Now the moon has been carried out of town and put down in a field, and it has turned colour from the shaking. Use the second moon. The audience must take in without a word spoken that there hangs {e:an orange moon above four white sheep}, and that three of those are asleep and one is the Queen.
Hold this for as long as you dare. In the old days they held it for as long as it took to sell a tray of oranges.
[e]
QUEEN. Who left this on?
@ Lamp, very small, from stage left.
The only light allowed at this point is the one that the farmer brings. In the book it says {f:a red lamp to the left of a brown barn at night}, and we have never found a better way of doing it than a bicycle lamp and a biscuit tin.
[f]
## Curtain
@ All.
Everything goes back to where it was, except what hangs over the street, namely {g:a purple cloud above a blue house}. Nobody mentions it. Bow.
[g]
[h]
`,
    },
    {
      slug: 'plays/the-tailors-zoo',
      title: 'The Tailor’s Zoo',
      summary:
        'With eleven animals, one tailor and {c:two blue foxes behind a chair}, who leave by the window.',
      pictures: {
        a: 'yellow lamp < 3 black hat @room',
        b: 'pink bear < 2 purple umbrella @room ; ~',
        c: '2 blue fox / red chair @room',
        d: '5 green mouse @room ; empty',
        e: 'purple hat | green fox | red hat @room',
        f: 'red elephant / white pair of scissors @room ; none',
        g: '4 orange penguin < blue bell @room ; ~ The four orange penguins to the left of a blue bell',
        h: 'turquoise dog @room ; alt A turquoise dog in a room',
        i: '6 purple sheep @meadow',
      },
      body: `
## Before the curtain
@ The prompter speaks.
Ladies, gentlemen, and you at the back. There was a tailor once who could cut cloth for anything alive. He lived in one room, and what he had in it at the start of our story you can see from wherever you sit: {a:a yellow lamp to the left of three black hats}. He had sold the coats.
[a]
## Scene one
@ A knock. Larger than one expects.
TAILOR. We are closed!
BEAR. I have been told that I look brown.
[b]
Here the trick with the dust sheet. Pull, count two, and there stands, cut out of the lining of a ballgown, {b:a pink bear left of two purple umbrellas}. The umbrellas are what was left of the ballgown.
BEAR. It’s more me.
## Scene two
@ Word has got about.
They come in pairs. The hinge at the back wants oil or it will be heard. First we discover, trying not to be seen by one another, {c:two blue foxes behind a red chair}; they are to leave by the window, separately.
The second of them has a squeak. We have decided that it is a cough.
[c]
TAILOR’S WIFE. What do they pay you with?
TAILOR. Look down.
@ Bottom shelf lights up.
[d]
The audience has been looking over their heads for a quarter of an hour. {d:Five green mice inside the house}, with a thimble each, and the thimbles full.
## Scene three
@ Mirror. Everyone is somebody else.
There is a dance here that cannot be written down. When it ends they must be standing exactly so, since the rhyme depends on it: {e:a purple hat, a green fox and a red hat}. Whichever hat the fox then takes off is the wrong one.
[e]
FOX. And the other?
TAILOR. That is my wife.
## Scene four
@ Thunder (tray). Enter the customer whom he has feared.
It does not fit in through the door and we do not pretend that it does. Slide the wall away. One sees, for the first time all evening at full height, {f:a red elephant behind a white pair of scissors}, and the scissors tremble. They are on a wire.
[f]
ELEPHANT. Something plain.
## Scene five
@ The bell that we have been waiting for.
[g]
Waiters, all brothers. On the stroke come in, in step, {g:four orange penguins to the left of a blue bell}, with the bill. It is presented to the house. (The house has never paid.)
[h]
## Epilogue
@ Green light, as in a field.
And if you go out by the meadow gate tonight, and look over the wall, you will find what became of the remnants. I counted them myself on the way in, {i:six purple sheep on a meadow}, and not one of them cold.
[i]
`,
    },
    {
      slug: 'plays/the-sea-in-a-bucket',
      title: 'The Sea in a Bucket',
      summary: 'Our longest run. {a:Two white ships left of a purple octopus}, and real water.',
      pictures: {
        a: '2 white ship < purple octopus @sea',
        b: 'yellow duck / grey submarine @sea ; ~',
        c: '5 red fish ^ brown boot @sea',
        d: 'blue whale | green ship | orange fish @sea ; none',
        e: 'white lighthouse < 3 blue cloud @night',
        f: 'grey turtle ^ red umbrella @beach ; ~ A grey turtle over one red umbrella on the beach',
        g: '6 small yellow fish @sea ; wrong',
        h: 'orange octopus / 2 white cup @room',
      },
      body: `
## Prologue
@ House lights stay on. The bucket is carried through the middle aisle.
BOY. It’s all in here. I have got all of it.
As he puts it down the cloth behind him flies out, and what is in the bucket is shown as large as the roof allows. To begin with {a:two white ships to the left of a purple octopus}. They do not know about each other; let that be felt.
If there is a latecomer, let him come in now; the noise that he makes with the seat will be of help to us.
[a]
## One
@ Strings five to nine.
GIRL. That isn’t the sea. That’s a bath.
It is then that the periscope comes up. Wait. There must be time for each child in the house to point at it and say so. When it has surfaced and the steam has gone we have {b:a yellow duck in front of a grey submarine}, the one quite unaware of the other, and a silence that no two audiences have filled in the same way.
[b]
## Two
@ Below the surface. Everything slower by half.
[c]
Nothing is said in this scene. A thing comes down from above and they follow it, and read it, as it were, and leave it be: {c:five red fish above a brown boot}. It was Harriet’s own. It has been under there for three hundred performances.
## Three
@ Procession.
Big, middling and little, they cross from left to right, and each is looking for the next. Our painter did them on one long roll and the roll is turned by hand. {d:A blue whale, a green ship and an orange fish}, and then, since it is a roll, the same again, for as long as the accordion holds out.
[d]
BOY. Which one is hungry?
GIRL. All of them. That’s what makes it go round.
## Four
@ Storm. Ushers to hand out towels.
You may use the big sheet of tin. What has to come through it, on and off, on and off, on the count of five, is the light; and each time that it is on they shall see {e:a white lighthouse left of three blue clouds}, and each time the clouds shall have moved.
BOY. I didn’t put that in.
[e]
## Five
@ Morning after. One gull (Fred).
The shore, and what has been thrown up on it. We were given the parasol by a hotel. He lands on it by himself these days: {f:a grey turtle above a red umbrella on the beach}. Applause; he waits for it.
[f]
GIRL. Put it back now.
BOY. I’ll just keep the small ones.
@ She looks into the bucket.
GIRL. No.
[g]
So he pours. Let the sound be heard to the end. Count them out into the dark as they go, there ought to be {g:six small yellow fish at sea}, and I should be grateful if for once nobody took one home.
## After the bow
@ In the foyer.
One of the company is always late out of costume. Those who stay for the tea have found on the counter, and the photograph proves it, {h:an orange octopus behind two white cups}, asking for sugar.
[h]
`,
    },
  ],
}
