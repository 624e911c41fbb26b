import { INK } from '../palette.ts'
import { thing } from './types.ts'

const TRUNK = '#8a5a34'
const LEAF = '#5aa648'
const LEAF_DARK = '#3a7a34'

const petals = (n: number, draw: (turn: number) => string): string =>
  Array.from({ length: n }, (_, i) => draw((360 / n) * i)).join('')

export const NATURE = [
  thing(
    'tree, trees, oak',
    'plant',
    'green orange red yellow',
    (p) =>
      [
        p.path('M43 60 H57 L61 100 H39 Z', TRUNK),
        p.line('M50 72 L62 58 M50 66 L38 54', TRUNK, 4),
        p.circle(28, 46, 22, p.dark),
        p.circle(72, 46, 22, p.dark),
        p.circle(50, 28, 27, p.main),
        p.circle(36, 46, 19, p.main),
        p.circle(64, 46, 19, p.main),
        p.circle(42, 22, 9, p.light),
      ].join(''),
    { scale: 1.3 },
  ),
  thing(
    'fir tree, fir trees, pine, fir',
    'plant',
    'green turquoise blue',
    (p) =>
      [
        p.box(44, 84, 12, 16, TRUNK),
        p.path('M50 38 L90 88 H10 Z', p.dark),
        p.path('M50 20 L82 64 H18 Z', p.main),
        p.path('M50 0 L74 40 H26 Z', p.light),
      ].join(''),
    { scale: 1.3 },
  ),
  thing(
    'palm tree, palm trees, palm',
    'plant',
    'green',
    (p) =>
      [
        p.path('M46 34 C52 56 50 80 42 100 H58 C62 78 60 54 54 34 Z', TRUNK),
        p.line('M47 50 H55 M49 62 H58 M48 74 H58 M46 86 H58', '#6b4226', 2),
        p.path('M50 34 C30 14 10 24 4 44 C20 32 36 34 50 36 Z', p.main),
        p.path('M50 34 C70 14 90 24 96 44 C80 32 64 34 50 36 Z', p.main),
        p.path('M50 34 C44 8 26 2 14 10 C30 14 42 24 50 36 Z', p.dark),
        p.path('M50 34 C56 8 74 2 86 10 C70 14 58 24 50 36 Z', p.dark),
        p.path('M50 34 C36 36 28 50 28 62 C36 52 44 44 50 38 Z', p.light),
        p.path('M50 34 C64 36 72 50 72 62 C64 52 56 44 50 38 Z', p.light),
        p.circle(46, 38, 4.4, '#7b4a24'),
        p.circle(55, 39, 4.4, '#7b4a24'),
      ].join(''),
    { scale: 1.3 },
  ),
  thing(
    'flower, flowers, daisy',
    'plant',
    'white pink red yellow purple blue',
    (p) =>
      [
        p.line('M50 46 C52 66 48 82 50 99', LEAF_DARK, 4.4),
        p.path('M50 84 C36 66 22 70 16 76 C26 88 40 90 50 84 Z', LEAF),
        p.path('M50 76 C62 58 76 60 84 66 C74 80 62 84 50 76 Z', LEAF),
        petals(
          8,
          (turn) => `<g transform="rotate(${turn} 50 32)">${p.ellipse(50, 14, 8, 15, p.main)}</g>`,
        ),
        p.circle(50, 32, 11, '#f5b92e'),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'tulip, tulips',
    'plant',
    'red yellow pink purple orange white',
    (p) =>
      [
        p.line('M50 48 V99', LEAF_DARK, 4.4),
        p.path('M50 98 C28 92 18 70 20 52 C36 60 48 78 50 98 Z', LEAF),
        p.path('M50 98 C72 92 82 70 80 52 C64 60 52 78 50 98 Z', '#72b95c'),
        p.path(
          'M26 8 C32 12 36 16 38 20 C42 12 46 8 50 4 C54 8 58 12 62 20 C64 16 68 12 74 8 C80 34 72 54 50 54 C28 54 20 34 26 8 Z',
          p.main,
        ),
        p.path('M50 4 C60 14 64 36 50 54 C36 36 40 14 50 4 Z', p.dark),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'sunflower, sunflowers',
    'plant',
    'yellow orange',
    (p) =>
      [
        p.line('M50 50 V99', LEAF_DARK, 5),
        p.path('M50 88 C34 70 18 74 12 82 C24 94 40 96 50 88 Z', LEAF),
        p.path('M50 82 C66 64 82 68 88 76 C76 88 60 90 50 82 Z', LEAF),
        petals(
          14,
          (turn) =>
            `<g transform="rotate(${turn} 50 36)">${p.path('M50 2 C57 10 57 18 50 26 C43 18 43 10 50 2 Z', p.main)}</g>`,
        ),
        p.circle(50, 36, 17, '#7a4a22'),
        p.circle(50, 36, 11, '#5a3416'),
      ].join(''),
    { scale: 1 },
  ),
  thing('cactus, cactuses', 'plant', 'green turquoise', (p) =>
    [
      p.line('M48 70 H28 C22 70 20 66 20 60 V46', p.main, 13),
      p.line('M54 58 H72 C78 58 80 54 80 48 V36', p.main, 13),
      p.box(37, 8, 26, 76, p.main, 13),
      p.line('M45 18 V76 M54 18 V76', p.dark, 2),
      p.circle(50, 8, 6, '#ec86ae'),
      p.path('M26 78 H74 L68 99 H32 Z', '#c9683c'),
      p.box(22, 74, 56, 8, '#a84f2a', 2),
    ].join(''),
  ),
  thing(
    'leaf, leaves, maple leaf',
    'plant',
    'red orange yellow green brown',
    (p) =>
      [
        p.line('M50 64 C50 80 54 90 58 98', p.dark, 4),
        p.path(
          'M50 2 L60 22 L74 14 L72 34 L96 32 L86 46 L94 54 L68 66 L70 76 L50 70 L30 76 L32 66 L6 54 L14 46 L4 32 L28 34 L26 14 L40 22 Z',
          p.main,
        ),
        p.line('M50 12 V70 M50 60 L24 38 M50 60 L76 38', p.dark, 2),
      ].join(''),
    { scale: 0.7 },
  ),
  thing(
    'sun, suns',
    'weather',
    'yellow orange red',
    (p) =>
      [
        petals(
          12,
          (turn) =>
            `<g transform="rotate(${turn} 50 50)">${p.path('M44 20 L50 2 L56 20 Z', p.main)}</g>`,
        ),
        p.circle(50, 50, 29, p.main),
        p.circle(50, 50, 24, p.light),
        p.eye(41, 46, 2.8),
        p.eye(59, 46, 2.8),
        p.line('M40 56 C44 64 56 64 60 56', p.dark, 2.6),
      ].join(''),
    { scale: 0.9, home: 'air' },
  ),
  thing(
    'cloud, clouds',
    'weather',
    'white grey pink blue',
    (p) =>
      [
        p.circle(28, 58, 19, p.main),
        p.circle(50, 44, 25, p.main),
        p.circle(74, 56, 20, p.main),
        p.box(26, 54, 50, 23, p.main, 8),
        p.path(
          'M12 64 C16 78 28 77 34 77 H72 C84 77 92 70 93 62 C84 72 70 70 60 69 C44 74 26 72 12 64 Z',
          p.dark,
        ),
      ].join(''),
    { scale: 0.95, home: 'air' },
  ),
  thing(
    'rain cloud, rain clouds, shower',
    'weather',
    'grey blue black',
    (p) =>
      [
        p.line('M28 70 L22 88 M44 70 L38 92 M60 70 L54 88 M76 70 L70 92', '#4d8fd8', 4.4),
        p.circle(28, 48, 18, p.main),
        p.circle(50, 34, 24, p.main),
        p.circle(74, 46, 19, p.main),
        p.box(26, 44, 50, 22, p.main, 8),
        p.path(
          'M12 54 C16 67 28 66 34 66 H72 C84 66 92 60 92 52 C84 62 70 60 60 59 C44 64 26 62 12 54 Z',
          p.dark,
        ),
      ].join(''),
    { scale: 1, home: 'air' },
  ),
  thing(
    'thunderstorm, thunderstorms, storm cloud, lightning',
    'weather',
    'black grey purple',
    (p) =>
      [
        p.path('M54 54 L36 78 H48 L42 100 L66 70 H54 L60 54 Z', '#f5c93a'),
        p.circle(28, 44, 18, p.main),
        p.circle(50, 30, 24, p.main),
        p.circle(74, 42, 19, p.main),
        p.box(26, 40, 50, 22, p.main, 8),
        p.path(
          'M12 50 C16 63 28 62 34 62 H72 C84 62 92 56 92 48 C84 58 70 56 60 55 C44 60 26 58 12 50 Z',
          p.dark,
        ),
      ].join(''),
    { scale: 1, home: 'air' },
  ),
  thing(
    'rainbow, rainbows',
    'weather',
    'red',
    (p) =>
      [
        ...['#d93a3a', '#f0862c', '#f5c93a', '#56a446', '#3b78cf', '#8d52b4'].map((hex, i) =>
          p.line(
            `M${8 + i * 5.4} 84 C${8 + i * 5.4} ${28 + i * 7} ${92 - i * 5.4} ${28 + i * 7} ${92 - i * 5.4} 84`,
            hex,
            6,
          ),
        ),
        p.circle(12, 86, 9, '#ffffff'),
        p.circle(24, 84, 11, '#f4f6f8'),
        p.circle(76, 84, 11, '#f4f6f8'),
        p.circle(88, 86, 9, '#ffffff'),
      ].join(''),
    { scale: 1.2, home: 'air', motley: true },
  ),
  thing(
    'moon, moons, crescent moon',
    'weather',
    'yellow white orange',
    (p) =>
      [
        p.path(
          'M62 6 C26 2 6 30 10 56 C14 86 46 102 74 90 C84 86 90 78 92 72 C68 82 42 68 40 44 C39 26 48 12 62 6 Z',
          p.main,
        ),
        p.circle(24, 50, 4.4, p.dark),
        p.circle(36, 74, 5.4, p.dark),
        p.circle(54, 84, 3.4, p.dark),
      ].join(''),
    { scale: 0.8, home: 'air' },
  ),
  thing(
    'snowman, snowmen',
    'weather',
    'white blue',
    (p) =>
      [
        p.line('M26 52 L6 38 M74 52 L94 38 M10 41 L6 48 M90 41 L94 48', TRUNK, 3.4),
        p.circle(50, 78, 22, p.main),
        p.circle(50, 52, 18, p.main),
        p.circle(50, 30, 14, p.light),
        p.box(36, 0, 28, 16, INK, 2),
        p.box(28, 14, 44, 5, INK, 2),
        p.line('M36 42 C46 48 54 48 64 42 M58 46 L64 60', '#d93a3a', 5),
        p.eye(45, 28, 2.2),
        p.eye(55, 28, 2.2),
        p.path('M49 32 L68 35 L50 37 Z', '#f0862c'),
        p.circle(50, 56, 2, INK),
        p.circle(50, 64, 2, INK),
        p.circle(50, 76, 2, INK),
      ].join(''),
    { scale: 1 },
  ),
  thing(
    'snowflake, snowflakes',
    'weather',
    'blue white turquoise',
    (p) =>
      petals(
        6,
        (turn) =>
          `<g transform="rotate(${turn} 50 50)">${p.line('M50 50 V8 M50 20 L40 10 M50 20 L60 10 M50 34 L40 24 M50 34 L60 24', p.main, 5)}</g>`,
      ),
    { scale: 0.7, home: 'air' },
  ),
]
