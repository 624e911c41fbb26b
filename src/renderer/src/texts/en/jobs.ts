export const jobs = {
  running: '{n} running',
} as const
