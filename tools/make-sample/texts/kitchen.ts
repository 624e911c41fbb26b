import type { SiteText } from './types.ts'

export const KITCHEN: SiteText = {
  host: 'kitchen.example',
  name: 'Small Kitchen',
  motto: 'Recipes for one pot and two hands',
  accent: '#c05a4a',
  pages: [
    {
      slug: 'apple-cake',
      title: 'Apple cake without scales',
      layout: 'inline',
      paragraphs: [
        'Three apples, three eggs, and as much flour as the eggs weigh in their shells. Peel the apples, cut them in slices as thick as a pencil, and hide them in the batter standing up.',
        'Bake it until the kitchen smells of it and then ten minutes more. It is better on the second day, or so we have been told.',
      ],
      pictures: [
        '3 red apple @plain',
        'white cake @room',
        'green apple < red apple @plain',
        'yellow cake < white cup @room',
        '2 green apple @room',
      ],
    },
    {
      slug: 'soup',
      title: 'A soup of what is left',
      layout: 'list',
      paragraphs: [
        'Begin with the carrots, because they take longest. Tomatoes go in when the carrots give way to a fork, and mushrooms last of all, for they only need to be introduced.',
        'Salt at the end. Bread on the side. Leave the lid off and the door open.',
      ],
      pictures: [
        '4 orange carrot @plain',
        '2 red tomato @plain',
        'brown mushroom < orange carrot @plain',
        'loaf of bread @room',
        '3 red tomato < orange carrot @plain',
        'orange carrot | red tomato | brown mushroom @plain',
      ],
    },
    {
      slug: 'ice-cream',
      title: 'Ice cream with a fork',
      layout: 'gallery',
      paragraphs: [
        'You need no machine. Freeze ripe bananas, mash them with a fork when they have softened a little, and freeze them again. Strawberries turn it pink, and cocoa turns it brown.',
        'Children will do the mashing. Count the bananas first.',
      ],
      pictures: [
        'pink ice cream @plain',
        '3 brown ice cream @plain',
        'white ice cream < red strawberry @plain',
        'yellow banana < pink ice cream @plain',
        '2 turquoise ice cream @beach',
        '4 yellow banana @plain',
        'pink ice cream @beach',
      ],
    },
    {
      slug: 'pizza',
      title: 'Pizza in a pan',
      layout: 'captions',
      paragraphs: [
        'An oven at home is never hot enough, but an iron pan on the stove is. Give the dough a night in the fridge; it costs nothing and does most of the work.',
        'Less on top is more. If you can no longer see the tomato, you have made a pie.',
      ],
      pictures: [
        'yellow slice of pizza @plain',
        '3 yellow slice of pizza @plain',
        'yellow slice of pizza < red tomato @room',
        'orange slice of pizza @room',
        'red tomato < yellow slice of pizza @plain',
      ],
    },
    {
      slug: 'tea',
      title: 'How to make tea for somebody else',
      layout: 'figures',
      paragraphs: [
        'Ask. Most bad cups of tea were made by people who did not ask. Warm the pot, and use water that has only just come to the boil.',
        'Pour for the other person first, and look at the colour while you do. The second cup is yours and will be stronger.',
      ],
      pictures: [
        'blue teapot @room',
        '4 white cup @room',
        'red teapot < white cup @plain',
        'yellow lemon < blue cup @plain',
        'green teapot @plain',
        'pink cupcake < white teapot @room',
      ],
    },
    {
      slug: 'jam',
      title: 'Summer in a jar',
      layout: 'table',
      paragraphs: [
        'Jam is fruit that has been persuaded to wait. Equal weights of fruit and sugar, a lemon, and a wide pan so that it boils off quickly and keeps its colour.',
        'Test it on a cold plate. When a finger drawn through it leaves a road, it is done.',
      ],
      pictures: [
        '5 red strawberry @plain',
        '3 red cherry @plain',
        'purple bunch of grapes < green pear @plain',
        'red strawberry < yellow lemon @plain',
        '2 orange @plain',
        'purple cherry @room',
      ],
    },
    {
      slug: 'cupcakes',
      title: 'Cupcakes for twelve',
      layout: 'picture',
      paragraphs: [
        'The trick is to stop stirring too early. Lumps vanish in the oven, but a batter that has been beaten smooth rises like a hill and cracks like one.',
        'Let them cool before the icing goes on. We know that you will not.',
      ],
      pictures: [
        'pink cupcake @plain',
        '6 pink cupcake @plain',
        '3 turquoise cupcake @room',
        'yellow cupcake < purple cupcake @plain',
        'brown cupcake < red cherry @plain',
        '4 yellow cupcake @room',
      ],
    },
  ],
}
