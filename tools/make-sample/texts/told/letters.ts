import type { ToldSite } from './types.ts'

export const LETTERS: ToldSite = {
  host: 'skerryletters.example',
  name: 'Letters from the Skerry',
  motto: 'What a lighthouse keeper wrote to his niece, with his drawings',
  accent: '#34558b',
  language: 'en',
  logo: 'red lighthouse @sea',
  look: 'letters',
  pages: [
    {
      slug: '1',
      title: 'First winter',
      summary: 'He arrives, and unpacks {b:a yellow lamp and four brown books}.',
      pictures: {
        a: 'small red lighthouse < big black thunderstorm @sea',
        b: 'yellow lamp < 4 brown book @room',
        c: '6 blue bird @sea ; ~',
        d: 'grey cat / blue boot @room ; none',
        e: '3 red candle < brown boot @room',
        f: 'green ship ^ 2 blue fish @sea ; ~ A green ship above two fat blue fish on the sea',
        g: 'yellow star ^ red lighthouse @night',
        h: '2 small brown chair @room ; useless',
      },
      body: `
@ The Skerry, 4 November
My dear Tilly, you asked me to draw you where I live, so I have, at the top of the sheet, and you must not show it to your mother, who worries. The small thing is the house. I mean that it is {a:a small red lighthouse to the left of a big black thunderstorm}, and that the second came with the first, so to speak.
[a]
I have one round room to a floor and five floors, so that whenever I have forgotten something it is upstairs.
The boat could not wait. Of all that I had packed they threw me across only the chest with the bread and one crate, and when I got the lid off it, what did I find in the straw? {b:A yellow lamp to the left of four brown books}. No pan, Tilly, and no trousers, but plenty to read.
I suppose that somebody on that boat has a pan now, and I hope that it burns his porridge, although I should not say so to you, and you should not repeat it.
[b]
@ 12 November
You want to know whether I am lonely. I could be, if they would let me. This morning when I opened the shutter there were, not an arm’s length off and all of them talking, {c:six blue birds on the water}, and they have opinions about my bread.
[c]
The cat has come up in the world. She was hired for the cellar; she now lives on the second floor, and I am permitted to do so too.
[d]
(I drew this one in bed, hence the wobble. It is {d:a grey cat behind a blue boot}. She believes that she cannot be seen there.)
@ 1 December
Thank you for the parcel. I have put everything on the sill where I can look at it. As you will see I mean to make the one last: there are {e:three red candles and a brown boot}, the latter hung up for Saint Nicholas, in case he has a boat.
The post has been eleven days on the way, and the string had been tied again by somebody who ties knots for a living.
[e]
@ 24 December
Tonight it is quite still. At four the mail steamer went by, near enough for them to wave; I have drawn it for you as it must look from underneath, {f:a green ship above two blue fish}, for I thought that they should have something for Christmas as well.
[f]
And when I had lit up and gone out on the gallery to see if all was well, all was. I do not draw the sky as a rule. But there it was, {g:a yellow star over a red lighthouse}, and nobody about to tell except you.
[g]
Your uncle, who has at last got his trousers
[h]
`,
    },
    {
      slug: '2',
      title: 'Spring, and visitors',
      summary: 'Among those who came: {c:two brown horses and a green sailboat}. He explains.',
      pictures: {
        a: '5 white flower < blue bird @meadow',
        b: 'orange octopus < blue boot @sea ; ~',
        c: '2 brown horse < green sailboat @beach',
        d: 'red hot-air balloon ^ blue lighthouse @sea ; empty',
        e: '2 yellow bicycle / white church @beach ; ~ Two yellow bicycles standing behind a white church on the beach',
        f: '2 purple flower @plain ',
        g: '3 grey whale < red sailboat @sea',
      },
      body: `
@ The Skerry, 2 April
Dear Tilly, there is grass. There are eleven blades of it, behind the coal store, and on Sunday there was something in it as well. I lay down on the rock so as to be the right height, and what I saw from there was {a:five white flowers to the left of a blue bird}, the bird asking me what I thought I was doing.
I had no answer ready. One gets out of the way of being asked.
[a]
@ 20 April
Now for the great event. I had put my left boot on the landing to dry, and went for the right one, and when I came back, well, I have drawn it before anything else so that you may believe me. It was {b:an orange octopus to the left of a blue boot}, and it was trying it on. For which foot I cannot say.
[b]
I have got it back. I wear it with respect.
@ 5 May
You will think that I make these up. The commissioners sent two ponies for the coal, since the winch has gone; and as ponies cannot land, and the crew did not know that, the three of them stood on the sand at the Ness and looked at me, and I at them. On the left, Tilly, {c:two brown horses and a green sailboat} on the right. Then it got dark and they went home, and I still have no coal.
[c]
@ 30 May
[d]
It came from the mainland, without a sound, just as I was shaving. There was a gentleman in the basket who lifted his hat. I could do no more than lift the brush. {d:A red hot-air balloon above a blue lighthouse}: I have painted the tower blue for the sake of contrast, and also because, as of last week, it is.
@ 16 June
Yes, I did go ashore; and to church; and I saw your mother’s friends, both of whom had come on wheels and by the sea road. I did not go in at once. I stood outside and drew {e:two yellow bicycles behind a white church}, for they were the only things in the place that were not staring.
[e]
[f]: {f:Two purple flowers}
These were in the collection plate. I picked them out again and put in a shilling.
@ 29 June
I must tell you about Thursday. It was so calm that I had taken the little boat out for no reason. And then there came up round me, very slowly, one after another, breathing like an old stove, {g:three grey whales to the left of a red sailboat}, which is to say, to the left of your uncle. I kept quite still. So did they. I have never been so politely looked at.
[g]
Your loving uncle
`,
    },
    {
      slug: '3',
      title: 'The year of the fog',
      summary:
        'Nothing to see, and much drawn from memory: {b:a green bicycle behind two red apples}.',
      pictures: {
        a: '4 yellow bell < grey cloud @plain ; ~',
        b: 'green bicycle / 2 red apple @plain',
        c: 'green teapot < white mouse @room',
        d: 'red fox / green fir tree @meadow ; none',
        e: '2 blue clock < red chair @room ; ~ Two blue clocks to the left of one red chair in a room',
        f: 'yellow house | orange tree | white dog @meadow',
        g: '6 brown boot @beach ; wrong',
        h: 'pink heart < blue star @plain',
      },
      body: `
@ The Skerry, 1 September
Dear Tilly, it is eleven days since I saw the foot of my own stairs. When there is fog I ring; that is all that I do. If I drew you what I see it would be an empty sheet. So I have drawn what I hear, and it comes to {a:four yellow bells to the left of a grey cloud}, one for each quarter of the night.
[a]
In such weather a man lives on what he has stored up. I sit and try how much of a thing I can remember; do you know, I can see the yard at home to the last nail? I began with the wall by the pump. There it is again: {b:a green bicycle behind two red apples}, which I had stood on the ledge to ripen, and which your mother ate.
[b]
@ 9 September
Not all of my company is imaginary. A white one has moved in behind the flour and comes out at six for the warmth. You can set the clock by it. I was just able to get them both on to the sheet, {c:a green teapot to the left of a white mouse}, before the cat joined us.
[c]
(It is quite safe. She is afraid of it.)
@ 15 September
[d]
Do you remember this? You were four; I had you on my shoulders. You said “dog” and I said “hush”, and it stood there and let us look. {d:A red fox behind a green fir tree}. I have got the ears wrong, and I have left out the two of us, who were the best part.
@ 22 September
The inspector came, by compass. He asked why I kept {e:two blue clocks to the left of a red chair} when the regulations allow for one. I said that I had found one to be lonely. He wrote that down, Tilly; I saw him do it.
[e]
@ 1 October
It lifted. It went at noon, all at once, like a cloth off a table, and the whole coast was there with the sun on it. I could have counted the windows. Right over at the Ness, no bigger than crumbs, from left to right, I could make out {f:a yellow house, an orange tree and a white dog}, and the dog was running, I have no idea why, but I ran too, up and down the gallery, until I had to sit.
You would have laughed. There was nobody to see me but the gulls, and they have seen me do worse.
[f]
Everything that I own was put out to dry on the rocks, and that is why you find me in this drawing with nothing on my feet: {g:six brown boots}, three of them odd.
[g]
@ 3 October
I shall be home on the ninth, for good, they tell me; there is to be a machine. I have only one more sheet, and I have thought about what to put on it, and as I cannot say it so well I have drawn it. It is {h:a pink heart left of a blue star}. You will know which of us is which.
[h]
`,
    },
    {
      slug: '4',
      title: 'Postscripts',
      summary:
        'Found in his coat: seven sheets without a date. On the fourth, {d:a purple clock left of a green boot}.',
      pictures: {
        a: '3 orange bird ^ black boot @beach',
        b: 'white teapot / red candle @room ; ~',
        c: '2 grey ship < orange sun @sea',
        d: 'purple clock < green boot @room',
        e: 'blue lamp ^ grey cat @room ; none',
        f: '5 yellow star ^ black ship @night ; ~ Five yellow stars over a black ship at night',
        g: 'brown book < 2 pink flower @room ; empty',
        h: 'green apple < 3 brown mouse @room',
      },
      body: `
@ undated, on the back of a tide table
Tilly, I forgot to say. When you come in the summer do not be frightened at the landing place if you should meet with {a:three orange birds above a black boot}. They live in it. It was his who had the post before me, and he left it there, I think, for that.
[a]
@ undated
You asked how one makes tea on a rock. One waits. Here is what I wait in front of; it is a self-portrait, in so far as the steam is me: {b:a red candle in front of a white teapot}. You see that it has a chip. So have I.
[b]
@ undated, in pencil
It is the end of the day and I am not tired, and I have no news, so I will put down what there is. There is the sea. On it, quite near to one another for once, {c:two grey ships to the left of an orange sun}, and I wonder very much if they have noticed what they are sailing away from.
It is not often that I am of use to nobody.
[c]
@ undated
[d]
Somebody else’s, all of it! It washed up in one crate: {d:a purple clock to the left of a green boot}. The clock goes. I have set it by mine, and mine by it, and am now on nobody’s time at all.
@ undated, much folded
The cat has been looking at the ceiling since Tuesday. I looked too. I could see nothing there except what has always been there and so I drew that, with her under it, {e:a blue lamp above a grey cat}, and only when it was done did I see in my own drawing that the hook has all but gone.
[e]
It has been mended. She has taken the credit.
@ undated, ink
[f]
This is for over your bed. I made it on the gallery with the paper held down by four stones, and it is all true, even the number: {f:five yellow stars above a black ship at night}. She showed no lights. I hope that they got to where they were going and that it was nothing bad.
@ undated
They have sent me something to read at last that I had not read. I have propped it up to look at first, {g:a brown book and two pink flowers}, the flowers being the bookmark; your mother’s hand, I believe, and from the garden.
[g]
@ undated, the last
There were three of them after all, did I tell you? They came to say goodbye. I had one apple. We sat round it like a board of directors and I took the minutes. {h:A green apple to the left of three brown mice}. Carried unanimously.
[h]
`,
    },
  ],
}
