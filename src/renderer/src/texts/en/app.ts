/** The frame of the window: rail, bars, palette, keys, commands that belong to no view. */
export const app = {
  keys: 'Keys',
  allKeys: 'All keys',
} as const
