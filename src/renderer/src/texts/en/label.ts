export const label = {
  closeLarge: 'Close the large picture',
} as const
