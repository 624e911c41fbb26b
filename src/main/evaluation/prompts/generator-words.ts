/**
 * The words of the generator, by class: within a class every subject can have every quality, be at
 * every place and do everything that is listed, so that what is drawn is possible. A change of these
 * lists or of the grammar is a new `GENERATOR_VERSION`.
 *
 * A subject is `singular` or `singular/plural` where the plural is not regular. `{its}` is "its" or
 * "their", `{a|b}` is a for one and b for several.
 */
export interface WordClass {
  subjects: readonly string[]
  qualities: readonly string[]
  places: readonly string[]
  acts: readonly string[]
  details: readonly string[]
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)

const OUTDOORS = list(
  'under a cloudy sky, on a rainy morning, in the light of the setting sun, in thick fog, at dawn, under falling snow, on a hot afternoon, beneath a full moon',
)
const INDOORS = list(
  'in the light of a lamp, next to an open window, in front of a white wall, in the light of a candle, beside a vase of flowers, under a skylight, in soft morning light, against a dark background',
)

export const CLASSES: readonly WordClass[] = [
  {
    subjects: list(
      'dog, horse, fox/foxes, rabbit, goat, donkey, wolf/wolves, cow, sheep/sheep, deer/deer, pony/ponies, lamb, calf/calves, squirrel, hedgehog, badger',
    ),
    qualities: list('brown, young, wet, white, old, shaggy, spotted, thin'),
    places: list(
      'in a meadow, on a gravel path, at the edge of a forest, beside a wooden fence, near a stream, on a grassy hill, in an orchard, next to a barn',
    ),
    acts: list(
      'looking at the camera, lifting {its} {head|heads}, resting in the grass, turning {its} {head|heads}, walking through fallen leaves, standing beside a stone wall, sniffing the ground, waiting near a gate',
    ),
    details: OUTDOORS,
  },
  {
    subjects: list(
      'eagle, owl, swan, gull, heron, crow, duck, goose/geese, pigeon, stork, hawk, sparrow, robin, magpie, raven, falcon',
    ),
    qualities: list('grey, large, young, white, wet, watchful, small, dark'),
    places: list(
      'on a rock, beside a lake, above a field, on a wooden post, near a river, at the shore, on a snowy roof, over a marsh',
    ),
    acts: list(
      'spreading {its} wings, calling to the flock, watching the water, shaking {its} feathers, looking for food, taking off, turning into the wind, folding {its} wings',
    ),
    details: OUTDOORS,
  },
  {
    subjects: list(
      'car, bus/buses, truck, taxi/taxis, van, tram, tractor, ambulance, motorcycle, bicycle, scooter, fire engine, police car, delivery van, minibus/minibuses, rickshaw',
    ),
    qualities: list('red, old, muddy, blue, shiny, yellow, rusty, small'),
    places: list(
      'on a narrow street, in front of a station, at a crossing, on a bridge, beside a market, on a country road, near an old factory, in a busy square',
    ),
    acts: list(
      'waiting at a red light, turning around a corner, carrying two passengers, passing a row of trees, standing next to a bench, stopping beside a lamp post, reflecting the street lights, following a cyclist',
    ),
    details: OUTDOORS,
  },
  {
    subjects: list(
      'boat, ship, canoe, ferry/ferries, sailboat, raft, yacht, kayak, barge, rowing boat, tugboat, fishing boat, steamer, gondola, dinghy/dinghies, lifeboat',
    ),
    qualities: list('white, wooden, small, green, old, freshly painted, empty, long'),
    places: list(
      'on a calm lake, in a harbour, near a lighthouse, on a wide river, beside a pier, off a rocky coast, in a bay, below a stone bridge',
    ),
    acts: list(
      'drifting with the current, carrying a red lantern, passing a buoy, floating beside a jetty, leaving a trail of foam, turning toward the shore, rocking on the waves, passing a flock of gulls',
    ),
    details: OUTDOORS,
  },
  {
    subjects: list(
      'girl, boy, woman/women, man/men, farmer, painter, fisherman/fishermen, student, baker, musician, gardener, nurse, teacher, postman/postmen, engineer, actor',
    ),
    qualities: list('young, smiling, tall, tired, elegant, elderly, serious, cheerful'),
    places: list(
      'in a park, at a bus stop, on a balcony, in front of a brick wall, at a street corner, beside a fountain, on a wooden bench, near an old gate',
    ),
    acts: list(
      'reading a newspaper, holding an umbrella, eating an apple, talking to a friend, drinking a cup of tea, drawing in a notebook, listening to music, waving at a child',
    ),
    details: OUTDOORS,
  },
  {
    subjects: list(
      'house, church/churches, tower, castle, lighthouse, mill, farmhouse, temple, cottage, palace, chapel, warehouse, hotel, library/libraries, hospital, museum',
    ),
    qualities: list('white, ruined, tall, modern, ancient, brick, abandoned, narrow'),
    places: list(
      'on a hill, beside a river, at the end of a street, in a small village, near the sea, behind a row of trees, in a green valley, on an island',
    ),
    acts: list(
      'casting a long shadow, overlooking a garden, reflecting the evening light, rising above a stone wall, facing a cobbled square, standing behind an iron gate, standing above a parked car, showing cracks in {its} {wall|walls}',
    ),
    details: OUTDOORS,
  },
  {
    subjects: list(
      'apple, orange, pear, lemon, loaf/loaves, cake, pie, egg, sandwich/sandwiches, tomato/tomatoes, onion, pumpkin, pizza, pancake, muffin, avocado/avocados',
    ),
    qualities: list('fresh, large, small, half-eaten, sliced, golden, round, organic'),
    places: list(
      'on a plate, on a kitchen table, in a wooden bowl, on a cutting board, in a paper bag, on a market stall, in a basket, on an iron tray',
    ),
    acts: list(
      'lying beside a silver knife, resting on a folded cloth, sitting next to a glass of water, waiting to be eaten, filling the middle of the picture, touching a blue napkin, casting a soft shadow, lying between two spoons',
    ),
    details: INDOORS,
  },
  {
    subjects: list(
      'chair, table, sofa, armchair, bookcase, desk, cupboard, wardrobe, stool, bench/benches, chest of drawers/chests of drawers, rocking chair, shelf/shelves, dresser, footstool, cabinet',
    ),
    qualities: list('wooden, old, white, elegant, low, broken, antique, simple'),
    places: list(
      'in a living room, in an empty hall, beside a fireplace, in an attic, in a small studio, near a staircase, in a corridor, in an old shop',
    ),
    acts: list(
      'standing on a striped carpet, leaning against a wall, blocking a doorway, facing a large mirror, holding a stack of magazines, showing traces of paint, supporting a sleeping cat, gathering dust',
    ),
    details: INDOORS,
  },
  {
    subjects: list(
      'computer, telephone, radio, television, camera, clock, typewriter, printer, laptop, record player, microscope, sewing machine, projector, tablet, calculator, robot',
    ),
    qualities: list('shiny, black, old, dusty, expensive, broken, white, unusual'),
    places: list(
      'in an office, on a desk, on a shelf, in a workshop, in a classroom, on a glass table, in a laboratory, in an electronics shop',
    ),
    acts: list(
      'standing beside a cup of coffee, connected to a long cable, reflecting a blue light, showing scratches on {its} {side|sides}, lying next to a pile of papers, covered with yellow notes, resting on a thick book, missing a button',
    ),
    details: INDOORS,
  },
  {
    subjects: list(
      'guitar, violin, trumpet, piano, flute, drum, cello, harp, accordion, saxophone, clarinet, banjo, ukulele, trombone, oboe, tuba',
    ),
    qualities: list('polished, old, damaged, small, valuable, antique, borrowed, heavy'),
    places: list(
      'in a concert hall, on a stage, in a music shop, beside a music stand, in an attic, in a rehearsal room, on a red carpet, in a museum',
    ),
    acts: list(
      'waiting for the next concert, gleaming in a spotlight, standing beside a stool, showing signs of wear, surrounded by sheets of music, covered with a thin cloth, reflecting the ceiling lights, standing next to an open case',
    ),
    details: INDOORS,
  },
]

/** Where the picture is taken from; of anything. */
export const VIEWS = list(
  'seen from above, seen from far away, seen from below, seen through a window, seen from behind, in a close view, in a wide view, seen from the side',
)
/** How the picture is made; of anything. */
export const MEDIA = list(
  'painted in watercolour, drawn in pencil, photographed on film, painted in oil, printed as a woodcut, sketched in charcoal, photographed in black and white, drawn with coloured chalk',
)

/** What no picture shows as it is: two qualities that exclude each other. */
export const CONTRADICTIONS = list(
  'boiling frozen, opaque transparent, square circular, silent deafening, weightless heavy, dry dripping, invisible red, blind staring, motionless galloping, empty overflowing, ancient unborn, glowing lightless, solid gaseous, flat spherical, straight spiral, odourless fragrant',
)
export const IMPOSSIBLE_PLACES = list(
  'inside a drop of sound, on the underside of yesterday, between two halves of a number, at the bottom of a smell, within an unfinished thought, on top of an echo, inside {its} own shadow, behind the end of the alphabet, beneath a folded horizon, in the middle of an absence, above the roof of a silence, on an island of arithmetic',
)
export const IMPOSSIBLE_ACTS = list(
  'swallowing the colour of Tuesday, knitting a waterfall, pouring silence into an envelope, folding the moon twice, reciting the weight of blue, planting a staircase of smoke, teaching gravity to sleep, arguing with the letter of a river, ironing the surface of a dream, borrowing the corners of a circle, peeling the skin of an hour, boiling an opinion',
)
export const IMPOSSIBLE_DETAILS = list(
  'while the ceiling pays its taxes, before the invention of distance, until the triangle forgets a side, while every left hand turns right, because the ocean is locked, after the last number is eaten, while the wind spells itself backwards, whenever the floor is absent, until all shadows are repaid, while an hour crosses the street, although the mirror is on holiday, because {its} edges are asleep',
)

/** How many, before a plural. */
export const NUMBERS = list('two, three, four, several, many, five')
