import { INK } from '../palette.ts'
import { thing } from './types.ts'

const WOOD = '#b07b45'
const WOOD_DARK = '#7f532b'
const STEEL = '#b9c0c9'
const STEEL_DARK = '#858d98'
const GOLD = '#e2b33c'

export const THINGS = [
  thing(
    'hammer, hammers',
    'thing',
    'red blue grey brown',
    (p) =>
      [
        p.box(45, 30, 11, 70, WOOD, 4),
        p.box(45, 72, 11, 28, p.main, 4),
        p.path('M28 8 H72 V36 H28 Z', STEEL),
        p.path('M72 10 H84 V34 H72 Z', STEEL_DARK),
        p.path('M28 8 C18 8 10 16 6 28 C16 24 22 26 28 34 Z', STEEL_DARK),
      ].join(''),
    { scale: 0.9 },
  ),
  thing(
    'pair of scissors, pairs of scissors, scissors',
    'thing',
    'red orange blue green',
    (p) =>
      [
        p.path('M36 4 C42 22 52 46 60 62 L52 68 C42 50 34 26 32 6 Z', STEEL),
        p.path('M64 4 C58 22 48 46 40 62 L48 68 C58 50 66 26 68 6 Z', STEEL_DARK),
        p.circle(50, 52, 3.4, INK),
        p.line('M44 66 C36 62 22 68 22 80 C22 92 38 98 44 86 C46 80 46 72 44 66 Z', p.main, 7),
        p.line('M56 66 C64 62 78 68 78 80 C78 92 62 98 56 86 C54 80 54 72 56 66 Z', p.main, 7),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'key, keys',
    'thing',
    'yellow grey brown',
    (p) =>
      [
        p.box(45, 42, 10, 56, p.main, 2),
        p.box(54, 72, 16, 9, p.dark, 1),
        p.box(54, 86, 20, 9, p.dark, 1),
        p.circle(50, 24, 22, p.main),
        p.circle(50, 24, 10, p.light),
        p.circle(50, 22, 6, INK),
      ].join(''),
    { scale: 0.75 },
  ),
  thing(
    'saw, saws',
    'thing',
    'orange red blue brown',
    (p) =>
      [
        p.path('M36 38 L98 50 V62 L36 84 Z', STEEL),
        p.line(
          'M40 80 l3 5 l4 -7 l3 5 l4 -7 l3 5 l4 -7 l3 5 l4 -7 l3 5 l4 -7 l3 5 l4 -7 l3 4 l4 -6',
          STEEL_DARK,
          2.4,
        ),
        p.path('M4 44 C8 34 30 30 40 38 V84 C30 92 8 88 4 76 Z', p.main),
        p.path('M14 52 C18 46 28 46 30 50 V72 C26 78 16 76 14 70 Z', '#fff4dc'),
        p.circle(35, 46, 2, INK),
        p.circle(35, 76, 2, INK),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'spanner, spanners, wrench',
    'thing',
    'grey blue red',
    (p) =>
      [
        p.path(
          'M30 4 C14 10 12 32 26 40 L40 46 V92 C40 100 60 100 60 92 V46 L74 40 C88 32 86 10 70 4 V24 L50 34 L30 24 Z',
          p.main,
        ),
        p.path('M50 46 H60 V92 C60 97 55 98 50 98 Z', p.dark),
        p.circle(50, 88, 4, '#fffaf0'),
      ].join(''),
    { scale: 0.85 },
  ),
  thing('umbrella, umbrellas, parasol', 'thing', 'red blue yellow purple green', (p) =>
    [
      p.line('M50 40 V86 C50 98 66 98 66 86', WOOD_DARK, 4.4),
      p.line('M50 12 V2', WOOD_DARK, 3),
      p.path(
        'M4 54 C6 26 26 10 50 10 C74 10 94 26 96 54 C88 46 76 46 70 54 C64 46 56 46 50 54 C44 46 36 46 30 54 C24 46 12 46 4 54 Z',
        p.main,
      ),
      p.path(
        'M50 10 C38 18 32 36 30 54 C36 46 44 46 50 54 C56 46 64 46 70 54 C68 36 62 18 50 10 Z',
        p.light,
      ),
    ].join(''),
  ),
  thing(
    'clock, clocks, alarm clock',
    'thing',
    'red blue yellow green black',
    (p) =>
      [
        p.line('M26 90 L18 98 M74 90 L82 98', INK, 5),
        p.path('M10 36 C6 20 22 8 36 16 Z', p.dark),
        p.path('M90 36 C94 20 78 8 64 16 Z', p.dark),
        p.circle(50, 57, 38, p.main),
        p.circle(50, 57, 29, '#fffaf0'),
        p.line('M50 57 V38 M50 57 L63 64', INK, 3.4),
        p.line('M50 31 V35 M50 79 V83 M24 57 H28 M72 57 H76', INK, 2.6),
        p.circle(50, 57, 3, '#d93a3a'),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'lamp, lamps, table lamp',
    'thing',
    'yellow red blue green orange',
    (p) =>
      [
        p.path('M30 54 L10 96 H90 L70 54 Z', '#fdf3c4'),
        p.box(47, 46, 6, 46, STEEL_DARK),
        p.path('M34 6 H66 L84 52 H16 Z', p.main),
        p.path('M56 6 H66 L84 52 H66 Z', p.dark),
        p.path('M28 98 C28 86 72 86 72 98 Z', WOOD_DARK),
      ].join(''),
    { scale: 0.95 },
  ),
  thing(
    'book, books',
    'thing',
    'red blue green brown purple',
    (p) =>
      [
        p.path(
          'M16 10 H78 C84 10 86 14 86 18 V92 C86 96 84 98 80 98 H22 C16 98 14 94 14 88 V14 C14 12 15 10 16 10 Z',
          p.main,
        ),
        p.path('M14 88 C14 82 18 80 24 80 H84 V94 H22 C17 94 14 92 14 88 Z', '#fdf3dc'),
        p.line('M22 85 H84 M22 89 H84', '#d8c6a0', 1),
        p.box(22, 10, 5, 70, p.dark),
        p.box(38, 24, 36, 20, p.light, 2),
        p.line('M44 31 H68 M44 37 H60', p.dark, 2.2),
      ].join(''),
    { scale: 0.8 },
  ),
  thing(
    'pencil, pencils',
    'thing',
    'yellow red blue green',
    (p) =>
      [
        p.path('M36 78 H64 L50 100 Z', '#f3d6a4'),
        p.path('M46 94 H54 L50 100 Z', INK),
        p.box(36, 22, 28, 57, p.main),
        p.box(36, 22, 9, 57, p.light),
        p.box(55, 22, 9, 57, p.dark),
        p.box(36, 12, 28, 11, STEEL),
        p.path('M36 12 C36 -2 64 -2 64 12 Z', '#ec86ae'),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'chair, chairs',
    'thing',
    'brown red blue white green',
    (p) =>
      [
        p.box(22, 4, 8, 96, p.dark, 2),
        p.box(66, 58, 8, 42, p.dark, 2),
        p.box(34, 62, 7, 34, p.dark, 2),
        p.box(78, 62, 7, 38, p.main, 2),
        p.path('M22 8 H34 C38 8 40 10 40 14 V54 H22 Z', p.light),
        p.path('M20 54 H78 L86 64 H26 Z', p.main),
        p.box(26, 63, 60, 5, p.dark),
        p.line('M30 18 V46', p.main, 3),
      ].join(''),
    { scale: 1 },
  ),
  thing(
    'guitar, guitars',
    'thing',
    'orange brown red black blue',
    (p) =>
      [
        p.box(44, 0, 12, 14, INK, 2),
        p.box(46, 12, 8, 48, WOOD_DARK),
        p.path(
          'M50 44 C64 40 72 48 68 58 C66 64 84 68 82 82 C80 94 66 99 50 99 C34 99 20 94 18 82 C16 68 34 64 32 58 C28 48 36 40 50 44 Z',
          p.main,
        ),
        p.circle(50, 66, 9, INK),
        p.box(40, 84, 20, 5, WOOD_DARK, 1),
        p.line('M48 8 V86 M52 8 V86', '#f3ead6', 0.9),
      ].join(''),
    { scale: 1.05 },
  ),
  thing(
    'drum, drums',
    'thing',
    'red blue green yellow',
    (p) =>
      [
        p.line('M6 8 L44 34 M94 8 L56 34', WOOD, 4),
        p.circle(44, 34, 4, '#fdf3dc'),
        p.circle(56, 34, 4, '#fdf3dc'),
        p.path('M10 44 V82 C10 102 90 102 90 82 V44 Z', p.main),
        p.line('M12 56 L28 94 L44 62 L58 98 L72 62 L88 88', GOLD, 3),
        p.ellipse(50, 44, 40, 14, '#fdf3dc'),
        p.line('M10 44 C10 62 90 62 90 44', p.dark, 4),
      ].join(''),
    { scale: 0.9 },
  ),
  thing(
    'bell, bells',
    'thing',
    'yellow grey red',
    (p) =>
      [
        p.circle(50, 91, 8, p.dark),
        p.line('M42 14 C42 2 58 2 58 14', p.dark, 4),
        p.path(
          'M50 12 C74 12 76 36 78 56 C80 72 88 78 92 86 H8 C12 78 20 72 22 56 C24 36 26 12 50 12 Z',
          p.main,
        ),
        p.path('M62 16 C74 24 75 40 78 56 C80 72 88 78 92 86 H72 C66 70 70 40 62 16 Z', p.dark),
        p.box(6, 82, 88, 7, p.light, 3),
      ].join(''),
    { scale: 0.8 },
  ),
  thing(
    'ball, balls, beach ball',
    'thing',
    'red blue yellow green orange',
    (p) =>
      [
        p.circle(50, 62, 36, '#fffaf0'),
        p.path('M50 62 C30 50 22 40 24 37 C34 26 46 25 52 26 C56 38 54 52 50 62 Z', p.main),
        p.path('M50 62 C66 54 80 54 86 62 C86 76 78 86 70 92 C60 84 52 74 50 62 Z', p.main),
        p.path('M50 62 C46 76 40 88 30 92 C20 86 14 74 14 62 C26 58 40 58 50 62 Z', p.dark),
        p.circle(50, 62, 5, '#fffaf0'),
      ].join(''),
    { scale: 0.75 },
  ),
  thing(
    'kite, kites',
    'thing',
    'red yellow blue purple green',
    (p) =>
      [
        p.line('M50 70 C44 80 58 86 50 98', INK, 2),
        p.path('M44 80 l-7 -4 v9 Z M44 80 l7 -4 v9 Z', '#f5c93a'),
        p.path('M56 91 l-7 -4 v9 Z M56 91 l7 -4 v9 Z', '#d93a3a'),
        p.path('M50 2 L50 30 H20 Z', p.main),
        p.path('M50 2 L80 30 H50 Z', p.light),
        p.path('M20 30 H50 V72 Z', p.dark),
        p.path('M80 30 H50 V72 Z', p.main),
      ].join(''),
    { scale: 0.85, home: 'air' },
  ),
  thing(
    'gift, gifts, present, parcel',
    'thing',
    'red blue green purple pink',
    (p) =>
      [
        p.line(
          'M50 26 C36 2 14 14 26 24 C34 28 44 26 50 26 C64 2 86 14 74 24 C66 28 56 26 50 26',
          '#f5c93a',
          5,
        ),
        p.box(14, 44, 72, 55, p.main, 2),
        p.box(8, 27, 84, 19, p.dark, 3),
        p.box(43, 27, 14, 72, '#f5c93a'),
      ].join(''),
    { scale: 0.85 },
  ),
  thing(
    'candle, candles',
    'thing',
    'white red yellow pink blue',
    (p) =>
      [
        p.ellipse(50, 16, 14, 20, '#fdf0a8'),
        p.path('M50 0 C62 14 60 28 50 28 C40 28 38 14 50 0 Z', '#f29a2e'),
        p.line('M50 26 V36', INK, 2.4),
        p.box(36, 34, 28, 56, p.main, 3),
        p.path(
          'M36 36 H64 V44 C60 54 58 42 54 44 C50 56 46 42 42 46 C40 50 37 48 36 44 Z',
          p.light,
        ),
        p.path('M14 88 H86 C84 96 76 99 68 99 H32 C24 99 16 96 14 88 Z', GOLD),
      ].join(''),
    { scale: 0.8 },
  ),
  thing(
    'star, stars',
    'thing',
    'yellow red blue purple orange',
    (p) =>
      [
        p.path('M50 4 L63 36 L98 39 L71 61 L80 96 L50 76 L20 96 L29 61 L2 39 L37 36 Z', p.main),
        p.path('M50 4 L63 36 L98 39 L71 61 L80 96 L50 76 Z', p.dark),
      ].join(''),
    { scale: 0.7, home: 'air' },
  ),
  thing(
    'heart, hearts',
    'thing',
    'red pink purple blue',
    (p) =>
      [
        p.path(
          'M50 94 C20 70 4 54 4 34 C4 6 40 2 50 28 C60 2 96 6 96 34 C96 54 80 70 50 94 Z',
          p.main,
        ),
        p.ellipse(24, 28, 7, 10, p.light, 30),
      ].join(''),
    { scale: 0.7, home: 'air' },
  ),
  thing(
    'hat, hats, top hat',
    'thing',
    'black purple brown blue green',
    (p) =>
      [
        p.path('M24 20 C24 10 76 10 76 20 L72 82 H28 Z', p.main),
        p.path('M27 64 H73 L72 82 H28 Z', '#d93a3a'),
        p.ellipse(50, 86, 47, 11, p.dark),
        p.path('M28 82 C36 88 64 88 72 82 L72.4 78 H27.6 Z', p.main),
      ].join(''),
    { scale: 0.75 },
  ),
  thing(
    'boot, boots, wellington',
    'thing',
    'green yellow red blue brown',
    (p) =>
      [
        p.path('M24 8 H60 V56 C66 64 94 66 94 84 V92 H24 Z', p.main),
        p.box(20, 90, 76, 9, INK, 3),
        p.box(21, 6, 42, 11, p.dark, 3),
        p.path('M60 56 C56 66 44 66 30 64 L30 70 C48 74 58 70 66 62 Z', p.dark),
        p.line('M32 22 V52', p.light, 4),
      ].join(''),
    { scale: 0.8 },
  ),
  thing(
    'camera, cameras',
    'thing',
    'black red blue brown',
    (p) =>
      [
        p.path('M32 30 L38 16 H62 L68 30 Z', p.dark),
        p.box(4, 28, 92, 64, p.main, 8),
        p.box(4, 42, 92, 8, p.light),
        p.circle(50, 62, 25, '#e3e7ec'),
        p.circle(50, 62, 19, INK),
        p.circle(50, 62, 11, '#5f8fc4'),
        p.circle(45, 56, 4, '#dff1fa'),
        p.circle(84, 37, 4, '#d93a3a'),
      ].join(''),
    { scale: 0.8 },
  ),
]
