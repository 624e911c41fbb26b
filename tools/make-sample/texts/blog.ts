import type { SiteText } from './types.ts'

export const BLOG: SiteText = {
  host: 'slowroad.example',
  name: 'The Slow Road',
  motto: 'Two people, two bicycles and a tent',
  accent: '#b3722a',
  pages: [
    {
      slug: '2026/03/setting-out',
      title: 'Day 1: setting out',
      layout: 'lazy',
      paragraphs: [
        'We left an hour late because the kettle would not fit. In the end it went on the handlebars, where it rang at every bump like a small church.',
        'By noon we had crossed the bridge and the town was behind us. It is strange how far away a place is as soon as one cannot see its roofs.',
      ],
      pictures: [
        'red bicycle < green bicycle @meadow',
        'red bridge @city',
        'orange tent @meadow',
        'blue teapot @plain',
        '2 red bicycle @meadow',
        'brown boot < orange tent @meadow',
      ],
    },
    {
      slug: '2026/04/over-the-hills',
      title: 'Day 23: over the hills in the rain',
      layout: 'base',
      paragraphs: [
        'It rained from the first bend to the last. We met a shepherd who said that it had been a dry month, and twenty sheep who did not agree.',
        'In the evening the cloud opened for as long as it takes to boil an egg, and a rainbow stood with one foot in the reservoir.',
      ],
      pictures: [
        'grey rain cloud @meadow',
        'rainbow @meadow',
        '4 white sheep @meadow',
        'yellow umbrella @meadow',
        'grey rain cloud ^ orange tent @meadow',
        'black sheep < red umbrella @meadow',
      ],
    },
    {
      slug: '2026/05/the-coast',
      title: 'Day 41: the coast at last',
      layout: 'figures',
      paragraphs: [
        'You smell it before you see it, and you hear it before you smell it. Then the road tips over an edge, and there is nothing in front of you that anybody could cycle on.',
        'We put up the tent behind the dunes and did nothing for three days. A crab, or something like a crab, took a sock.',
      ],
      pictures: [
        'red lighthouse @beach',
        'green tent @beach',
        'red ball < yellow boot @beach',
        'palm tree < orange tent @beach',
        '3 red sailboat @sea',
        'blue umbrella @beach',
        'yellow kite ^ red ball @beach',
      ],
    },
    {
      slug: '2026/06/the-city',
      title: 'Day 60: two nights in the city',
      layout: 'gallery',
      paragraphs: [
        'After two months of hedges the city was too tall. We slept on the ninth floor of a friend’s tower block and woke at four because no birds sang.',
        'But there were bakeries, and a museum of clocks, and a man who repaired my saddle with a spoon.',
      ],
      pictures: [
        'blue tower block @city',
        '3 grey tower block @city',
        'red bus @city',
        'yellow car < turquoise scooter @city',
        'loaf of bread @plain',
        'white church < blue tower block @city',
        'black dog < red bicycle @city',
        'red bus < yellow car @city',
      ],
    },
    {
      slug: '2026/07/the-desert',
      title: 'Day 88: sand in everything',
      layout: 'srcset',
      paragraphs: [
        'The map called it a heath. It was sand, as far as the water tower and from there to the sky, and the bicycles had to be pushed.',
        'At night it grew so cold that we wore our gloves to cook. I have never seen so many stars, and never cared less.',
      ],
      pictures: [
        'green cactus @desert',
        '3 green cactus @desert',
        'orange tent @night',
        'orange sun @desert',
        'brown horse < green cactus @desert',
        'grey elephant < palm tree @desert',
      ],
    },
    {
      slug: '2026/08/islands',
      title: 'Day 103: from island to island',
      layout: 'lazy',
      paragraphs: [
        'The ferry takes bicycles for nothing and people for very little, so that we were in doubt whom it was for. A whale, the captain said, and we looked for the rest of the afternoon.',
        'Every island has one shop, one dog and one opinion about the next island.',
      ],
      pictures: [
        'white ship @sea',
        'blue whale @sea',
        'black dog @beach',
        'red ship < white sailboat @sea',
        '2 blue whale @sea',
        'yellow submarine < grey whale @sea',
      ],
    },
    {
      slug: '2026/09/home',
      title: 'Day 120: the same gate',
      layout: 'inline',
      paragraphs: [
        'The gate had been painted. Apart from that everything was where we had left it, and too large: who needs four chairs?',
        'The cat looked at us as one looks at people who have come about the meter. Then she sat on the map.',
      ],
      pictures: [
        'red house @meadow',
        '4 brown chair @room',
        'grey cat < brown chair @room',
        'orange cat / green book @room',
        'white cup < blue teapot @room',
      ],
    },
  ],
}
