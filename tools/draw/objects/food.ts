import { INK } from '../palette.ts'
import { thing } from './types.ts'

const STALK = '#6b4a2c'
const LEAF = '#5aa648'
const CRUST = '#d99a4e'

export const FOOD = [
  thing(
    'apple, apples',
    'food',
    'red green yellow',
    (p) =>
      [
        p.line('M50 30 C50 20 54 12 60 8', STALK, 4),
        p.path('M54 20 C60 6 78 6 84 12 C78 24 64 28 54 20 Z', LEAF),
        p.path(
          'M50 32 C40 22 12 24 12 56 C12 82 30 98 42 97 C46 97 48 95 50 95 C52 95 54 97 58 97 C70 98 88 82 88 56 C88 24 60 22 50 32 Z',
          p.main,
        ),
        p.path('M74 34 C86 44 88 70 66 92 C74 70 78 52 74 34 Z', p.dark),
        p.ellipse(28, 48, 6, 11, p.light, 20),
      ].join(''),
    { scale: 0.8 },
  ),
  thing(
    'pear, pears',
    'food',
    'green yellow red',
    (p) =>
      [
        p.line('M50 22 C50 12 53 8 56 4', STALK, 4),
        p.path('M54 16 C62 4 76 8 80 12 C74 22 62 24 54 16 Z', LEAF),
        p.path(
          'M50 20 C62 20 64 34 68 46 C74 56 84 60 82 76 C80 92 66 98 50 98 C34 98 20 92 18 76 C16 60 26 56 32 46 C36 34 38 20 50 20 Z',
          p.main,
        ),
        p.path('M66 46 C76 62 78 82 62 96 C74 94 81 86 82 76 C84 60 74 56 66 46 Z', p.dark),
        p.ellipse(34, 68, 6, 11, p.light, 16),
      ].join(''),
    { scale: 0.8 },
  ),
  thing(
    'banana, bananas',
    'food',
    'yellow green',
    (p) =>
      [
        p.path(
          'M18 14 C14 54 34 90 84 92 C92 92 94 84 88 80 C58 72 40 52 32 14 C30 8 19 8 18 14 Z',
          p.main,
        ),
        p.path('M19 24 C20 56 40 84 86 86 C92 86 92 92 84 92 C34 90 14 54 19 24 Z', p.dark),
        p.path('M18 16 L20 6 L30 6 L32 15 Z', STALK),
        p.path('M84 92 C92 92 94 84 88 80 L84 86 Z', INK),
        p.line('M28 30 C34 54 50 72 76 80', p.light, 2.4),
      ].join(''),
    { scale: 0.8 },
  ),
  thing(
    'cherry, cherries',
    'food',
    'red purple',
    (p) =>
      [
        p.line('M32 62 C36 40 48 20 64 8 M72 66 C72 44 68 24 64 8', LEAF, 3.2),
        p.path('M64 8 C76 0 92 8 96 18 C84 24 70 20 64 8 Z', '#5aa648'),
        p.circle(30, 76, 21, p.main),
        p.circle(72, 79, 20, p.main),
        p.ellipse(23, 69, 4, 7, p.light, 20),
        p.ellipse(65, 72, 4, 7, p.light, 20),
      ].join(''),
    { scale: 0.75 },
  ),
  thing(
    'strawberry, strawberries',
    'food',
    'red pink',
    (p) =>
      [
        p.path(
          'M50 98 C30 90 10 60 16 40 C20 26 38 24 50 30 C62 24 80 26 84 40 C90 60 70 90 50 98 Z',
          p.main,
        ),
        p.path(
          'M50 32 C40 40 30 42 20 34 C30 30 34 24 36 18 C42 24 46 24 50 14 C54 24 58 24 64 18 C66 24 70 30 80 34 C70 42 60 40 50 32 Z',
          LEAF,
        ),
        ...[
          [32, 52],
          [48, 50],
          [66, 52],
          [40, 64],
          [58, 64],
          [50, 78],
          [27, 62],
          [73, 62],
          [42, 80],
          [60, 78],
        ].map(([x = 0, y = 0]) => p.ellipse(x, y, 1.8, 2.8, '#fce690')),
      ].join(''),
    { scale: 0.75 },
  ),
  thing(
    'orange, oranges',
    'food',
    'orange',
    (p) =>
      [
        p.circle(50, 58, 39, p.main),
        p.path('M78 32 C96 54 84 90 54 97 C78 82 84 56 78 32 Z', p.dark),
        p.ellipse(32, 44, 6, 10, p.light, 30),
        p.path('M50 22 C56 8 72 6 82 12 C76 24 62 28 50 22 Z', LEAF),
        p.circle(49, 22, 3.4, STALK),
        p.line('M40 74 h.1 M52 80 h.1 M60 66 h.1 M34 64 h.1 M48 66 h.1', p.dark, 2),
      ].join(''),
    { scale: 0.8 },
  ),
  thing(
    'lemon, lemons',
    'food',
    'yellow green',
    (p) =>
      [
        p.path(
          'M6 62 C8 56 14 54 18 48 C28 30 64 24 80 44 C84 50 92 52 96 58 C94 66 86 68 82 76 C68 96 32 94 20 76 C16 70 9 68 6 62 Z',
          p.main,
        ),
        p.path('M30 86 C54 90 74 80 82 58 C86 68 86 68 82 76 C70 94 46 95 30 86 Z', p.dark),
        p.ellipse(40, 48, 12, 5, p.light, -18),
        p.path('M84 46 C84 30 92 22 100 22 C100 34 94 44 84 46 Z', LEAF),
      ].join(''),
    { scale: 0.75 },
  ),
  thing(
    'bunch of grapes, bunches of grapes, grapes',
    'food',
    'purple green red',
    (p) =>
      [
        p.line('M50 24 C50 14 54 8 58 4', STALK, 4),
        p.path('M50 24 C34 4 14 12 10 24 C22 34 40 34 50 24 Z', LEAF),
        ...[
          [26, 40],
          [44, 36],
          [62, 36],
          [78, 42],
          [34, 54],
          [52, 52],
          [70, 55],
          [42, 68],
          [60, 68],
          [51, 83],
        ].map(([x = 0, y = 0]) => p.circle(x, y, 12, p.main) + p.circle(x - 4, y - 4, 3, p.light)),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'slice of watermelon, slices of watermelon, watermelon',
    'food',
    'red pink',
    (p) =>
      [
        p.path('M4 36 H96 C94 72 74 94 50 94 C26 94 6 72 4 36 Z', '#3f8a3c'),
        p.path('M10 36 H90 C88 68 70 87 50 87 C30 87 12 68 10 36 Z', '#e9f3c8'),
        p.path('M15 36 H85 C83 64 68 81 50 81 C32 81 17 64 15 36 Z', p.main),
        ...[
          [32, 48],
          [46, 46],
          [60, 48],
          [72, 46],
          [40, 60],
          [54, 62],
          [66, 60],
          [50, 73],
        ].map(([x = 0, y = 0]) => p.ellipse(x, y, 2.2, 3.6, INK)),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'carrot, carrots',
    'food',
    'orange purple',
    (p) =>
      [
        p.path(
          'M50 34 C34 26 30 10 34 2 C42 8 46 16 48 22 C48 12 52 4 56 0 C60 8 58 18 56 24 C60 16 66 10 74 10 C74 22 64 32 50 34 Z',
          LEAF,
        ),
        p.path('M28 38 C30 26 70 26 72 38 C74 56 58 90 50 100 C42 90 26 56 28 38 Z', p.main),
        p.line('M30 46 H44 M70 52 H56 M36 62 H48 M62 70 H54 M44 80 H52', p.dark, 2.4),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'mushroom, mushrooms, toadstool',
    'food',
    'red brown orange white',
    (p) =>
      [
        p.path('M38 54 C40 70 36 84 30 98 H70 C64 84 60 70 62 54 Z', '#fbefd8'),
        p.path('M40 62 C46 68 54 68 60 62 L61 56 H39 Z', '#e3d0ac'),
        p.path('M6 58 C6 24 28 8 50 8 C72 8 94 24 94 58 C84 64 16 64 6 58 Z', p.main),
        p.circle(50, 24, 8, '#fffaf0'),
        p.circle(26, 38, 6.5, '#fffaf0'),
        p.circle(74, 40, 7, '#fffaf0'),
        p.circle(48, 48, 5, '#fffaf0'),
      ].join(''),
    { scale: 0.8 },
  ),
  thing(
    'tomato, tomatoes',
    'food',
    'red yellow green',
    (p) =>
      [
        p.ellipse(50, 62, 42, 35, p.main),
        p.path('M84 44 C94 66 80 94 52 97 C76 86 86 66 84 44 Z', p.dark),
        p.ellipse(26, 52, 6, 10, p.light, 30),
        p.path(
          'M50 30 C42 38 32 40 24 36 C32 30 38 28 42 26 L40 14 L50 22 L60 14 L58 26 C62 28 68 30 76 36 C68 40 58 38 50 30 Z',
          '#3f8a3c',
        ),
      ].join(''),
    { scale: 0.75 },
  ),
  thing('cake, cakes, birthday cake', 'food', 'pink brown white yellow', (p) =>
    [
      p.box(47, 14, 6, 20, '#8cb8ee', 1),
      p.path('M50 2 C56 8 54 14 50 14 C46 14 44 8 50 2 Z', '#f29a2e'),
      p.ellipse(50, 95, 46, 5, '#c8ced4'),
      p.box(12, 60, 76, 34, p.dark, 4),
      p.box(22, 34, 56, 28, p.main, 4),
      p.path(
        'M22 36 C22 30 78 30 78 36 V44 C72 52 68 44 62 46 C56 54 50 44 44 46 C38 54 32 44 22 46 Z',
        '#fffaf0',
      ),
      p.path(
        'M12 64 C12 56 88 56 88 64 V70 C80 78 74 70 66 72 C58 80 50 70 42 72 C34 80 24 70 12 72 Z',
        '#fff4dc',
      ),
      p.circle(34, 32, 4, '#d93a3a'),
      p.circle(66, 32, 4, '#d93a3a'),
    ].join(''),
  ),
  thing(
    'cupcake, cupcakes, muffin',
    'food',
    'pink turquoise yellow brown purple',
    (p) =>
      [
        p.path('M22 58 H78 L70 98 H30 Z', '#c98b50'),
        p.line('M34 62 L38 96 M44 62 L46 96 M56 62 L54 96 M66 62 L62 96', '#9a6332', 2),
        p.path(
          'M14 60 C8 48 20 42 26 42 C24 28 36 24 42 26 C44 12 60 12 62 26 C70 24 78 30 74 42 C82 42 92 50 86 60 Z',
          p.main,
        ),
        p.path('M26 42 C40 50 60 50 74 42 C76 46 60 56 50 56 C40 56 24 46 26 42 Z', p.dark),
        p.circle(52, 12, 7, '#d93a3a'),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'ice cream, ice creams, ice cream cone',
    'food',
    'pink brown white yellow turquoise',
    (p) =>
      [
        p.path('M26 48 H74 L50 100 Z', CRUST),
        p.line('M34 52 L58 82 M46 50 L64 70 M66 52 L42 82 M54 50 L36 70', '#ad6f2c', 1.6),
        p.circle(50, 24, 22, p.main),
        p.circle(35, 42, 16, p.light),
        p.circle(65, 42, 16, p.main),
        p.path(
          'M22 46 H78 C76 56 70 50 66 52 C60 58 56 50 50 52 C44 58 40 50 34 52 C30 56 24 54 22 46 Z',
          p.dark,
        ),
        p.circle(54, 5, 5, '#d93a3a'),
      ].join(''),
    { scale: 0.9 },
  ),
  thing(
    'slice of pizza, slices of pizza, pizza',
    'food',
    'yellow orange',
    (p) =>
      [
        p.path('M10 20 C30 4 70 4 90 20 L84 32 C64 20 36 20 16 32 Z', CRUST),
        p.path('M16 32 C36 20 64 20 84 32 L50 100 Z', p.main),
        p.circle(38, 40, 7, '#c9402e'),
        p.circle(62, 42, 7, '#c9402e'),
        p.circle(50, 64, 7, '#c9402e'),
        p.ellipse(50, 48, 3, 5, '#4c8a3c', 30),
        p.ellipse(42, 56, 2.4, 4, '#4c8a3c', -30),
      ].join(''),
    { scale: 0.9 },
  ),
  thing(
    'loaf of bread, loaves of bread, bread',
    'food',
    'brown orange',
    (p) =>
      [
        p.path(
          'M8 60 C2 40 24 32 50 32 C76 32 98 40 92 60 V90 C92 95 88 96 84 96 H16 C12 96 8 95 8 90 Z',
          p.main,
        ),
        p.path(
          'M8 60 C2 40 24 32 50 32 C76 32 98 40 92 60 C80 52 66 50 50 50 C34 50 20 52 8 60 Z',
          p.light,
        ),
        p.line('M28 40 L36 54 M46 38 L54 52 M64 38 L72 54', p.dark, 3.4),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'cup, cups, mug',
    'food',
    'white blue red green yellow',
    (p) =>
      [
        p.line('M40 26 C34 18 46 14 40 4 M58 26 C52 18 64 14 58 4', '#c9ced6', 3),
        p.line('M76 48 C96 46 96 78 72 78', p.dark, 7),
        p.path('M14 36 H80 L74 88 C73 94 70 97 64 97 H30 C24 97 21 94 20 88 Z', p.main),
        p.ellipse(47, 37, 33, 7, p.dark),
        p.ellipse(47, 38, 28, 5, '#6b4326'),
        p.path('M47 62 c-8 -9 -15 2 0 13 c15 -11 8 -22 0 -13 Z', p.light),
      ].join(''),
    { scale: 0.8 },
  ),
  thing(
    'teapot, teapots',
    'food',
    'blue white red green pink',
    (p) =>
      [
        p.line('M20 52 C-4 52 0 84 24 82', p.dark, 7),
        p.path('M72 74 C86 72 82 50 98 42 L92 36 C76 42 78 54 70 56 Z', p.dark),
        p.circle(48, 26, 6, p.dark),
        p.path('M30 42 C32 28 64 28 66 42 Z', p.light),
        p.path(
          'M14 68 C14 48 28 40 48 40 C68 40 80 48 80 68 C80 86 68 97 48 97 C28 97 14 86 14 68 Z',
          p.main,
        ),
        p.circle(36, 68, 5, '#fffaf0'),
        p.circle(50, 74, 5, '#fffaf0'),
        p.circle(62, 64, 5, '#fffaf0'),
      ].join(''),
    { scale: 0.85 },
  ),
]
