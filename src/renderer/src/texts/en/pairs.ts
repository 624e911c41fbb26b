export const pairs = {
  exportShown: 'Export what is selected or shown…',
} as const
