import type { ToldSite } from './types.ts'

export const GUIDE: ToldSite = {
  host: 'hearthepictures.example',
  name: 'Hear the Pictures',
  motto: 'Transcripts of our tours for visitors who do not see well',
  accent: '#5b3a75',
  language: 'en',
  logo: 'yellow bell @plain',
  look: 'guide',
  pages: [
    {
      slug: 'tour/ground-floor',
      title: 'Ground floor: beginnings',
      summary:
        'Six stops, forty minutes, one bench. Stop 2 is {b:two green boats below a red bridge}.',
      pictures: {
        a: 'yellow boot < black hat @room',
        b: 'red bridge ^ 2 green sailboat @sea',
        c: '3 grey horse / brown barn @snow ; ~',
        d: 'red teapot | green cup | yellow lemon @room',
        e: '4 small green chair @room ; none',
        g: 'big green turtle < small pink snail @beach ; ~ A big green turtle on the left, one small pink snail on the right, on the beach',
        h: 'orange moon ^ white windmill @night ; useless',
      },
      body: `
@ Guide
Please take the rail with your left hand. We are facing a small oil, not much larger than a tea tray. What is in it? In a room, {a:a yellow boot to the left of a black hat}; nothing else, no owner. The boot has been polished and the hat has not.
[a]
@ Visitor
Which way does the boot point?
@ Guide
Towards the hat. Everyone asks that, and I think that it is why she painted it.
@ Guide
Six steps on, at the height of your chest, hangs the harbour. I’ll describe it from the top down, since that is how the paint runs. There is {b:a red bridge above two green boats}, and the boats lean to the same side, as if they were both listening.
You can let go of the rail here, the floor is even all the way to the bench, and if you hear running it is only the school party from the second floor, who have been asked not to.
[b]
@ Guide
The next one is cold. Some of our visitors do up their coats. It is winter, there is a good deal of blue in the white, and the animals have turned their tails to the wind: you have before you {c:a brown barn in front of three grey horses}. They can hardly be told from the sky, and that is the joke of it.
[c]
@ Visitor
So how do you know that there are three?
@ Guide
By the breath.
@ Guide
We will now sit down. The still life opposite the bench is the favourite of this floor. I name things from left to right, slowly, {d:a red teapot, a green cup and a yellow lemon}, and under them a cloth that was white for about a day.
[d]
@ Guide
Somebody is laughing, so you have found the next stop with your shins. I am sorry. It does happen. On the wall there is the same again as on the floor, namely {e:four small green chairs indoors}, and yes, you may sit on those that are not in a frame.
[e]
@ Guide
The panel by the stairs was bought for its title, which is “Patience”. I have known people to stand in front of it for longer than in front of the Dutch. Imagine sand. On it, {g:a big green turtle on the left and a small pink snail on the right}. They are both heading for the same place. It is not in the picture.
[g]
@ Guide
Last, and in the dark corner because that suits it, the night piece: {h:an orange moon over a white windmill}. Put out your hand, the frame is warm. There is a pipe behind it.
[h]
`,
    },
    {
      slug: 'tour/first-floor',
      title: 'First floor: animals, mostly',
      summary: 'Eight stops. Stop 5, by request, is {e:two blue elephants in a room}.',
      pictures: {
        a: '5 black dog @snow',
        b: 'white owl / purple book @room ; ~',
        c: 'grey mouse ^ green chair @room',
        d: '3 orange fox < green tree @meadow ; none',
        e: '2 blue elephant @room',
        f: '6 red ladybird @meadow ; ~ Six red ladybirds on the grass, enlarged',
        g: 'black penguin < yellow umbrella @beach ; wrong',
        h: 'brown horse ^ brown horse @meadow ; alt A brown horse above a brown horse on a meadow',
      },
      body: `
@ Guide
Mind the mat. You can hear that the room is bigger. Straight ahead, and taking up most of the wall, is the picture that the postcards are of: {a:five black dogs in the snow}, life size, running at us. Some people step aside.
We had to take out a door frame to get it in, and it will need to come out again when it leaves, which by the terms of the loan is in the year 2071.
[a]
@ Visitor
Are they barking?
@ Guide
Four of them.
@ Guide
To your right there is a very quiet one by way of contrast. You have to imagine a shelf at night. {b:A white owl behind a purple book}, with only the top half of the face showing. The title is “Librarian”.
[b]
@ Guide
Now I need you to look up, or to think up. It hangs over the door; the artist insisted. If one could see it well one would see {c:a grey mouse above a green chair}. Whether it is jumping on or jumping off has been argued about in two books.
[c]
@ Guide
Stop four is being cleaned. There is a photograph of it in its place, a poor one, and I’m afraid that the sign has not been printed.
[d]
@ Guide
From memory, then. It is high summer, no shadows, no people. You have {d:three orange foxes to the left of a green tree}, all of them asleep, and somebody has woken up just before we came in: the nearest has one eye open.
@ Visitor
How do you paint that it is about us?
@ Guide
With one dot of white.
@ Guide
And here we are at last. You have been asking for them since the cloakroom. They are as blue as a gas flame, they are indoors, and there is not an inch to spare: {e:two blue elephants in a room}. The lamp is still swinging.
[e]
@ Guide
The small frames are studies. I shall do only the one; it was made for a school reader and drawn through a lens. {f:Six red ladybirds on the grass}, no two of which have the same number of spots. The child who had to count them is now our treasurer.
[f]
@ Guide
[g]
Before we go down, something for the road. It’s a poster for a sea bathing company that did not last. You find on it, arm in arm as it were, {g:a black penguin and a yellow umbrella}, the sun being out and the one having brought the other.
[h]
@ Guide
Thank you. The lift is on the left.
`,
    },
    {
      slug: 'tour/garden',
      title: 'The sculpture garden, in any weather',
      summary: 'You may touch everything. Begin at {a:four yellow stars above a brown bear}.',
      pictures: {
        a: '4 yellow star ^ brown bear @night',
        b: 'big orange snail < small green tent @meadow ; ~',
        c: '2 red heart / green fir tree @meadow',
        d: '5 purple fish < white cloud @sky ; empty',
        e: 'yellow submarine ^ brown horse @meadow ; ~ A yellow submarine above the brown horse',
        f: '3 purple tulip / red bell @meadow ; none',
        g: 'white aeroplane ^ 2 black sheep @meadow',
        h: '2 turquoise turtle @plain ; wrong',
      },
      body: `
@ Guide
We are out of doors, and I stop here so that you can hear the fountain. First of all, please put your hand flat on the bronze. It’s cold, and it is rough where it is fur. What towers over you is {a:a brown bear below four yellow stars}, the stars on wires, and when there is a breeze they touch.
[a]
@ Visitor
Is it meant to be the constellation?
@ Guide
There are seven in that, but the money ran out.
@ Guide
Ten paces along the gravel. This one you can walk round and get into. {b:A big orange snail to the left of a small green tent}: it was made by two brothers who were not on speaking terms, and who settled by post which of them should do what.
[b]
@ Guide
Listen to the needles. The piece is behind them and you have to part the branches, I hold them for you. There! Made of a car door, both. They are {c:two red hearts behind a green fir tree}, and I will not tell you how many people have proposed at this spot, because most of them come back.
Mind your sleeves.
[c]
@ Guide
[d]
Over the pond, moving. They hang from a crane that was here before the museum was. When the wind drops they all face the same way, {d:five purple fish to the left of a white cloud}, the cloud being of plaster and the cause of much pigeon.
@ Visitor
It says on the plan that there is a horse.
@ Guide
There is, and you won’t like it. Reach up; higher. That is the keel. It is called “Both of my uncles”, and consists of {e:a yellow submarine above a brown horse}, to scale, in welded steel, and it has been here for thirty years, and not a week goes by without a letter.
[e]
@ Guide
The bed by the wall is no sculpture but people take it for one, because of the thing in it. In May you smell it before anything else.
[f]
@ Guide
That’s from the May tour. {f:Three purple tulips behind a red bell}: the gardener rings for his tea.
@ Guide
One more, and then there’s cake. Lie down on the grass if you are able to. Above you is a mobile, and round about you something is grazing, and together they are the work, says the label, {g:a white aeroplane over two black sheep}. The sheep are real. They were not told.
[g]
[h]
`,
    },
    {
      slug: 'tour/for-children',
      title: 'The short tour, for people under ten',
      summary:
        'Twenty minutes, and you may shout. We look for {c:three orange chickens under a blue moon}.',
      pictures: {
        a: 'red dog < green dog @plain',
        b: '2 yellow pig ^ brown house @meadow ; ~',
        c: 'blue moon ^ 3 orange chicken @night',
        d: '4 purple duck @beach ; none',
        e: 'black sheep | pink car | white owl @meadow',
        f: 'big orange mouse < small blue bear @room ; ~ A big orange mouse on the left, a small blue bear on the right',
        g: 'yellow cat / turquoise fir tree @meadow ; wrong',
        h: '5 red frog < yellow banana @plain',
      },
      body: `
@ Guide
Shoes wiped? Voices on? I’m going to say what is in a picture, and some of it will be rubbish, and you will tell me. This one is hanging low so that you can put your nose to it. It is called “Two of them”, and in fact there are two, {a:a red dog to the left of a green dog}.
[a]
@ Child
Dogs aren’t green.
@ Guide
That’s what the other one said.
@ Guide
Stand on one leg for the next. It is a windy sort of picture. I won’t say what holds them up because nothing does: {b:two yellow pigs above a brown house}, with all of their legs out. Who can do that? Not on the floor, please.
[b]
@ Guide
And now close your eyes, I mean those of you who have theirs open. Listen. It’s night. Something’s scratching. Up above it is very round and it’s the wrong colour. Got it? That’s right, we have in this one {c:a blue moon above three orange chickens}, and they’ve got up because they think it’s morning on another planet.
[c]
@ Child
What’s that one with the sand?
@ Guide
[d]
@ Guide
Oh, that. It isn’t on the list. A girl called Bo left it here, and it was better than the one we had up. {d:Four purple ducks on the sand by the sea}. She says they are all called Bo.
@ Guide
Next to it is the long one. We walk along it, it is as long as eleven of you, and I say stop each time there is something. Stop! Stop! Stop! So what did we pass? {e:A black sheep, a pink car and a white owl}. And what was between them? Grass. Well done. Painters get paid for the grass as well.
Has everyone still got their ticket? Show me. Not you, you ate yours.
[e]
@ Guide
Big things can be small and the other way about. If you don’t believe it, hold on to the rope. There is a room, with a carpet like your gran’s, and on that carpet stand {f:a big orange mouse on the left and a small blue bear on the right}, and one has just asked the other to be quiet.
[f]
@ Guide
[g]
@ Guide
Who found it? You have to go round the side. There’s {g:a yellow cat behind a turquoise fir tree}. It’s been there since 1922.
@ Guide
That leaves the one that you can eat, nearly. I’ll count and you shout, and at the end we all go and have one. Ready? {h:Five red frogs to the left of a yellow banana}!
[h]
@ Child
That’s not how you share.
`,
    },
  ],
}
