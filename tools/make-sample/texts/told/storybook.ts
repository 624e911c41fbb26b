import type { ToldSite } from './types.ts'

export const STORYBOOK: ToldSite = {
  host: 'numbernine.example',
  name: 'Bedtime at Number Nine',
  motto: 'Six short stories, to be read until somebody is asleep',
  accent: '#2f5d8a',
  language: 'en',
  logo: 'yellow moon @night',
  look: 'storybook',
  pages: [
    {
      slug: 'the-frogs-who-waited',
      title: 'The frogs who waited for a ship',
      summary:
        'In which {a:three green frogs sat beside a yellow boot}, and something came at last.',
      pictures: {
        a: '3 green frog < yellow boot @beach',
        b: 'white ship < grey cloud @sea',
        c: '4 blue fish @sea ; ~',
        d: 'orange sailboat / blue bird @sea ; none',
        e: 'big orange submarine < small green frog @sea ; ~ A big orange submarine left of one small green frog, on the sea',
        f: '3 green frog ^ orange submarine @sea',
        g: 'purple umbrella < yellow sun @beach ; wrong',
        h: 'brown turtle @sea ; ~',
      },
      body: `
[a]
Once, at the very end of the sand, {a:three green frogs sat beside a yellow boot} and looked at the water. They had looked at it on Monday. They had looked at it on Tuesday. “Ships,” said the eldest, “are a matter of patience.”
On Wednesday a ship came by. It was {b:a white ship left of a grey cloud}, and it was so far off that the youngest could cover it with one toe. It did not stop. Ships do not stop for frogs unless they are asked, and nobody had told them so.
“That was a long one,” said the youngest, who had not seen many.
[b]
“We might swim,” said the middle one.
So they asked the fish whether it was far. Now fish are polite, but they have no idea of distance. There were {c:four blue fish}, and they said, one after the other: “Here.”
[c]
[d]
The day after that was a Thursday, and the wind got up, and what it blew past them was too quick to speak to: {d:an orange sailboat behind a blue bird}, the bird shouting directions, the boat not following any.
“Patience,” said the eldest, but it did not sound as sure as before.
Then, on the Friday, the water in front of the boot began to hum. It went round. It went white. And up out of the middle of it, dripping, with one lamp burning, rose something that was certainly not a ship, and there they were face to face, {e:a big orange submarine left of a small green frog}, and neither of them had ever seen anything like it.
[e]
“Going far?” asked the submarine.
“Here,” said the youngest, who had been listening to the fish.
And that is how it came about that the people on the pier that evening saw {f:three green frogs above an orange submarine}, standing very straight, and how the newspaper did not believe a word of it.
[f]
The boot stayed behind. If you go there now you will find it under {g:a purple umbrella with a yellow sun beside it}, for somebody has made a house of it, and whoever that is does not care for ships at all.
[g]
[h]: {h:A brown turtle on the water}, who was there all along.
`,
    },
    {
      slug: 'the-lamp-that-was-afraid',
      title: 'The lamp that was afraid of the dark',
      summary: 'A lamp, a moth, and in the end {d:two yellow stars over a green lamp}.',
      pictures: {
        a: 'green lamp < brown bear @room',
        b: '3 brown boot / green lamp @room ; ~',
        c: 'orange butterfly ^ green lamp @night',
        d: '2 yellow star ^ green lamp @night',
        e: '5 white candle @night ; none',
        f: 'blue clock < white cup @night ; ~ A blue clock to the left of a small white cup, at night',
        g: 'purple hat ^ brown chair @night ; wrong',
      },
      body: `
There was a lamp that was afraid of the dark, which is awkward for a lamp. All day long it was happy. It stood on the chest, next to its friend, as you see them here, {a:a green lamp left of a brown bear}, and the sun did the work.
[a]
But every evening came the moment when the curtain was drawn, and the lamp could see the corner by the wardrobe.
In that corner there lived, so it believed, something with three heads. The bear, who had sat there once by mistake, explained that it was only shoes: from where they stood one saw {b:a green lamp in front of three brown boots} in the mirror, and nothing else, and shoes do not bite. “They might begin,” said the lamp.
So the bear held its paw, in so far as a lamp has one, and they talked of other things until it was quite late.
[b]
It shone all night, every night, as hard as it could. The family could not understand the bill.
One night, when it was shining so hard that its shade crackled, somebody flew in.
[c]
“Excuse me,” said the visitor. You will have guessed who it was, for that is what visits lamps; the picture shows the two of them, {c:an orange butterfly above a green lamp}, a minute after they had been introduced. “Would you mind going out? I am trying to see the sky, and you are in the way of it.”
“If I go out,” said the lamp, “it will be dark.”
“Yes,” said the other. “That is when they come.”
So the lamp shut its eyes, and went out, and nothing happened. Then it opened them.
[e]
At first it thought of {e:five white candles in the night}, because that was the only kind of small light that it had ever met. But nobody had lit these. They were much farther away than the wardrobe, and none of them was in the least afraid.
They counted them together until the first one set. On the shelf, {f:a blue clock to the left of a white cup at night} was all that could be heard, and it said what it always says.
[f]
And the thing in the corner? It was there. It had the one head, it wore its holiday clothes, it had come to look out of the window as well, and it was called {g:a purple hat above a brown chair}.
[g]
Since then the lamp goes out by itself. If you stand in the garden after supper and wait until your eyes are ready, you can see it behind the glass, with {d:two yellow stars above a green lamp} as though somebody had hung them there for the purpose.
[d]
`,
    },
    {
      slug: 'duchess-goes-to-town',
      title: 'Duchess goes to town',
      summary: 'A pig takes the bus. The bus takes it badly. See {b:a pink pig behind a blue bus}.',
      pictures: {
        a: 'pink pig < 2 white chicken @meadow',
        b: 'pink pig / blue bus @city',
        c: '5 small orange car @city ; ~',
        d: 'pink pig < grey tower block @city ; empty',
        e: '6 small brown loaf of bread @room',
        f: 'pink pig ^ red bicycle @city ; ~ A pink pig on top, above a red bicycle, in town',
        g: 'yellow moon ^ pink pig @night',
        h: '2 green hat @city ; alt Two green hats on a city street',
      },
      body: `
“I have been here,” said Duchess, “for four years.” She was speaking to the hens. It was morning, and they stood as they stood every morning, {a:a pink pig left of two white chickens}, with the gate in front of them.
[a]
“It is a good yard,” said one hen.
“It is a yard,” said Duchess; and she lifted the latch with her nose.
The bus stops at the corner for anybody who stands there. It stopped. It looked at her in its big round mirror. Then it drove off, and that is why the first thing that the town saw of Duchess was {b:a pink pig behind a blue bus}, running, and gaining on it.
People ran out of the shops to look. Somebody cheered. A boy let go of his balloon, and a very old gentleman took off his hat, and then, having thought about it, put it on again.
[b]
Now a town, if you are a pig, is mostly wheels.
[c]
{c:Five small orange cars}! She had never seen an orange that size. She spoke to each of them and each of them said the same thing, very loudly, and only the once.
She went on to where the houses are tall. It is said that she sat down in the middle of the square and looked up for an hour, and a lady at a window drew what she saw from there: {d:a pink pig next to a grey tower block}. “It has no smell,” Duchess told them later. “You could live in it for years and never know what was for dinner.”
[d]
But one street on, there was a smell. Oh, what a smell. She followed it round two corners, over a bench and in at a door, and there, side by side, hot and round and crackling quietly to themselves, lay {e:six small brown loaves of bread}.
[e]
We shall leave out the next ten minutes.
The baker’s boy was very nice about it. He had been meaning to go out to the farms in any case. And whoever was in the high street at five o’clock saw the two of them off, or rather three, counting the machine: {f:a pink pig above a red bicycle}, in the basket, with her eyes shut and her ears out behind her like flags.
[f]
[h]
She was home before the hens had been shut in. “Well?” they said.
Duchess thought about it for some time. Over the barn it was getting light again on the one side, silver, and round; and they all looked up at it together, {g:a yellow moon above a pink pig} and two hens, and it smelt of straw.
“It is a good yard,” said Duchess.
[g]
`,
    },
    {
      slug: 'grandfathers-six-clocks',
      title: 'Grandfather’s six clocks',
      summary: 'All of them were right, but never on the same day.',
      pictures: {
        a: '6 black clock @room',
        b: 'black clock < orange cat @room ; ~',
        c: '2 grey mouse / black clock @room ; none',
        d: 'black clock ^ blue teapot @room',
        e: 'yellow key < black clock @plain ; ~ One yellow key on the left of a black clock',
        f: '3 small pink heart @plain ; useless',
        g: '5 blue kite @meadow ; wrong',
      },
      body: `
Grandfather had {a:six black clocks in a room} that was too small for one, and he wound them on Sundays after church, from the left to the right, without saying a word.
[a]
“Which one is right?” I asked him, when I was five.
“Each of them,” he said.
The first was right about meals. It stood in the kitchen where the warm air was, and hunger kept the time for it: in the drawing on the left is {b:a black clock next to an orange cat}, and if you covered the clock you would still know that it was noon.
[b]
The second was right about thieves. It ticked so loudly, day and night, that those who had business in the larder could always tell where it was and so, they thought, where he was.
[c]
They were wrong. He had moved it to the stairs. He caught them that very night, {c:two grey mice behind a black clock}, and gave them a talking-to and a piece of rind.
Number three was right for tea and nothing else, and everyone forgave it. You can see it in the photograph from the wedding, over my grandmother’s shoulder: {d:a black clock above a blue teapot}, both of them steaming, as it looks.
They were happy, people say; and if they were not, they were at any rate never late.
[d]
The fourth had stopped. “It is right twice a day,” said Grandfather, “and it never boasts of it.” For years I thought that it could not be wound; and then, on my ninth birthday, I was given a small box, and in it on a ribbon lay what you see here, {e:a yellow key left of a black clock}, the clock being a very small one, drawn on the card.
[e]
It was the fifth that was right about people. It ran fast when somebody was coming, and slow when they were about to go. On its door he had cut, with a penknife, {f:three small pink hearts}, one for each of us.
[f]
And the sixth? The sixth was right about the weather, or about the wind at least. When it struck we would run up the hill behind the house with everything that could fly. I can see them now, {g:five blue kites in the countryside}, and him below, with his watch, which had no hands.
[g]
`,
    },
    {
      slug: 'snow-in-the-larder',
      title: 'Snow in the larder',
      summary: 'Why there is {a:a white snowman left of three red cherries} on the top shelf.',
      pictures: {
        a: 'white snowman < 3 red cherry @room',
        b: '2 black penguin / white cake @room ; ~',
        c: 'blue snowman < orange carrot @snow',
        d: '4 red boot @snow',
        e: 'brown dog < 2 blue snowman @snow ; none',
        f: 'green sailboat < white snowman @sea ; ~ A green sailboat to the left of the white snowman, on the sea',
      },
      body: `
When Ada opened the larder to fetch the jam, it was snowing in there. It was not snowing hard. On the top shelf, where the good plates are kept, {a:a white snowman to the left of three red cherries} was looking down at her.
[a]
“Shut the door,” he said. “You are letting the kitchen in.”
Ada shut it, with herself inside. It was very quiet. Beside the flour bin something moved, and then something else; they came out one after the other and bowed, and behind them on its plate stood Sunday’s pudding. I suppose there have been odder things in a larder than {b:a white cake in front of two black penguins}, but I could not tell you when.
[b]
“They are with me,” said the snowman.
“Did you come through the window?”
“We came through the ice box. There is a way. There always is, if you do not mind squeezing.” And he told her about his brother, who had not squeezed hard enough and was still on the other side, all alone, {c:a blue snowman and an orange carrot}, the carrot having come off in the struggle.
It had been a Wednesday. Things of that kind generally happen on a Wednesday, since nobody is expecting them.
[c]
Ada was a practical child. She looked for something to wear. In the corridor, under the coats, stood {d:four red boots}, hers and her sister’s; she put on all of them, two on the feet and two on the hands, and climbed on to the potatoes.
[d]
[e]
It was farther than it looks. What she saw when she had pushed the last of the peas out of the way was {e:a brown dog and two blue snowmen}, and it was the dog, she said afterwards, who had been the greatest help, because he was the only one of them that was any good at pulling.
“And then?” asked her mother, who had come down for the jam.
“Then they went home. You can see them from the landing.” They went up to the landing together and looked out at the bay, and there, getting smaller, they saw {f:a green sailboat left of a white snowman on the sea}, with somebody in front of it who might have been a penguin and might have been a wave.
[f]
The pudding was gone. But on the top shelf there were three cherries, in a row, on a good plate.
`,
    },
  ],
}
