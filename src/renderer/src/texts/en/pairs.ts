export const pairs = {
  exportShown: 'Export what is selected or shown…',
  preview: {
    title: 'Large preview',
    previous: 'Previous pair',
    next: 'Next pair',
    steps: 'previous, next',
    close: 'Close the preview',
    back: 'back',
  },
} as const
