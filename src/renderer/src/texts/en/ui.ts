export const ui = {
  number: {
    any: 'a number',
    min: '{min} or more',
    between: '{min} to {max}',
    above: 'more than {above}',
    aboveTo: 'more than {above}, at most {max}',
    whole: 'whole number, {range}',
  },
} as const
